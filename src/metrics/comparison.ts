// Which of two models is better on the same rows: a paired bootstrap of the difference, and a verdict in one word.
import { bootstrapDifference } from './bootstrap.ts'

import type { BootstrapOptions, DifferenceInterval, Statistic } from './bootstrap.ts'

/** A difference with a verdict: the better model, or `undecided` when the interval holds 0. */
export interface Comparison extends DifferenceInterval {
  readonly verdict: 'first' | 'second' | 'undecided'
}

export interface ComparisonOptions extends BootstrapOptions {
  /** `lower` for errors and losses. */
  readonly better?: 'higher' | 'lower'
}

/** With fewer rows a percentile interval is far too narrow (one row gives no width at all): no verdict. */
const FEWEST_ROWS = 10

/**
 * Interval of first - second over the same resamples of the same `rows` rows, and who is better.
 *
 * @example
 * const error = (predicted: Float64Array) => regressionStatistic(truth, predicted, 'mean_absolute_error')
 * compareModels(truth.length, [error(model), error(baseline)], { seed: 1, better: 'lower' }).verdict
 */
export const compareModels = (
  rows: number,
  statistics: readonly [Statistic, Statistic],
  { better = 'higher', ...options }: ComparisonOptions,
): Comparison => {
  const interval = bootstrapDifference(rows, statistics, options)
  const { low, high } = interval
  const isClear = rows >= FEWEST_ROWS && low !== null && high !== null && (low > 0 || high < 0)
  if (!isClear) return { ...interval, verdict: 'undecided' }
  return { ...interval, verdict: low > 0 === (better === 'higher') ? 'first' : 'second' }
}
