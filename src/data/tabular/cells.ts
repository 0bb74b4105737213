// Cells of a table as people fill them in, and the words that mean "nothing here".

export type Cell = string | null
export type Cells = readonly Cell[]

/** What spreadsheets show where a formula fails. */
const FAILED_FORMULAS = ['#n/a', '#div/0!', '#value!', '#ref!', '#num!', '#name?', '#null!']
/** A category's own words: `NA` may be Namibia and `none` an answer, so they count as values there. */
const NO_VALUE = new Set(['nan', 'null', 'n/a', '-', '--', '–', '—', '?', '<na>', 'nat', ...FAILED_FORMULAS]) // prettier-ignore
const NO_NUMBER = new Set([...NO_VALUE, 'na', 'none', 'nil', 'unknown', 'missing', 'n.a.', '.', 'inf', '+inf', '-inf']) // prettier-ignore

const LONGEST_WORD = 7

/** Whether a cell is blank or says that there is no value. */
export const isBlank = (cell: Cell): cell is null | '' => {
  if (cell === null || cell.length === 0) return true
  // Most cells start with a letter or digit that no blank cell starts with; a look at the length is the cheapest test.
  if (cell.length > LONGEST_WORD && cell.charCodeAt(0) > 32) return false
  return cell.trim() === ''
}

export const saysNoValue = (text: string): boolean =>
  text.length <= LONGEST_WORD && NO_VALUE.has(text.toLowerCase())

/** As `saysNoValue`, for columns in which any word is odd. */
export const saysNoNumber = (text: string): boolean =>
  text.length <= LONGEST_WORD && NO_NUMBER.has(text.toLowerCase())

/** What spellings of one value have in common: Unicode's composed form, one space between words, no case. */
export const keyOf = (cell: string): string =>
  cell.normalize('NFC').trim().replace(/\s+/g, ' ').toLowerCase()

/** At most `count` of the cells, evenly spread. */
export const spread = <T>(cells: readonly T[], count: number): readonly T[] =>
  cells.length <= count
    ? cells
    : Array.from(
        { length: count },
        (_, index) => cells[Math.floor((index * cells.length) / count)]!,
      )
