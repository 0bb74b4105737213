// Guesses the label format of a column from its cells. A delimiter counts only when the pieces repeat: prose has
// commas too, but its pieces are all different.

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

/** The format of `cells` (none empty) when they look like several labels each; undefined otherwise. */
export const detectLabels = (cells: readonly string[]): DetectedLabels | undefined => {
  if (cells.length === 0) return undefined
  const lists = cells.filter((cell) => /^\s*[[({]/.test(cell)).length
  return lists >= PARSED_SHARE * cells.length ? detectList(cells) : detectDelimited(cells)
}

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

const detectDelimited = (cells: readonly string[]): DetectedLabels | undefined => {
  for (const delimiter of ['|', ';', ','] as const satisfies readonly LabelDelimiter[]) {
    const joined = cells.filter((cell) => cell.includes(delimiter)).length
    if (joined < 1 || joined < JOINED_SHARE * cells.length) continue
    const format = { kind: 'delimited', delimiter } as const
    const pieces = cells.flatMap((cell) => cell.split(delimiter)).map((piece) => piece.trim())
    const named = pieces.filter((piece) => piece !== '')
    const isShort = named.every(
      (piece) => piece.length <= MAX_PIECE_CHARS && piece.split(/\s+/).length <= MAX_PIECE_WORDS,
    )
    const { distinct, total } = count(named)
    // Labels come back; a short table has had little room for that.
    const repeats = distinct <= (total < 100 ? 0.8 : 0.2) * total
    if (isShort && repeats) return { format, distinct, total }
  }
  return undefined
}

const count = (names: readonly string[]): { distinct: number; total: number } => ({
  distinct: new Set(names).size,
  total: names.length,
})
