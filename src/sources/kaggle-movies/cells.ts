// Cells of the published file and of copies that a spreadsheet has saved: numbers, dates, flags and texts as one form
// each. An empty text is a missing value.

/** A number as JavaScript prints it; empty when the cell is none. Spreadsheets write 1.8E-05. */
export const numberCell = (cell: string | null): string => {
  const text = cell?.trim() ?? ''
  return /^-?\d+(\.\d*)?(e[+-]?\d+)?$/i.test(text) ? plain(Number(text)) : ''
}

/** A sum of money or a length, where the data set writes 0 for unknown. */
export const amountCell = (cell: string | null): string => {
  const text = numberCell(cell)
  return Number(text) > 0 ? text : ''
}

/** Without an exponent, which not every reader takes. */
const plain = (value: number): string => {
  const text = String(value)
  const exponent = /e-(\d+)$/.exec(text)?.[1]
  if (exponent === undefined) return text
  return value.toFixed(Math.min(100, Number(exponent) + 16)).replace(/0+$/, '')
}

/** Which number of 2/3/1999 is the month. */
export type DateOrder = 'month-first' | 'day-first'

const SLASHED = /^(\d{1,2})\/(\d{1,2})\/(\d{4})$/
const ISO = /^(\d{4})-(\d{2})-(\d{2})$/

/** The order that a column's dates prove: no month is above 12. Without a proof, as spreadsheets in the US write. */
export const dateOrder = (cells: readonly (string | null)[]): DateOrder => {
  const dates = cells.flatMap((cell) => SLASHED.exec(cell?.trim() ?? '') ?? [])
  const hasAbove12 = (part: 1 | 2): boolean =>
    dates.some((_, index) => index % 4 === part && Number(dates[index]) > 12)
  return hasAbove12(1) && !hasAbove12(2) ? 'day-first' : 'month-first'
}

/** A date as YYYY-MM-DD; empty when the cell is none, or no day of the calendar. */
export const dateCell = (cell: string | null, order: DateOrder): string => {
  const text = cell?.trim() ?? ''
  const [, a = '', b = '', c = ''] = ISO.exec(text) ?? SLASHED.exec(text) ?? []
  const [year, month, day] =
    c.length === 4 ? (order === 'day-first' ? [c, b, a] : [c, a, b]) : [a, b, c]
  const iso = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`
  const date = new Date(`${iso}T00:00:00Z`)
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(iso) ? iso : ''
}

export const flagCell = (cell: string | null): string => {
  const text = cell?.trim().toLowerCase() ?? ''
  return text === 'true' || text === 'false' ? text : ''
}

/** What people type into a field that must not be empty. */
const PLACEHOLDERS = [
  /^no (movie |plot )?(overview|description|summary|synopsis|plot)( (is|was))?( (found|yet|available|exists?|given|needed))?( for this (movie|film|title))?$/,
  /^(overview|plot|synopsis|description|summary)( is)? (not available|unknown|unavailable|coming soon|(still )?to be added)$/,
  /^(not available|not yet available|coming soon|to be announced|tba|tbd|n\/?a|none|null|nan|unknown|released|rumored|plot unknown|\?+|-+)$/,
]

export const isPlaceholder = (text: string): boolean => {
  const bare = text
    .trim()
    .toLowerCase()
    .replace(/[\s.!…]+$/, '')
  return PLACEHOLDERS.some((pattern) => pattern.test(bare))
}

/** `tt` and at least seven digits; links.csv and spreadsheets drop letters and zeros. */
export const imdbCell = (cell: string | null): string => {
  const digits = /^(?:tt)?(\d{1,10})(?:\.0)?$/.exec(cell?.trim() ?? '')?.[1]
  return digits === undefined || Number(digits) === 0 ? '' : `tt${digits.padStart(7, '0')}`
}

/** TMDB's number of a film; empty when the cell holds something else. */
export const idCell = (cell: string | null): string => {
  const digits = /^(\d{1,10})(?:\.0)?$/.exec(cell?.trim() ?? '')?.[1]
  return digits === undefined || Number(digits) === 0 ? '' : String(Number(digits))
}
