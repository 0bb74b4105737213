// A number in a table cell, as programs write it.

const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i
/** Ways of saying that there is none. */
const NONE = new Set(['', 'na', 'n/a', 'nan', 'null', 'none', '-', '?'])

/** The number of a cell; null where it says that there is none, undefined where it is no number. */
export const numberOf = (cell: string | null): number | null | undefined => {
  const text = cell?.trim() ?? ''
  if (NONE.has(text.toLowerCase())) return null
  const value = NUMBER.test(text) ? Number(text) : NaN
  return Number.isFinite(value) ? value : undefined
}
