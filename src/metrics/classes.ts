// Classes of rows as whole numbers from 0, and the checks that every multi-class and ordinal metric makes first.
import { metricsErrors } from './errors.ts'
import { checkLength, checkScores } from './matrix.ts'

import type { LabelMatrix, ScoreMatrix } from './matrix.ts'

/** Refuses no rows, no classes, and class numbers outside 0 .. classes - 1. */
export const checkClasses = (indices: Int32Array, classes: number): void => {
  if (indices.length === 0 || classes === 0)
    throw metricsErrors.error('empty', { rows: indices.length, labels: classes })
  if (!(Number.isInteger(classes) && classes > 0))
    throw metricsErrors.error('option-invalid', {
      option: 'classes',
      expected: 'a whole number of at least 1',
      received: classes,
    })
  const row = indices.findIndex((value) => value < 0 || value >= classes)
  if (row >= 0)
    throw metricsErrors.error('class-out-of-range', {
      row: row + 1,
      value: indices[row]!,
      last: classes - 1,
    })
}

/** Refuses true and predicted classes that do not fit each other. */
export const checkClassPair = (truth: Int32Array, predicted: Int32Array, classes: number): void => {
  checkClasses(truth, classes)
  checkLength('predicted classes', truth.length, predicted.length)
  checkClasses(predicted, classes)
}

/** Refuses true classes [rows] and scores [rows, classes] that do not fit each other; `labels` are the classes. */
export const checkClassScores = (truth: Int32Array, scores: ScoreMatrix): void => {
  checkClasses(truth, scores.labels)
  checkLength('rows of scores', truth.length, scores.rows)
  checkScores(scores)
}

/** Highest score of one row. */
export const highestScore = ({ labels, values }: ScoreMatrix, row: number): number => {
  let highest = -Infinity
  for (let index = row * labels; index < (row + 1) * labels; index++)
    highest = Math.max(highest, values[index]!)
  return highest
}

/** Class of the highest score of each row, [rows]; the first of equal ones, as numpy's argmax. */
export const argmaxClasses = (scores: ScoreMatrix): Int32Array => {
  checkScores(scores)
  const { rows, labels, values } = scores
  const winners = new Int32Array(rows)
  for (let row = 0; row < rows; row++) {
    let best = 0
    for (let label = 1; label < labels; label++)
      if (values[row * labels + label]! > values[row * labels + best]!) best = label
    winners[row] = best
  }
  return winners
}

/**
 * Classes as a 0/1 matrix [rows, classes]: one class against the rest per column.
 *
 * @example
 * rankingStatistic(oneHot(truth, scores.labels), scores, 'roc_auc_macro')
 */
export const oneHot = (indices: Int32Array, classes: number): LabelMatrix => {
  checkClasses(indices, classes)
  const values = new Uint8Array(indices.length * classes)
  for (let row = 0; row < indices.length; row++) values[row * classes + indices[row]!] = 1
  return { rows: indices.length, labels: classes, values }
}
