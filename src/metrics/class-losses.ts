// Probabilities of classes judged as probabilities: cross entropy, and how far confidence is from accuracy.
import { checkClassScores, highestScore } from './classes.ts'
import { metricsErrors } from './errors.ts'
import { checkProbabilities } from './matrix.ts'

import type { ScoreMatrix } from './matrix.ts'

const mean = (values: Float64Array): number =>
  values.reduce((total, value) => total + value, 0) / values.length

/**
 * Cross entropy of every row, [rows], in nats. As in scikit-learn, probabilities are clipped by the rounding unit of their
 * own type (a certain wrong answer costs 36.04 in float64, 15.94 in float32) and not made to sum to 1.
 */
export const logLossOfRows = (truth: Int32Array, probabilities: ScoreMatrix): Float64Array => {
  checkClassScores(truth, probabilities)
  checkProbabilities(probabilities)
  const { labels, values } = probabilities
  const smallest = values instanceof Float32Array ? 2 ** -23 : 2 ** -52
  return Float64Array.from(
    truth,
    (actual, row) =>
      -Math.log(Math.min(Math.max(values[row * labels + actual]!, smallest), 1 - smallest)),
  )
}

/** Mean cross entropy of true classes [rows] under probabilities [rows, classes], in nats. */
export const logLoss = (truth: Int32Array, probabilities: ScoreMatrix): number =>
  mean(logLossOfRows(truth, probabilities))

/** Mean cross entropy from logits of any size: nothing is clipped. */
export const logLossFromLogits = (truth: Int32Array, logits: ScoreMatrix): number => {
  checkClassScores(truth, logits)
  const { labels, values } = logits
  return mean(
    Float64Array.from(truth, (actual, row) => {
      const highest = highestScore(logits, row)
      let total = 0
      for (let index = row * labels; index < (row + 1) * labels; index++)
        total += Math.exp(values[index]! - highest)
      return highest - values[row * labels + actual]! + Math.log(total)
    }),
  )
}

/**
 * Expected calibration error (Guo et al., "On Calibration of Modern Neural Networks", 2017): mean distance between the
 * top probability and the accuracy, in bins of equal width, open below and closed above.
 */
export const expectedCalibrationError = (
  truth: Int32Array,
  probabilities: ScoreMatrix,
  { bins = 15 }: { readonly bins?: number } = {},
): number => {
  checkClassScores(truth, probabilities)
  checkProbabilities(probabilities)
  if (!(Number.isInteger(bins) && bins > 0))
    throw metricsErrors.error('option-invalid', {
      option: 'bins',
      expected: 'a whole number of at least 1',
      received: bins,
    })
  const { rows, labels, values } = probabilities
  /** Sum of right - confidence per bin. */
  const gaps = new Float64Array(bins)
  for (let row = 0; row < rows; row++) {
    let best = row * labels
    for (let index = best + 1; index < (row + 1) * labels; index++)
      if (values[index]! > values[best]!) best = index
    const confidence = values[best]!
    let bin = Math.max(0, Math.ceil(confidence * bins) - 1)
    // The product may be rounded over a border.
    if (bin > 0 && confidence <= bin / bins) bin--
    else if (confidence > (bin + 1) / bins) bin++
    gaps[bin]! += (best - row * labels === truth[row] ? 1 : 0) - confidence
  }
  return gaps.reduce((total, gap) => total + Math.abs(gap), 0) / rows
}
