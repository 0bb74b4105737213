// Calibration of classes: probabilities = softmax(logits / temperature), one temperature fitted on validation rows (Guo et
// al., "On Calibration of Modern Neural Networks", 2017). The cross entropy is convex in 1 / temperature, so Newton's
// method inside a shrinking bracket always arrives. Dividing never changes which class is first.
import { checkClassScores, highestScore } from './classes.ts'
import { logLossFromLogits } from './class-losses.ts'
import { metricsErrors } from './errors.ts'
import { checkScores } from './matrix.ts'

import type { ScoreMatrix } from './matrix.ts'

export interface TemperatureFit {
  /** In [0.01, 100]; above 1 the model was too sure. */
  readonly temperature: number
  /** Mean cross entropy of the validation rows at temperature 1, in nats; null without rows. */
  readonly lossBefore: number | null
  /** At the fitted temperature. */
  readonly lossAfter: number | null
}

/** Logits that mislead get this: all classes nearly equal. */
const LARGEST_TEMPERATURE = 100
/** Logits that are cosines, in [-1, 1], need about this (CLIP multiplies by 100). */
const SMALLEST_TEMPERATURE = 0.01
const ITERATIONS = 100
const TOLERANCE = 1e-14

/** First and second derivative of the mean cross entropy by the factor 1 / temperature. */
const derivatives = (
  truth: Int32Array,
  logits: ScoreMatrix,
  factor: number,
): { readonly slope: number; readonly curvature: number } => {
  const { labels, values } = logits
  let slope = 0
  let curvature = 0
  for (let row = 0; row < truth.length; row++) {
    const start = row * labels
    const highest = highestScore(logits, row)
    let total = 0
    let first = 0
    let second = 0
    for (let label = 0; label < labels; label++) {
      // Logits count from the highest one: shifting a row changes neither derivative, and keeps them precise.
      const logit = values[start + label]! - highest
      const weight = Math.exp(factor * logit)
      total += weight
      first += weight * logit
      second += weight * logit * logit
    }
    const mean = first / total
    slope += mean - (values[start + truth[row]!]! - highest)
    curvature += Math.max(0, second / total - mean * mean)
  }
  return { slope: slope / truth.length, curvature: curvature / truth.length }
}

/** The factor in the bounds where the loss is least. */
const bestFactor = (truth: Int32Array, logits: ScoreMatrix): number => {
  let low = 1 / LARGEST_TEMPERATURE
  let high = 1 / SMALLEST_TEMPERATURE
  if (derivatives(truth, logits, low).slope >= 0) return low
  if (derivatives(truth, logits, high).slope <= 0) return high
  let factor = 1
  for (let iteration = 0; iteration < ITERATIONS; iteration++) {
    const { slope, curvature } = derivatives(truth, logits, factor)
    if (slope === 0) break
    if (slope < 0) low = factor
    else high = factor
    const newton = factor - slope / curvature
    // Where the curve is too flat for Newton, the bracket is halved on a logarithmic scale.
    const next = newton > low && newton < high ? newton : Math.sqrt(low * high)
    const isClose = Math.abs(next - factor) <= TOLERANCE * factor
    factor = next
    if (isClose) break
  }
  return factor
}

/** Whether these rows can say how sure the model should be. */
const isInformative = (truth: Int32Array, logits: ScoreMatrix): boolean =>
  truth.some((actual) => actual !== truth[0]) &&
  truth.some(
    (actual, row) => logits.values[row * logits.labels + actual]! < highestScore(logits, row),
  )

/**
 * The temperature of least cross entropy for true classes [rows] and logits [rows, classes] of validation rows, within
 * [0.01, 100]. It stays 1 where nothing says that the model is wrong: no rows, one class only, or no row that has a higher
 * logit for a wrong class (the loss would fall for ever as the temperature falls).
 */
export const fitTemperature = (truth: Int32Array, logits: ScoreMatrix): TemperatureFit => {
  if (truth.length === 0 && logits.rows === 0)
    return { temperature: 1, lossBefore: null, lossAfter: null }
  checkClassScores(truth, logits)
  const lossBefore = logLossFromLogits(truth, logits)
  if (!isInformative(truth, logits)) return { temperature: 1, lossBefore, lossAfter: lossBefore }
  const temperature = 1 / bestFactor(truth, logits)
  const scaled = { ...logits, values: Float64Array.from(logits.values, (z) => z / temperature) }
  return { temperature, lossBefore, lossAfter: logLossFromLogits(truth, scaled) }
}

/** Probabilities softmax(logits / temperature), [rows, classes]. */
export const applyTemperature = (logits: ScoreMatrix, temperature: number): ScoreMatrix => {
  checkScores(logits)
  if (!(temperature > 0 && Number.isFinite(temperature)))
    throw metricsErrors.error('option-invalid', {
      option: 'temperature',
      expected: 'a finite number above 0',
      received: temperature,
    })
  const { rows, labels } = logits
  const values = new Float64Array(rows * labels)
  for (let row = 0; row < rows; row++) {
    const highest = highestScore(logits, row)
    const out = values.subarray(row * labels, (row + 1) * labels)
    let total = 0
    for (let label = 0; label < labels; label++) {
      out[label] = Math.exp((logits.values[row * labels + label]! - highest) / temperature)
      total += out[label]!
    }
    for (let label = 0; label < labels; label++) out[label]! /= total
  }
  return { rows, labels, values }
}
