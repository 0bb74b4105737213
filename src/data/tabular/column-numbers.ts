// Whether a column holds numbers, and which.
import { saysNoNumber } from './cells.ts'
import { findNumberFormat, parseNumber } from './parse-number.ts'

import type { NumberFormat } from './parse-number.ts'

export interface ColumnNumbers {
  readonly values: readonly number[]
  readonly format: NumberFormat
}

const NUMBER_SHARE = 0.95
/** Words such as `n/a` count as missing, but some cells must say something. */
const FILLED_SHARE = 0.2

/** The numbers of cells, none of them blank, if nearly all are some: those that say that there is none do not count. */
export const columnNumbers = (cells: readonly string[]): ColumnNumbers | undefined => {
  const { format } = findNumberFormat(cells)
  const said = cells.filter((cell) => !saysNoNumber(cell.trim()))
  const values = said
    .map((cell) => parseNumber(cell, format))
    .filter((value) => typeof value === 'number')
  const isNumeric = values.length >= NUMBER_SHARE * said.length
  const isFilled = said.length > 0 && said.length >= FILLED_SHARE * cells.length
  return isNumeric && isFilled ? { values, format } : undefined
}
