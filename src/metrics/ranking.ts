// How well scores rank rows, whatever the threshold: ROC and precision-recall, per label and averaged.
// Areas are summed in whole counts and divided once, so scaling or shifting the scores cannot change a bit.
import { checkLabels, checkSameShape, checkScores, labelColumn, scoreColumn } from './matrix.ts'
import { stepsOf } from './steps.ts'

import type { LabelMatrix, ScoreMatrix } from './matrix.ts'
import type { Steps } from './steps.ts'

/** Ranking scores under the names that `medley evaluate --json` prints; null = undefined for this truth. */
export interface RankingScores {
  /** Mean over the labels that have both classes; scikit-learn's macro average when `roc_auc_labels_used` is all of them. */
  readonly roc_auc_macro: number | null
  readonly roc_auc_micro: number | null
  /** As macro, weighted by positive rows. */
  readonly roc_auc_weighted: number | null
  /** Mean over all labels; a label without positive rows counts as 0, as in scikit-learn. */
  readonly average_precision_macro: number
  readonly average_precision_micro: number
  readonly roc_auc_labels_used: number
}

const areaUnderSteps = ({ truePositives, falsePositives, positives, negatives }: Steps): number => {
  let doubleArea = 0
  let hits = 0
  let misses = 0
  for (let step = 0; step < truePositives.length; step++) {
    doubleArea += (falsePositives[step]! - misses) * (truePositives[step]! + hits)
    hits = truePositives[step]!
    misses = falsePositives[step]!
  }
  // 0 / 0 is the NaN that a label with one class deserves.
  return doubleArea / (2 * positives * negatives)
}

const precisionOfSteps = ({ truePositives, falsePositives, positives }: Steps): number => {
  if (positives === 0) return 0
  let total = 0
  let hits = 0
  for (let step = 0; step < truePositives.length; step++) {
    const reached = truePositives[step]!
    total += ((reached - hits) / positives) * (reached / (reached + falsePositives[step]!))
    hits = reached
  }
  return total
}

/** Area under the ROC curve of one label; NaN when all rows are of one class. */
export const rocAuc = (truth: ArrayLike<number>, scores: ArrayLike<number>): number =>
  areaUnderSteps(stepsOf(truth, scores))

/** Average precision of one label (no interpolation); 0 without positive rows, 1 without negative ones. */
export const averagePrecision = (truth: ArrayLike<number>, scores: ArrayLike<number>): number =>
  precisionOfSteps(stepsOf(truth, scores))

/** Ranking scores of a matrix of scores. */
export const rankingScores = (truth: LabelMatrix, scores: ScoreMatrix): RankingScores => {
  checkLabels(truth)
  checkScores(scores)
  checkSameShape(truth, scores)
  let areaTotal = 0
  let weightedTotal = 0
  let weights = 0
  let labelsUsed = 0
  let precisionTotal = 0
  for (let label = 0; label < truth.labels; label++) {
    const steps = stepsOf(labelColumn(truth, label), scoreColumn(scores, label))
    precisionTotal += precisionOfSteps(steps)
    if (steps.positives === 0 || steps.negatives === 0) continue
    const area = areaUnderSteps(steps)
    areaTotal += area
    weightedTotal += area * steps.positives
    weights += steps.positives
    labelsUsed++
  }
  const pooled = stepsOf(truth.values, scores.values)
  const hasBothClasses = pooled.positives > 0 && pooled.negatives > 0
  return {
    roc_auc_macro: labelsUsed === 0 ? null : areaTotal / labelsUsed,
    roc_auc_micro: hasBothClasses ? areaUnderSteps(pooled) : null,
    roc_auc_weighted: labelsUsed === 0 ? null : weightedTotal / weights,
    average_precision_macro: precisionTotal / truth.labels,
    average_precision_micro: precisionOfSteps(pooled),
    roc_auc_labels_used: labelsUsed,
  }
}
