// Per-label confusion counts and what is computed from them: precision, recall, F1, Matthews correlation.
import { checkLabels, checkSameShape } from './matrix.ts'

import type { LabelMatrix } from './matrix.ts'

/** The four cells of one label's confusion matrix. */
export interface LabelCounts {
  readonly truePositives: number
  readonly falsePositives: number
  readonly falseNegatives: number
  readonly trueNegatives: number
}

/** Confusion counts of every label. */
export const labelCounts = (truth: LabelMatrix, predicted: LabelMatrix): LabelCounts[] => {
  checkLabels(truth)
  checkLabels(predicted)
  checkSameShape(truth, predicted)
  const { rows, labels } = truth
  return Array.from({ length: labels }, (_, label) => {
    let truePositives = 0
    let falsePositives = 0
    let falseNegatives = 0
    for (let row = 0; row < rows; row++) {
      const isTrue = truth.values[row * labels + label]!
      const isPredicted = predicted.values[row * labels + label]!
      truePositives += isTrue & isPredicted
      falsePositives += isPredicted & (1 - isTrue)
      falseNegatives += isTrue & (1 - isPredicted)
    }
    const trueNegatives = rows - truePositives - falsePositives - falseNegatives
    return { truePositives, falsePositives, falseNegatives, trueNegatives }
  })
}

const ratio = (numerator: number, denominator: number): number =>
  denominator === 0 ? 0 : numerator / denominator

/** Share of the predicted rows that are right; 0 when nothing is predicted. */
export const precisionOf = (counts: LabelCounts): number =>
  ratio(counts.truePositives, counts.truePositives + counts.falsePositives)

/** Share of the true rows that are found; 0 when nothing is true. */
export const recallOf = (counts: LabelCounts): number =>
  ratio(counts.truePositives, counts.truePositives + counts.falseNegatives)

/** Harmonic mean of precision and recall; 0 when nothing is true and nothing predicted. */
export const f1Of = (counts: LabelCounts): number =>
  ratio(
    2 * counts.truePositives,
    2 * counts.truePositives + counts.falsePositives + counts.falseNegatives,
  )

/** Matthews correlation; 0 when a row or column of the confusion matrix is empty. */
export const matthewsOf = (counts: LabelCounts): number => {
  const { truePositives, falsePositives, falseNegatives, trueNegatives } = counts
  return ratio(
    truePositives * trueNegatives - falsePositives * falseNegatives,
    Math.sqrt(
      (truePositives + falsePositives) *
        (truePositives + falseNegatives) *
        (trueNegatives + falsePositives) *
        (trueNegatives + falseNegatives),
    ),
  )
}

/** Matthews correlation of every label. */
export const matthews = (truth: LabelMatrix, predicted: LabelMatrix): Float64Array =>
  Float64Array.from(labelCounts(truth, predicted), matthewsOf)
