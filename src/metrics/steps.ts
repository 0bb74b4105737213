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

/** Steps of one label: truth 0/1 and scores, both [rows]. */
export const stepsOf = (truth: ArrayLike<number>, scores: ArrayLike<number>): Steps => {
  checkColumn(truth, scores)
  const order = descendingOrder(scores)
  const thresholds = new Float64Array(order.length)
  const truePositives = new Float64Array(order.length)
  const falsePositives = new Float64Array(order.length)
  let step = 0
  let hits = 0
  for (let index = 0; index < order.length; index++) {
    const row = order[index]!
    hits += truth[row]! > 0 ? 1 : 0
    const isLastOfTie = index + 1 === order.length || scores[order[index + 1]!]! !== scores[row]!
    if (!isLastOfTie) continue
    thresholds[step] = scores[row]!
    truePositives[step] = hits
    falsePositives[step] = index + 1 - hits
    step++
  }
  return {
    thresholds: thresholds.subarray(0, step),
    truePositives: truePositives.subarray(0, step),
    falsePositives: falsePositives.subarray(0, step),
    positives: hits,
    negatives: order.length - hits,
  }
}
