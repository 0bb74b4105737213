// Numbers as people write them: `1,234.5`, `1.234,5`, `1 234`, `$12`, `(3.50)`, `12 %`, `1e-3`. Whether the comma or the
// point is the decimal mark is a fact of a column, never of a cell: `1,234` alone does not tell.
import { saysNoNumber, spread } from './cells.ts'

import type { Cells } from './cells.ts'

/** The decimal mark. */
export type NumberFormat = 'point' | 'comma'

export interface FoundFormat {
  readonly format: NumberFormat
  /** A cell that reads differently with the other mark, if no cell of the column decides. */
  readonly ambiguous: string | undefined
}

const SAMPLE_CELLS = 20_000
/** Share of the cells with a telling mark that must have a decimal comma. */
const COMMA_SHARE = 0.95

/** [sign, whole digits, fraction, exponent]; whole digits may be grouped as 1,234,567 or, in India, 12,34,567. */
const grammarOf = (group: string, mark: string): RegExp =>
  new RegExp(
    `^([+-]?)(?=${mark}?\\d)(\\d+|[1-9]\\d{0,2}(?:${group}\\d{3})+|[1-9]\\d?(?:${group}\\d{2})+${group}\\d{3})?` +
      `(?:${mark}(\\d*))?(e[+-]?\\d{1,4})?$`,
    'i',
  )
const grammars = {
  point: { grammar: grammarOf(',', '\\.'), group: /,/g },
  comma: { grammar: grammarOf('\\.', ','), group: /\./g },
} as const satisfies Record<NumberFormat, unknown>

/** Thousands apart by spaces (any kind) or apostrophes. */
const spacedGroups = /(?<=\d)[\s'’](?=\d{3}(?!\d))/g
const currency = /^([+-]?)\s*(?:[A-Z]{1,3})?\p{Sc}\s*|\s*\p{Sc}$/gu

/** Signs, currency, percent and spaces taken away. 12 % is 12: a column's scale is fitted anyway. */
const bare = (text: string): string => {
  const minus = text.replace(/[−﹣－]/g, '-')
  const amount = /^\((.+)\)$/.exec(minus) ? `-${minus.slice(1, -1).trim()}` : minus
  return amount.replace(currency, '$1').replace(/\s*%$/, '').replace(spacedGroups, '').trim()
}

const strictly = (text: string, format: NumberFormat): number | undefined => {
  const { grammar, group } = grammars[format]
  const parts = grammar.exec(text)
  if (parts === null) return undefined
  const [, sign = '', whole = '0', fraction = '', exponent = ''] = parts
  return Number(`${sign}${whole.replace(group, '')}.${fraction}0${exponent}`)
}

/** The value of a cell that is not blank; null where it says that there is none, undefined where it is no finite number. */
export const parseNumber = (cell: string, format: NumberFormat): number | null | undefined => {
  // Nearly all cells are plain; JavaScript reads them as we do, but for 0x10 and the like.
  if (isPlain(cell) && (format === 'point' || !cell.includes('.'))) {
    const value = Number(format === 'point' ? cell : cell.replace(',', '.'))
    if (Number.isFinite(value)) return value
  }
  const text = cell.trim()
  if (saysNoNumber(text)) return null
  const value = strictly(bare(text), format)
  return value !== undefined && Number.isFinite(value) ? value : undefined
}

/** No blank, no leading space, no 0x, 0b, 0o. */
const isPlain = (cell: string): boolean => {
  const first = cell.charCodeAt(0)
  const second = cell.charCodeAt(1)
  return first > 32 && (first !== 48 || !(second > 57) || second === 69 || second === 101)
}

/** The decimal mark of a column: the comma only if nearly all cells that can tell say so. */
export const findNumberFormat = (cells: Cells): FoundFormat => {
  const votes = { point: 0, comma: 0 }
  let ambiguous: string | undefined
  for (const cell of spread(cells, SAMPLE_CELLS)) {
    if (cell === null || !/[.,]/.test(cell)) continue
    const text = bare(cell.trim())
    const point = strictly(text, 'point')
    const comma = strictly(text, 'comma')
    if (point !== undefined && comma === undefined) votes.point++
    else if (comma !== undefined && point === undefined) votes.comma++
    else if (point !== comma) ambiguous ??= cell.trim()
  }
  const decided = votes.point + votes.comma
  const isComma = decided > 0 && votes.comma >= COMMA_SHARE * decided
  return {
    format: isComma ? 'comma' : 'point',
    ambiguous: decided === 0 ? ambiguous : undefined,
  }
}
