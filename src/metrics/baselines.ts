// What costs nothing to predict. Every score stands beside these, because a rare label makes doing nothing look good.
import { checkClasses } from './classes.ts'
import { meanOf } from './correlation.ts'
import { checkTargets } from './matrix.ts'
import { median } from './quantile.ts'

import type { LabelMatrix, ScoreMatrix } from './matrix.ts'

/** No label for any row. Its Hamming loss is the density of the truth. */
export const predictNothing = (rows: number, labels: number): LabelMatrix => ({
  rows,
  labels,
  values: new Uint8Array(rows * labels),
})

/** Each label's or class's share in the training rows as the score of every row: ROC-AUC 0.5 each by construction. */
export const prevalenceScores = (trainPrevalence: ArrayLike<number>, rows: number): ScoreMatrix => {
  const labels = trainPrevalence.length
  const values = new Float64Array(rows * labels)
  for (let index = 0; index < values.length; index++)
    values[index] = trainPrevalence[index % labels]!
  return { rows, labels, values }
}

/** Share of each class in the training rows, [classes]; `prevalenceScores` makes constant scores of it. */
export const classFrequencies = (train: Int32Array, classes: number): Float64Array => {
  checkClasses(train, classes)
  const counts = new Float64Array(classes)
  for (const index of train) counts[index]!++
  return counts.map((count) => count / train.length)
}

/** The most frequent class of the training rows, the first of equal ones: the guess of best accuracy. */
export const majorityClass = (train: Int32Array, classes: number): number => {
  const frequencies = classFrequencies(train, classes)
  return frequencies.indexOf(Math.max(...frequencies))
}

/** The middle class of the training rows, the lower of two: the constant guess of least mean absolute error in classes. */
export const medianClass = (train: Int32Array, classes: number): number => {
  checkClasses(train, classes)
  return train.toSorted()[(train.length - 1) >> 1]!
}

/** Mean of the training rows: the constant guess of least squared error. */
export const meanTarget = (train: Float32Array | Float64Array): number => {
  checkTargets(train)
  return meanOf(train)
}

/** Median of the training rows: the constant guess of least absolute error. */
export const medianTarget = (train: Float32Array | Float64Array): number => {
  checkTargets(train)
  return median(train)
}
