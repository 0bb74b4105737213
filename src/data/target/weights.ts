// How much each row counts in training, as scikit-learn's `sample_weight`.
import { findNumberFormat, parseNumber } from '../tabular/parse-number.ts'
import { targetErrors } from './errors.ts'

export interface RowWeights {
  /** [rows]; 0 where a cell has no number. */
  readonly values: Float32Array
  /** [rows], 1 where a cell has a number. */
  readonly known: Uint8Array
}

/**
 * Reads a column of weights. A cell without a number is no mistake: its row weighs nothing.
 *
 * @throws target.weight-negative, target.weight-too-large
 */
export const parseWeights = (cells: readonly (string | null)[], column: string): RowWeights => {
  const values = new Float32Array(cells.length)
  const known = new Uint8Array(cells.length)
  const { format } = findNumberFormat(cells)
  for (const [row, cell] of cells.entries()) {
    const value = cell === null || cell.trim() === '' ? null : parseNumber(cell, format)
    if (typeof value !== 'number') continue
    if (!Number.isFinite(Math.fround(value)))
      throw targetErrors.error('weight-too-large', { column, value }, { row: row + 1 })
    if (value < 0) throw targetErrors.error('weight-negative', { column, value }, { row: row + 1 })
    values[row] = value
    known[row] = 1
  }
  return { values, known }
}

/**
 * What there is to say about the weights of the rows that train, as sentences.
 *
 * @throws target.weight-zero when none of these rows counts
 */
export const describeWeights = (
  { values, known }: RowWeights,
  rows: Int32Array,
  column: string,
): readonly string[] => {
  const weighing = rows.filter((row) => values[row]! > 0).length
  if (weighing === 0) throw targetErrors.error('weight-zero', { column, rows: rows.length })
  const unknown = rows.filter((row) => known[row] === 0).length
  const zero = rows.length - weighing - unknown
  return [
    `${column} weighs the training rows; validation and test scores count every row once.`,
    ...(unknown > 0
      ? [`${column}: ${unknown} of ${rows.length} training rows have no number and weigh nothing.`]
      : []),
    ...(zero > 0 ? [`${column}: ${zero} of ${rows.length} training rows have weight 0.`] : []),
  ]
}
