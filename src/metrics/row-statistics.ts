// Statistics for the bootstrap from ordinary functions: a mean over rows, or anything that is computed from row numbers.
import { metricsErrors } from './errors.ts'
import { checkFinite } from './matrix.ts'

import type { Statistic } from './bootstrap.ts'

/**
 * Mean of one number per row: accuracy from hits, mean absolute error from errors, cross entropy from losses.
 *
 * @example
 * meanStatistic(logLossOfRows(truth, probabilities))
 */
export const meanStatistic = (values: ArrayLike<number>): Statistic => {
  if (values.length === 0) throw metricsErrors.error('empty', { rows: 0, labels: 1 })
  checkFinite(values)
  return (counts) => {
    let total = 0
    let rows = 0
    for (let row = 0; row < counts.length; row++) {
      total += counts[row]! * values[row]!
      rows += counts[row]!
    }
    return total / rows
  }
}

/** A statistic of `total` rows that looks at some of them only: resamples are drawn from these. */
export const subsetStatistic = (
  statistic: Statistic,
  rows: ArrayLike<number>,
  total: number,
): Statistic => {
  const all = new Uint32Array(total)
  return (counts) => {
    for (let index = 0; index < rows.length; index++) all[rows[index]!] = counts[index]!
    return statistic(all)
  }
}

/** A function of row numbers (from 0, rising, a row drawn twice stands twice) as a statistic. */
export const rowsStatistic = (score: (rows: Uint32Array) => number): Statistic => {
  let rows = new Uint32Array(0)
  return (counts) => {
    const total = counts.reduce((sum, count) => sum + count, 0)
    // Every resample of a bootstrap has the same length.
    if (rows.length !== total) rows = new Uint32Array(total)
    let next = 0
    for (let row = 0; row < counts.length; row++)
      for (let copy = 0; copy < counts[row]!; copy++) rows[next++] = row
    return score(rows)
  }
}
