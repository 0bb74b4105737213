// What costs nothing to predict. Every score stands beside these, because a rare label makes doing nothing look good.
import type { LabelMatrix, ScoreMatrix } from './matrix.ts'

/** No label for any row. Its Hamming loss is the density of the truth. */
export const predictNothing = (rows: number, labels: number): LabelMatrix => ({
  rows,
  labels,
  values: new Uint8Array(rows * labels),
})

/** Each label's share in the training rows as the score of every row: ROC-AUC 0.5 per label by construction. */
export const prevalenceScores = (trainPrevalence: ArrayLike<number>, rows: number): ScoreMatrix => {
  const labels = trainPrevalence.length
  const values = new Float64Array(rows * labels)
  for (let index = 0; index < values.length; index++)
    values[index] = trainPrevalence[index % labels]!
  return { rows, labels, values }
}
