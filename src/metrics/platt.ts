// Calibration: score = sigmoid(slope * logit + intercept) per label, fitted on validation rows. Newton's method with
// backtracking and Platt's smoothed targets (Lin, Lin & Weng, "A note on Platt's probabilistic outputs", 2007).
// The slope stays above zero, so calibration never changes how a label ranks rows.
import { logisticLoss } from './losses.ts'
import {
  checkLabels,
  checkLength,
  checkSameShape,
  checkScores,
  labelColumn,
  scoreColumn,
} from './matrix.ts'

import type { LabelMatrix, ScoreMatrix } from './matrix.ts'

export interface PlattFit {
  readonly slope: number
  readonly intercept: number
}

/** Where logits are useless or misleading on validation rows, this slope keeps their order and little else. */
const SMALLEST_SLOPE = 0.01
const ITERATIONS = 100
const GRADIENT_TOLERANCE = 1e-10
/** Added to the Hessian's diagonal, as a share of the number of rows. */
const RIDGE = 1e-12

const sigmoid = (logit: number): number => 1 / (1 + Math.exp(-logit))

const lossOf = (
  { slope, intercept }: PlattFit,
  inputs: Float64Array,
  targets: Float64Array,
): number => {
  let total = 0
  for (let row = 0; row < inputs.length; row++)
    total += logisticLoss(targets[row]!, slope * inputs[row]! + intercept)
  return total / inputs.length
}

/** Newton direction of the mean loss at `at`, and how steep it is; the slope moves only if it is free. */
const newtonDirection = (
  at: PlattFit,
  { inputs, targets }: { readonly inputs: Float64Array; readonly targets: Float64Array },
  isSlopeFree: boolean,
): { readonly slope: number; readonly intercept: number; readonly descent: number } => {
  let gradientSlope = 0
  let gradientIntercept = 0
  let hessianSlope = RIDGE
  let hessianMixed = 0
  let hessianIntercept = RIDGE
  for (let row = 0; row < inputs.length; row++) {
    const input = inputs[row]!
    const probability = sigmoid(at.slope * input + at.intercept)
    const error = (probability - targets[row]!) / inputs.length
    const curvature = (probability * (1 - probability)) / inputs.length
    gradientIntercept += error
    hessianIntercept += curvature
    gradientSlope += error * input
    hessianMixed += curvature * input
    hessianSlope += curvature * input * input
  }
  if (!isSlopeFree) {
    const intercept = -gradientIntercept / hessianIntercept
    return { slope: 0, intercept, descent: gradientIntercept * intercept }
  }
  const determinant = hessianSlope * hessianIntercept - hessianMixed * hessianMixed
  const slope = -(hessianIntercept * gradientSlope - hessianMixed * gradientIntercept) / determinant
  const intercept = -(hessianSlope * gradientIntercept - hessianMixed * gradientSlope) / determinant
  return { slope, intercept, descent: gradientSlope * slope + gradientIntercept * intercept }
}

const minimise = (
  start: PlattFit,
  data: { readonly inputs: Float64Array; readonly targets: Float64Array },
  isSlopeFree: boolean,
): PlattFit => {
  let at = start
  let loss = lossOf(at, data.inputs, data.targets)
  for (let iteration = 0; iteration < ITERATIONS; iteration++) {
    const { slope, intercept, descent } = newtonDirection(at, data, isSlopeFree)
    // `descent` is the squared length of the gradient in the metric of the Hessian.
    if (!(-descent > GRADIENT_TOLERANCE ** 2)) break
    let step = 1
    let next = at
    let nextLoss = Infinity
    while (step > 1e-10) {
      next = { slope: at.slope + step * slope, intercept: at.intercept + step * intercept }
      nextLoss = lossOf(next, data.inputs, data.targets)
      if (nextLoss <= loss + 1e-4 * step * descent) break
      step /= 2
    }
    if (!(nextLoss <= loss)) break
    at = next
    loss = nextLoss
  }
  return at
}

const fitColumn = (truth: Uint8Array, logits: Float64Array): PlattFit => {
  const rows = truth.length
  const positives = truth.reduce((sum, value) => sum + value, 0)
  // One class only: nothing says that the model is wrong.
  if (positives === 0 || positives === rows) return { slope: 1, intercept: 0 }
  const high = (positives + 1) / (positives + 2)
  const low = 1 / (rows - positives + 2)
  const targets = Float64Array.from(truth, (value) => (value === 1 ? high : low))
  const mean = logits.reduce((sum, value) => sum + value, 0) / rows
  const deviation = Math.sqrt(logits.reduce((sum, value) => sum + (value - mean) ** 2, 0) / rows)
  const prior = Math.log((positives + 1) / (rows - positives + 1))
  // A constant logit says nothing: keep it, and let the intercept meet the prior.
  if (!(deviation > 1e-9 * Math.max(1, Math.abs(mean))))
    return { slope: 1, intercept: prior - mean }
  // Standardised inputs keep the Hessian well conditioned whatever the scale of the logits.
  const inputs = logits.map((value) => (value - mean) / deviation)
  const smallest = SMALLEST_SLOPE * deviation
  let fit = minimise({ slope: 0, intercept: prior }, { inputs, targets }, true)
  // The loss is convex, so below the smallest slope the best allowed fit lies on that border.
  if (!(fit.slope >= smallest))
    fit = minimise({ slope: smallest, intercept: prior }, { inputs, targets }, false)
  return {
    slope: fit.slope / deviation,
    intercept: fit.intercept - (fit.slope * mean) / deviation,
  }
}

/** Slope and intercept of every label, from the logits of validation rows. */
export const fitPlatt = (truth: LabelMatrix, logits: ScoreMatrix): PlattFit[] => {
  checkLabels(truth)
  checkScores(logits)
  checkSameShape(truth, logits)
  return Array.from({ length: truth.labels }, (_, label) =>
    fitColumn(labelColumn(truth, label), scoreColumn(logits, label)),
  )
}

/** Calibrated probabilities of logits. */
export const applyPlatt = (logits: ScoreMatrix, fits: readonly PlattFit[]): ScoreMatrix => {
  checkScores(logits)
  const { rows, labels } = logits
  checkLength('calibrated labels', labels, fits.length)
  const values = new Float64Array(rows * labels)
  for (let index = 0; index < values.length; index++) {
    const { slope, intercept } = fits[index % labels]!
    values[index] = sigmoid(slope * logits.values[index]! + intercept)
  }
  return { rows, labels, values }
}
