// Losses, computed from logits for stability. All are sum(weight * loss) / sum(weight): rows of weight 0 do not count.
import * as F from '../graph/functions.ts'

import type { Tensor } from '../graph/types.ts'

export interface LossWeights {
  /** float32 [batch, 1]. */
  readonly rows?: Tensor
  /** float32 [labels]. */
  readonly labels?: Tensor
}

/** Divides the losses of a batch in which no row counts: 0, not NaN. */
const NO_WEIGHT = 1e-30

export const weightedMean = (losses: Tensor, { rows, labels }: LossWeights): Tensor => {
  const weights = [rows, labels].filter((weight) => weight !== undefined)
  if (weights.length === 0) return F.reduceMean(losses)
  const ones = F.add(F.zerosLike(losses), 1)
  const weight = weights.reduce((product, factor) => F.mul(product, factor), ones)
  const total = F.max(F.reduceSum(weight), NO_WEIGHT)
  return F.div(F.reduceSum(F.mul(losses, weight)), total)
}

interface Smoothing {
  /** Share of a target that is spread evenly over the alternatives (Szegedy et al., 2016, section 7). */
  readonly smoothing?: number
}

/** Targets moved towards 1 / `alternatives`. */
const smoothed = (targets: Tensor, smoothing: number, alternatives: number): Tensor =>
  smoothing === 0 ? targets : F.add(F.mul(targets, 1 - smoothing), smoothing / alternatives)

/** logits, targets float32 [batch, labels] -> scalar: mean of softplus(z) - z y, finite for every logit. */
export const binaryCrossEntropy = (
  logits: Tensor,
  targets: Tensor,
  { smoothing = 0, ...weights }: LossWeights & Smoothing = {},
): Tensor => {
  const soft = smoothed(targets, smoothing, 2)
  return weightedMean(F.sub(F.softplus(logits), F.mul(logits, soft)), weights)
}

/** logits [batch, classes], targets: probabilities or one-hot float32 [batch, classes] -> scalar. */
export const categoricalCrossEntropy = (
  logits: Tensor,
  targets: Tensor,
  { rows, smoothing = 0 }: Pick<LossWeights, 'rows'> & Smoothing = {},
): Tensor => {
  const soft = smoothed(targets, smoothing, Number(logits.shape[1]))
  const losses = F.neg(
    F.reduceSum(F.mul(F.logSoftmax(logits), soft), { axes: [1], keepDimensions: true }),
  )
  return weightedMean(losses, rows ? { rows } : {})
}

/** predictions, targets float32 [batch, values] -> scalar. */
export const meanSquaredError = (
  predictions: Tensor,
  targets: Tensor,
  weights: LossWeights = {},
): Tensor => {
  const difference = F.sub(predictions, targets)
  return weightedMean(F.mul(difference, difference), weights)
}

/** Huber, "Robust Estimation of a Location Parameter", 1964: quadratic up to an error of `delta`, linear beyond. */
export const huber = (
  predictions: Tensor,
  targets: Tensor,
  { delta = 1, ...weights }: LossWeights & { readonly delta?: number } = {},
): Tensor => {
  const difference = F.sub(predictions, targets)
  const near = F.clip(difference, { low: -delta, high: delta })
  return weightedMean(F.mul(near, F.sub(difference, F.mul(near, 0.5))), weights)
}
