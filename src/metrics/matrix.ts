// Truth, predictions and scores as plain row-major matrices, and the checks that every metric makes first.
// One column is one label here; scikit-learn would read it as a two-class problem and average over both classes.
import { metricsErrors } from './errors.ts'

/** Truth or predictions, 0 or 1, row-major [rows, labels]. */
export interface LabelMatrix {
  readonly rows: number
  readonly labels: number
  readonly values: Uint8Array
}

/** Probabilities or logits, row-major [rows, labels]. */
export interface ScoreMatrix {
  readonly rows: number
  readonly labels: number
  readonly values: Float32Array | Float64Array
}

type Matrix = LabelMatrix | ScoreMatrix

const shapeOf = ({ rows, labels }: Matrix): string => `[${rows}, ${labels}]`

const checkSize = (what: string, matrix: Matrix): void => {
  const { rows, labels, values } = matrix
  if (rows === 0 || labels === 0) throw metricsErrors.error('empty', { rows, labels })
  if (values.length !== rows * labels)
    throw metricsErrors.error('shape-mismatch', {
      what: `the number of ${what} of shape ${shapeOf(matrix)}`,
      expected: rows * labels,
      received: values.length,
    })
}

/** Refuses an empty matrix and values other than 0 and 1. */
export const checkLabels = (matrix: LabelMatrix): void => {
  checkSize('labels', matrix)
  const index = matrix.values.findIndex((value) => value > 1)
  if (index >= 0)
    throw metricsErrors.error('labels-not-binary', cellAt(index, matrix.labels, matrix.values))
}

/** Refuses an empty matrix and scores that are NaN or infinite. */
export const checkScores = (matrix: ScoreMatrix): void => {
  checkSize('scores', matrix)
  checkFinite(matrix.values, matrix.labels)
}

/** Refuses NaN and infinite numbers; `labels` is the row length, to name the place. */
export const checkFinite = (values: ArrayLike<number>, labels = 1): void => {
  for (let index = 0; index < values.length; index++)
    if (!Number.isFinite(values[index]))
      throw metricsErrors.error('scores-not-finite', cellAt(index, labels, values))
}

/** Refuses no numbers, and true numbers that are NaN or infinite. */
export const checkTargets = (targets: Float32Array | Float64Array): void => {
  if (targets.length === 0) throw metricsErrors.error('empty', { rows: 0, labels: 1 })
  for (let row = 0; row < targets.length; row++)
    if (!Number.isFinite(targets[row]))
      throw metricsErrors.error('target-not-finite', { row: row + 1, value: targets[row]! })
}

/** Refuses scores outside [0, 1]. */
export const checkProbabilities = (matrix: ScoreMatrix): void => {
  checkScores(matrix)
  for (let index = 0; index < matrix.values.length; index++)
    if (matrix.values[index]! < 0 || matrix.values[index]! > 1)
      throw metricsErrors.error('not-probabilities', cellAt(index, matrix.labels, matrix.values))
}

/** Refuses two matrices of different shape. */
export const checkSameShape = (truth: Matrix, other: Matrix): void => {
  if (truth.rows !== other.rows || truth.labels !== other.labels)
    throw metricsErrors.error('shape-mismatch', {
      what: 'the shape of the predictions',
      expected: `that of the truth, ${shapeOf(truth)}`,
      received: shapeOf(other),
    })
}

/** Refuses a list that does not hold `expected` values. */
export const checkLength = (what: string, expected: number, received: number): void => {
  if (expected !== received)
    throw metricsErrors.error('shape-mismatch', {
      what: `the number of ${what}`,
      expected,
      received,
    })
}

const cellAt = (
  index: number,
  labels: number,
  values: ArrayLike<number>,
): { row: number; label: number; value: number } => ({
  row: Math.floor(index / labels) + 1,
  label: (index % labels) + 1,
  value: values[index]!,
})

/** The truth of one label, [rows]. */
export const labelColumn = ({ rows, labels, values }: LabelMatrix, label: number): Uint8Array => {
  const column = new Uint8Array(rows)
  for (let row = 0; row < rows; row++) column[row] = values[row * labels + label]!
  return column
}

/** The scores of one label, [rows], widened to float64 and not rounded. */
export const scoreColumn = ({ rows, labels, values }: ScoreMatrix, label: number): Float64Array => {
  const column = new Float64Array(rows)
  for (let row = 0; row < rows; row++) column[row] = values[row * labels + label]!
  return column
}

/** Positive rows per label. */
export const labelSupport = (truth: LabelMatrix): Float64Array => {
  checkLabels(truth)
  const support = new Float64Array(truth.labels)
  for (let index = 0; index < truth.values.length; index++)
    support[index % truth.labels]! += truth.values[index]!
  return support
}

/** Share of positive rows per label. */
export const labelPrevalence = (truth: LabelMatrix): Float64Array =>
  labelSupport(truth).map((count) => count / truth.rows)

/** 0/1 predictions: a score at or above its threshold is positive. One threshold, or one per label. */
export const thresholdScores = (
  scores: ScoreMatrix,
  thresholds: number | ArrayLike<number>,
): LabelMatrix => {
  checkScores(scores)
  const { rows, labels } = scores
  const limits =
    typeof thresholds === 'number' ? new Float64Array(labels).fill(thresholds) : thresholds
  checkLength('thresholds', labels, limits.length)
  const values = new Uint8Array(rows * labels)
  for (let index = 0; index < values.length; index++)
    values[index] = scores.values[index]! >= limits[index % labels]! ? 1 : 0
  return { rows, labels, values }
}
