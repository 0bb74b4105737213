// The shape of a kind of field: one file each, joined in `kinds.ts`.
import * as z from 'zod'

import type { Cell, Cells } from './cells.ts'
import type { Epoch } from './parse-date.ts'

export type FieldKindName = 'number' | 'category' | 'boolean' | 'date'

/** One column of a table input. */
export interface TabularField {
  /** Names the features of the field. */
  readonly name: string
  readonly column: string
  readonly kind: FieldKindName
  /** Dates only: cells are numbers, counted from 1970. Never guessed. */
  readonly epoch?: Epoch | undefined
}

/** What the encodings of all kinds of field have. */
export const commonFieldSchema = z.object({
  name: z.string(),
  column: z.string(),
  /** One name per feature; none for a field that was left out. */
  features: z.array(z.string()),
  /** Whether the last feature is 1 where there is no value. */
  hasMissing: z.boolean(),
  /** Training rows. */
  rows: z.number(),
  missing: z.number(),
  /** Cells that could not be read, counted among the missing ones. */
  unreadable: z.number(),
  /** What people should know: left out and why, read in one of two ways. Sentences without full stops. */
  notes: z.array(z.string()),
})
export type CommonField = Readonly<z.infer<typeof commonFieldSchema>>

/** Where the features of a cell go. */
export interface Place {
  readonly into: Float32Array
  readonly offset: number
}

/** What came of a cell that is not blank. */
export type Outcome = 'value' | 'missing' | 'unreadable'

/** Reads one cell that is not blank and writes its features, which start as zeros, at `place`. */
export type Write = (cell: string, place: Place) => Outcome

export interface FieldKind<Encoding extends CommonField> {
  readonly fit: (field: TabularField, cells: Cells) => Encoding
  /** A field without features is never written. */
  readonly writer: (encoding: Encoding) => Write
  /** What was decided, as a sentence without its full stop; the common facts are added. */
  readonly describe: (encoding: Encoding) => string
}

/** Counts of a pass over training cells. */
export interface Counts {
  rows: number
  missing: number
  unreadable: number
  /** The first cell that could not be read. */
  example: string | undefined
}

export const countsOf = (cells: Cells): Counts => ({
  rows: cells.length,
  missing: 0,
  unreadable: 0,
  example: undefined,
})

/** Counts a cell without a readable value. */
export const countMissing = (
  counts: Counts,
  cell: Cell,
  outcome: 'missing' | 'unreadable',
): void => {
  counts.missing++
  if (outcome === 'missing') return
  counts.unreadable++
  counts.example ??= cell ?? undefined
}

interface Fitted {
  readonly counts: Counts
  /** Features without the indicator of missing cells. */
  readonly features: readonly string[]
  readonly notes?: readonly string[]
  /** `numbers`, `dates`: what the cells should be. */
  readonly plural: string
}

/** The common part of an encoding. A value that never changes says nothing; that it is missing may still tell. */
export const commonOf = (
  { name, column }: TabularField,
  { counts: { rows, missing, unreadable, example }, features, notes = [], plural }: Fitted,
): CommonField => {
  const hasMissing = missing > 0 && missing < rows
  const quoted = example === undefined ? '' : `, such as "${example.slice(0, 40)}"`
  return {
    name,
    column,
    features: [...features, ...(hasMissing ? [`${name} missing`] : [])],
    hasMissing,
    rows,
    missing,
    unreadable,
    notes: [
      ...(missing === rows
        ? [`left out: no cell has a value${quoted}`]
        : features.length > 0
          ? []
          : hasMissing
            ? ['all values are alike: only whether there is one counts']
            : ['left out: constant']),
      ...(unreadable > 0 && missing < rows
        ? [`${unreadable} cells are no ${plural} and count as missing${quoted}`]
        : []),
      ...notes,
    ],
  }
}
