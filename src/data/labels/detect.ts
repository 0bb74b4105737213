// Guesses the label format of a column from its cells. A delimiter counts only when the pieces repeat: prose has
// commas too, but its pieces are all different.

import { columnNumbers } from '../tabular/column-numbers.ts'
import { splitCell, type LabelDelimiter, type LabelFormat } from './format.ts'
import { parseLiteral } from './literal.ts'

export interface DetectedLabels {
  readonly format: Exclude<LabelFormat, { kind: 'one-hot' }>
  /** Different labels among the cells looked at, and how many there are in all. */
  readonly distinct: number
  readonly total: number
}

const RECORD_KEYS = ['name', 'label', 'title', 'value'] as const
/** Share of cells that must parse, and that must hold a delimiter at all. */
const PARSED_SHARE = 0.9
const JOINED_SHARE = 0.05
const MAX_PIECE_CHARS = 40
const MAX_PIECE_WORDS = 4

export interface DetectOptions {
  /** The column is called something like `tags`: labels may come back less often. */
  readonly isNamed?: boolean
}

/** The format of `cells` (none empty) when they look like several labels each; undefined otherwise. */
export const detectLabels = (
  cells: readonly string[],
  { isNamed = false }: DetectOptions = {},
): DetectedLabels | undefined => {
  if (cells.length === 0) return undefined
  const lists = cells.filter((cell) => /^\s*[[({]/.test(cell)).length
  return lists >= PARSED_SHARE * cells.length ? detectList(cells) : detectDelimited(cells, isNamed)
}

/** Labels come back; a short table has had little room for that. */
export const comesBack = (
  { distinct, total }: Pick<DetectedLabels, 'distinct' | 'total'>,
  isNamed: boolean,
): boolean => distinct <= (isNamed ? 2 : 1) * (total < 100 ? 0.8 : 0.2) * total

const detectList = (cells: readonly string[]): DetectedLabels | undefined => {
  const recordKey = RECORD_KEYS.find((key) =>
    cells.some((cell) => {
      const value = parseLiteral(cell)
      return Array.isArray(value) && value[0] instanceof Map && value[0].has(key)
    }),
  )
  const formats = [
    ...(recordKey === undefined ? [] : [{ kind: 'records', key: recordKey } as const]),
    { kind: 'json' } as const,
    { kind: 'python' } as const,
  ]
  for (const format of formats) {
    const parsed = cells
      .map((cell) => splitCell(cell, format))
      .filter((names) => names !== undefined)
    if (parsed.length >= PARSED_SHARE * cells.length) return { format, ...count(parsed.flat()) }
  }
  return undefined
}

const detectDelimited = (
  cells: readonly string[],
  isNamed: boolean,
): DetectedLabels | undefined => {
  // The comma of `128,3` joins no labels.
  if (columnNumbers(cells) !== undefined) return undefined
  for (const delimiter of ['|', ';', ','] as const satisfies readonly LabelDelimiter[]) {
    const joined = cells.filter((cell) => cell.includes(delimiter)).length
    if (joined < 1 || joined < JOINED_SHARE * cells.length) continue
    const format = { kind: 'delimited', delimiter } as const
    const pieces = cells.flatMap((cell) => cell.split(delimiter)).map((piece) => piece.trim())
    const named = pieces.filter((piece) => piece !== '')
    const isShort = named.every(
      (piece) => piece.length <= MAX_PIECE_CHARS && piece.split(/\s+/).length <= MAX_PIECE_WORDS,
    )
    const counts = count(named)
    if (isShort && comesBack(counts, isNamed)) return { format, ...counts }
  }
  return undefined
}

const count = (names: readonly string[]): { distinct: number; total: number } => ({
  distinct: new Set(names).size,
  total: names.length,
})
