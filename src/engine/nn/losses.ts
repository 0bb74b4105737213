// Losses, computed from logits for stability. All are sum(weight * loss) / sum(weight): rows of weight 0 do not count.
import * as F from '../graph/functions.ts'

import type { Tensor } from '../graph/types.ts'

interface LossWeights {
  /** float32 [batch, 1]. */
  readonly rows?: Tensor
  /** float32 [labels]. */
  readonly labels?: Tensor
}

const weightedMean = (losses: Tensor, { rows, labels }: LossWeights): Tensor => {
  const weights = [rows, labels].filter((weight) => weight !== undefined)
  if (weights.length === 0) return F.reduceMean(losses)
  const ones = F.add(F.zerosLike(losses), 1)
  const weight = weights.reduce((product, factor) => F.mul(product, factor), ones)
  return F.div(F.reduceSum(F.mul(losses, weight)), F.reduceSum(weight))
}

/** logits, targets float32 [batch, labels] -> scalar: mean of softplus(z) - z y, finite for every logit. */
export const binaryCrossEntropy = (
  logits: Tensor,
  targets: Tensor,
  weights: LossWeights = {},
): Tensor => weightedMean(F.sub(F.softplus(logits), F.mul(logits, targets)), weights)

/** logits [batch, classes], targets: probabilities or one-hot float32 [batch, classes] -> scalar. */
export const categoricalCrossEntropy = (
  logits: Tensor,
  targets: Tensor,
  { rows }: Pick<LossWeights, 'rows'> = {},
): Tensor => {
  const losses = F.neg(
    F.reduceSum(F.mul(F.logSoftmax(logits), targets), { axes: [1], keepDimensions: true }),
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
