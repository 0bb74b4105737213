// Percentile bootstrap over rows (Efron & Tibshirani, "An Introduction to the Bootstrap", 1993). A resample is given to
// the statistic as counts: how often each row was drawn. So a statistic may sort its rows once for all resamples.
import { randomStream } from '../base/rng.ts'
import { metricsErrors } from './errors.ts'
import { quantile } from './quantile.ts'

/** A number computed from rows of which row i counts `counts[i]` times; NaN when it is undefined. */
export type Statistic = (counts: Uint32Array) => number

export interface BootstrapOptions {
  readonly seed: number
  readonly samples?: number
  /** Share of resamples inside the interval. */
  readonly level?: number
}

/** A value and its interval; null where the statistic is undefined. */
export interface Interval {
  readonly value: number | null
  readonly low: number | null
  readonly high: number | null
  readonly level: number
  /** Resamples in which the statistic was defined. */
  readonly samplesUsed: number
}

/** Interval of first - second, and the share of resamples in which the first is larger. */
export interface DifferenceInterval extends Interval {
  readonly shareAbove: number | null
}

const resample = (
  rows: number,
  statistic: Statistic,
  { seed, samples = 1000, level = 0.95 }: BootstrapOptions,
): { readonly interval: Interval; readonly values: Float64Array } => {
  if (rows < 1) throw metricsErrors.error('empty', { rows, labels: 1 })
  if (!(level > 0 && level < 1))
    throw metricsErrors.error('option-invalid', {
      option: 'level',
      expected: 'between 0 and 1',
      received: level,
    })
  if (!(Number.isInteger(samples) && samples > 0))
    throw metricsErrors.error('option-invalid', {
      option: 'samples',
      expected: 'a whole number of at least 1',
      received: samples,
    })
  const stream = randomStream(seed, 'bootstrap')
  const words = new Uint32Array(rows)
  const counts = new Uint32Array(rows)
  const values = new Float64Array(samples)
  let used = 0
  for (let sample = 0; sample < samples; sample++) {
    stream.words(sample, 0, words)
    counts.fill(0)
    for (let draw = 0; draw < rows; draw++) counts[Math.floor((words[draw]! / 2 ** 32) * rows)]!++
    const value = statistic(counts)
    if (Number.isFinite(value)) values[used++] = value
  }
  const sorted = values.subarray(0, used).sort()
  const value = statistic(counts.fill(1))
  return {
    values: sorted,
    interval: {
      value: Number.isFinite(value) ? value : null,
      low: used === 0 ? null : quantile(sorted, (1 - level) / 2),
      high: used === 0 ? null : quantile(sorted, (1 + level) / 2),
      level,
      samplesUsed: used,
    },
  }
}

/**
 * Interval of a statistic over `rows` rows.
 *
 * @example
 * bootstrapInterval(truth.rows, rankingStatistic(truth, scores, 'roc_auc_macro'), { seed: 1 })
 */
export const bootstrapInterval = (
  rows: number,
  statistic: Statistic,
  options: BootstrapOptions,
): Interval => resample(rows, statistic, options).interval

/** Interval of the difference of two statistics over the same resamples of the same rows. */
export const bootstrapDifference = (
  rows: number,
  [first, second]: readonly [Statistic, Statistic],
  options: BootstrapOptions,
): DifferenceInterval => {
  const { interval, values } = resample(rows, (counts) => first(counts) - second(counts), options)
  const above = values.reduce((sum, value) => sum + (value > 0 ? 1 : 0), 0)
  return { ...interval, shareAbove: values.length === 0 ? null : above / values.length }
}
