// Scores of predicted numbers, equal to scikit-learn 1.9.1 and scipy. Float32 is widened to float64 first, and means are
// exact for constant lists: a constant target is seen as one even where scikit-learn's rounded mean hides it.
import { meanOf, pearsonOf, spearmanOf, spearmanOfCounts } from './correlation.ts'
import { metricsErrors } from './errors.ts'
import { checkFinite, checkLength, checkTargets } from './matrix.ts'
import { median, quantile } from './quantile.ts'
import { rowsStatistic } from './row-statistics.ts'

import type { Statistic } from './bootstrap.ts'

/** True or predicted numbers, [rows]. */
export type Numbers = Float32Array | Float64Array

/** Scores in the unit of the target (squared for the mean squared error), or without unit from `r2` on. */
export interface RegressionScores {
  readonly mean_absolute_error: number
  readonly mean_squared_error: number
  readonly root_mean_squared_error: number
  readonly median_absolute_error: number
  readonly max_error: number
  /** 1 = 100 %. A target of 0 is divided by 2^-52, as in scikit-learn: the mean explodes and means nothing. */
  readonly mean_absolute_percentage_error: number
  /** 1 - squared error / variance. Constant target: 1 if all is right, else 0. null for one row. */
  readonly r2: number | null
  /** As r2, but forgives a constant error. 1 for one row. */
  readonly explained_variance: number
  /** null when truth or predictions are constant. */
  readonly pearson: number | null
  /** Equal numbers share a rank; null when truth or predictions are constant. */
  readonly spearman: number | null
}

/** NaN where a score is undefined. */
type Score = (truth: Numbers, predicted: Numbers) => number

const differences = (truth: Numbers, predicted: Numbers): Float64Array =>
  Float64Array.from(truth, (value, row) => value - predicted[row]!)

const meanOfRows = (
  truth: Numbers,
  predicted: Numbers,
  error: (actual: number, guess: number) => number,
): number => {
  let total = 0
  for (let row = 0; row < truth.length; row++) total += error(truth[row]!, predicted[row]!)
  return total / truth.length
}

const squaredError: Score = (truth, predicted) =>
  meanOfRows(truth, predicted, (actual, guess) => (actual - guess) ** 2)

const variance = (values: Numbers): number => {
  const mean = meanOf(values)
  return meanOf(Float64Array.from(values, (value) => (value - mean) ** 2))
}

/** 1 - unexplained / total; scikit-learn's finite values where the total is 0. */
const explainedShare = (unexplained: number, total: number): number => {
  if (unexplained === 0) return 1
  return total === 0 ? 0 : 1 - unexplained / total
}

const scores = {
  mean_absolute_error: (truth, predicted) =>
    meanOfRows(truth, predicted, (actual, guess) => Math.abs(actual - guess)),
  mean_squared_error: squaredError,
  root_mean_squared_error: (truth, predicted) => Math.sqrt(squaredError(truth, predicted)),
  median_absolute_error: (truth, predicted) => median(differences(truth, predicted).map(Math.abs)),
  max_error: (truth, predicted) =>
    differences(truth, predicted).reduce((most, value) => Math.max(most, Math.abs(value)), 0),
  mean_absolute_percentage_error: (truth, predicted) =>
    meanOfRows(
      truth,
      predicted,
      (actual, guess) => Math.abs(actual - guess) / Math.max(Math.abs(actual), Number.EPSILON),
    ),
  r2: (truth, predicted) =>
    truth.length < 2 ? NaN : explainedShare(squaredError(truth, predicted), variance(truth)),
  explained_variance: (truth, predicted) =>
    explainedShare(variance(differences(truth, predicted)), variance(truth)),
  pearson: pearsonOf,
  spearman: spearmanOf,
} as const satisfies Record<keyof RegressionScores, Score>

const orNull = (value: number): number | null => (Number.isNaN(value) ? null : value)

const checkNumbers = (truth: Numbers, predicted: Numbers): void => {
  checkTargets(truth)
  checkLength('predictions', truth.length, predicted.length)
  checkFinite(predicted)
}

/** All scores of predicted numbers. */
export const regressionScores = (truth: Numbers, predicted: Numbers): RegressionScores => {
  checkNumbers(truth, predicted)
  return {
    mean_absolute_error: scores.mean_absolute_error(truth, predicted),
    mean_squared_error: scores.mean_squared_error(truth, predicted),
    root_mean_squared_error: scores.root_mean_squared_error(truth, predicted),
    median_absolute_error: scores.median_absolute_error(truth, predicted),
    max_error: scores.max_error(truth, predicted),
    mean_absolute_percentage_error: scores.mean_absolute_percentage_error(truth, predicted),
    r2: orNull(scores.r2(truth, predicted)),
    explained_variance: scores.explained_variance(truth, predicted),
    pearson: orNull(scores.pearson(truth, predicted)),
    spearman: orNull(scores.spearman(truth, predicted)),
  }
}

/** A score of predicted numbers of a resample. */
export const regressionStatistic = (
  truth: Numbers,
  predicted: Numbers,
  name: keyof RegressionScores,
): Statistic => {
  checkNumbers(truth, predicted)
  if (name === 'spearman') return spearmanOfCounts(truth, predicted)
  const pick = (values: Numbers, rows: Uint32Array): Float64Array => {
    const picked = new Float64Array(rows.length)
    for (let index = 0; index < rows.length; index++) picked[index] = values[rows[index]!]!
    return picked
  }
  return rowsStatistic((rows) => scores[name](pick(truth, rows), pick(predicted, rows)))
}

/** Quantiles of the residuals truth - prediction, linear between neighbours; negative = the model predicts too much. */
export const residualQuantiles = (
  truth: Numbers,
  predicted: Numbers,
  shares: readonly number[] = [0.05, 0.25, 0.5, 0.75, 0.95],
): Float64Array => {
  checkNumbers(truth, predicted)
  const wrong = shares.find((share) => !(share >= 0 && share <= 1))
  if (wrong !== undefined)
    throw metricsErrors.error('option-invalid', {
      option: 'share',
      expected: 'between 0 and 1',
      received: wrong,
    })
  const sorted = differences(truth, predicted).sort()
  return Float64Array.from(shares, (share) => quantile(sorted, share))
}
