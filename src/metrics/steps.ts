// The one loop under ROC, precision-recall and threshold fitting: walk down the distinct scores of a label and count.
// Rows with equal scores form one step, so ties get half credit in ROC and the order of rows never matters.
import { checkFinite, checkLength } from './matrix.ts'
import { metricsErrors } from './errors.ts'

/** What is predicted positive when the threshold is each distinct score in turn, from the highest down. */
export interface Steps {
  /** Distinct scores, descending. */
  readonly thresholds: Float64Array
  /** Positive rows with a score at or above the threshold. */
  readonly truePositives: Float64Array
  /** Negative rows with a score at or above the threshold. */
  readonly falsePositives: Float64Array
  readonly positives: number
  readonly negatives: number
}

/** Row numbers by falling score. */
export const descendingOrder = (scores: ArrayLike<number>): Uint32Array => {
  const order = new Uint32Array(scores.length)
  for (let index = 0; index < order.length; index++) order[index] = index
  return order.sort((a, b) => scores[b]! - scores[a]!)
}

/** Refuses a column that is empty, of another length than the truth, or not finite. */
export const checkColumn = (truth: ArrayLike<number>, scores: ArrayLike<number>): void => {
  if (truth.length === 0) throw metricsErrors.error('empty', { rows: 0, labels: 1 })
  checkLength('scores', truth.length, scores.length)
  checkFinite(scores)
}

/** Scores of the rows with a truth, or of those without, ascending. Native: far faster than row numbers in the order of their scores. */
const sortedScores = (
  truth: ArrayLike<number>,
  scores: ArrayLike<number>,
  isPositive: boolean,
): Float64Array =>
  new Float64Array(scores).filter((_, row) => truth[row]! > 0 === isPositive).sort()

/** Steps of one label: truth 0/1 and scores, both [rows]. */
export const stepsOf = (truth: ArrayLike<number>, scores: ArrayLike<number>): Steps => {
  checkColumn(truth, scores)
  const hits = sortedScores(truth, scores, true)
  const misses = sortedScores(truth, scores, false)
  const [positives, negatives] = [hits.length, misses.length]
  const thresholds = new Float64Array(scores.length)
  const truePositives = new Float64Array(scores.length)
  const falsePositives = new Float64Array(scores.length)
  let step = 0
  let [hitsLeft, missesLeft] = [positives, negatives]
  while (hitsLeft > 0 || missesLeft > 0) {
    const threshold = Math.max(hits[hitsLeft - 1] ?? -Infinity, misses[missesLeft - 1] ?? -Infinity)
    while (hitsLeft > 0 && hits[hitsLeft - 1] === threshold) hitsLeft--
    while (missesLeft > 0 && misses[missesLeft - 1] === threshold) missesLeft--
    thresholds[step] = threshold
    truePositives[step] = positives - hitsLeft
    falsePositives[step] = negatives - missesLeft
    step++
  }
  return {
    thresholds: thresholds.subarray(0, step),
    truePositives: truePositives.subarray(0, step),
    falsePositives: falsePositives.subarray(0, step),
    positives,
    negatives,
  }
}
