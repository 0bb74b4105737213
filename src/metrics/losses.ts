// Scores of probabilities as probabilities. Cross entropy is best computed from logits: nothing needs clipping there.
import { checkLabels, checkProbabilities, checkSameShape, checkScores } from './matrix.ts'

import type { LabelMatrix, ScoreMatrix } from './matrix.ts'

/** A certain wrong answer costs this much, as in PyTorch's BCELoss (Keras clips at 16.1, scikit-learn at 36.0). */
const LARGEST_LOSS = 100

/** Cross entropy of one cell from its logit, stable for logits of any size; `target` may be soft. */
export const logisticLoss = (target: number, logit: number): number =>
  Math.max(logit, 0) - logit * target + Math.log1p(Math.exp(-Math.abs(logit)))

const meanOverCells = (
  truth: LabelMatrix,
  scores: ScoreMatrix,
  cell: (target: number, score: number) => number,
): number => {
  let total = 0
  for (let index = 0; index < truth.values.length; index++)
    total += cell(truth.values[index]!, scores.values[index]!)
  return total / truth.values.length
}

/** Mean binary cross entropy over all cells, from logits. */
export const binaryCrossEntropyFromLogits = (truth: LabelMatrix, logits: ScoreMatrix): number => {
  checkLabels(truth)
  checkScores(logits)
  checkSameShape(truth, logits)
  return meanOverCells(truth, logits, logisticLoss)
}

/** Mean binary cross entropy over all cells, from probabilities. */
export const binaryCrossEntropy = (truth: LabelMatrix, probabilities: ScoreMatrix): number => {
  checkLabels(truth)
  checkProbabilities(probabilities)
  checkSameShape(truth, probabilities)
  return meanOverCells(truth, probabilities, (target, probability) =>
    Math.min(LARGEST_LOSS, target === 1 ? -Math.log(probability) : -Math.log1p(-probability)),
  )
}

/** Brier score: mean squared error of the probabilities over all cells. */
export const brier = (truth: LabelMatrix, probabilities: ScoreMatrix): number => {
  checkLabels(truth)
  checkProbabilities(probabilities)
  checkSameShape(truth, probabilities)
  return meanOverCells(truth, probabilities, (target, probability) => (probability - target) ** 2)
}
