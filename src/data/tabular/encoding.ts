// A table input: several columns of a row as one vector of float32. A `TabularEncoding` is fitted on the training rows, is
// plain JSON, is saved with the model, and is all that training, prediction and a browser need to encode a row alike.
import * as z from 'zod'

import { isBlank } from './cells.ts'
import { fieldSchema, kindOf } from './kinds.ts'

import type { Cells } from './cells.ts'
import type { TabularField, Write } from './field.ts'
import type { FieldEncoding } from './kinds.ts'

export const tabularEncodingSchema = z.object({
  /** Features per row; 0 if no field has anything to learn from. */
  width: z.number(),
  /** In the order of the features. */
  fields: z.array(fieldSchema),
})
export type TabularEncoding = Readonly<z.infer<typeof tabularEncodingSchema>>

/**
 * Fits the encoding of a table input.
 *
 * @param fields - each with its cells of the training rows, and of no others
 *
 * @example
 * const encoding = fitTabular([{ name: 'runtime', column: 'runtime', kind: 'number', cells: ['81.0', '104', null] }])
 * encodeTabular(encoding, [['90']]).values // Float32Array(2): the scaled number, 0 = not missing
 */
export const fitTabular = (
  fields: readonly (TabularField & { readonly cells: Cells })[],
): TabularEncoding => {
  const fitted = fields.map((field): FieldEncoding => kindOf(field).fit(field, field.cells))
  return { width: fitted.reduce((sum, { features }) => sum + features.length, 0), fields: fitted }
}

/** Names of the features, in order: `runtime`, `runtime from 80 to 95`, `language=en`, `released missing`. */
export const tabularFeatures = ({ fields }: TabularEncoding): readonly string[] =>
  fields.flatMap(({ features }) => features)

/** Which features belong to which field: from `start` up to `end`, in the order of the fields. */
export const fieldRanges = ({
  fields,
}: TabularEncoding): readonly {
  readonly name: string
  readonly start: number
  readonly end: number
}[] => {
  let end = 0
  return fields.map(({ name, features }) => {
    const start = end
    end += features.length
    return { name, start, end }
  })
}

/** A cell that could not be read and counts as missing. */
export interface UnreadableCell {
  /** 0-based. */
  readonly row: number
  readonly field: string
  readonly cell: string
}

export interface EncodedTable {
  /** [rows, width] */
  readonly values: Float32Array
  /** [rows], 1 where any field has a value. */
  readonly present: Uint8Array
  readonly unreadable: readonly UnreadableCell[]
}

/** Encodes some rows: `cells` has an array per field, in the order of `encoding.fields`. */
export const encodeTabular = (
  { width, fields }: TabularEncoding,
  cells: readonly Cells[],
): EncodedTable => {
  const rows = cells[0]?.length ?? 0
  const into = new Float32Array(rows * width)
  const present = new Uint8Array(rows)
  const unreadable: UnreadableCell[] = []
  let start = 0
  for (const [index, field] of fields.entries()) {
    const column = cells[index]!
    const count = field.features.length
    if (count > 0) {
      const block = { into, width, start, missingAt: field.hasMissing ? start + count - 1 : -1 }
      const write = kindOf(field).writer(field)
      for (const row of encodeColumn(column, write, { ...block, present }))
        unreadable.push({ row, field: field.name, cell: column[row]! })
    }
    start += count
  }
  return { values: into, present, unreadable: unreadable.sort((a, b) => a.row - b.row) }
}

interface Block {
  readonly into: Float32Array
  readonly width: number
  /** First feature of the field. */
  readonly start: number
  /** Its indicator of missing cells, -1 for none. */
  readonly missingAt: number
  readonly present: Uint8Array
}

/** Writes the features of a column; gives the rows that could not be read. */
const encodeColumn = (
  cells: Cells,
  write: Write,
  { into, width, start, missingAt, present }: Block,
): readonly number[] => {
  const unreadable: number[] = []
  // One object for all rows: this loop runs for every cell of a table.
  const place = { into, offset: start }
  for (let row = 0; row < present.length; row++, place.offset += width) {
    const cell = cells[row] ?? null
    const outcome = isBlank(cell) ? 'missing' : write(cell, place)
    if (outcome === 'value') {
      present[row] = 1
      continue
    }
    if (outcome === 'unreadable') unreadable.push(row)
    if (missingAt >= 0) into[row * width + missingAt] = 1
  }
  return unreadable
}

/** What was decided about each field, a sentence per field. */
export const describeTabular = ({ fields }: TabularEncoding): readonly string[] =>
  fields.map((field) => {
    const { name, column, rows, missing, notes } = field
    const label = name === column ? name : `${name} (column ${column})`
    const share = rows === 0 ? 0 : (100 * missing) / rows
    const isUsed = field.features.length > 0
    const parts = [
      ...(isUsed || notes.length === 0 ? [kindOf(field).describe(field)] : []),
      ...(missing > 0 && isUsed
        ? [`missing in ${share < 0.1 ? '< 0.1' : share.toFixed(1)} %`]
        : []),
      ...notes,
    ]
    return `${label}: ${parts.join('; ')}.`
  })

/** Places of the features that are not pieces of a number: what a plain linear model takes. */
export const plainFeatures = ({ fields }: TabularEncoding): readonly number[] => {
  const plain: number[] = []
  let start = 0
  for (const { name, features } of fields) {
    features.forEach((feature, index) => {
      if (!feature.startsWith(`${name} from `)) plain.push(start + index)
    })
    start += features.length
  }
  return plain
}
