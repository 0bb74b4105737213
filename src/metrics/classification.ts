// Multi-label scores of 0/1 predictions, equal to scikit-learn 1.9.1 with zero_division=0 (docs there: "Model evaluation").
// Precision, recall, F and Jaccard are all a ratio of counts; only the ratio and the way to average differ.
import { metricsErrors } from './errors.ts'
import { checkLabels, checkSameShape } from './matrix.ts'

import type { LabelMatrix } from './matrix.ts'

/** Scores of one set of predictions, under the names that `medley evaluate --json` prints. */
export interface ClassificationScores {
  readonly hamming_loss: number
  readonly subset_accuracy: number
  /** Mean of the per-label accuracies = 1 - Hamming loss. Predicting nothing scores 1 - density: never show it alone. */
  readonly label_accuracy: number
  readonly precision_macro: number
  readonly precision_micro: number
  readonly precision_weighted: number
  readonly precision_samples: number
  readonly recall_macro: number
  readonly recall_micro: number
  readonly recall_weighted: number
  readonly recall_samples: number
  readonly f1_macro: number
  readonly f1_micro: number
  readonly f1_weighted: number
  readonly f1_samples: number
}

/** What a ratio with an empty denominator is worth: 0, 1, or NaN to leave it out of the mean. */
export interface ZeroDivision {
  readonly zeroDivision?: number
}

export type Average = 'macro' | 'micro' | 'weighted' | 'samples'
export type Averages = Readonly<Record<Average, number>>

/** Counts per label or per row. */
interface Counts {
  readonly truePositives: Float64Array
  readonly predicted: Float64Array
  readonly actual: Float64Array
}

interface Ratio {
  numerator(truePositives: number, predicted: number, actual: number): number
  denominator(truePositives: number, predicted: number, actual: number): number
}

const precision: Ratio = { numerator: (hits) => hits, denominator: (_, predicted) => predicted }
const recall: Ratio = { numerator: (hits) => hits, denominator: (_, __, actual) => actual }
const fScore = (beta: number): Ratio => ({
  numerator: (hits) => (1 + beta * beta) * hits,
  denominator: (_, predicted, actual) => beta * beta * actual + predicted,
})
const overlap: Ratio = {
  numerator: (hits) => hits,
  denominator: (hits, predicted, actual) => predicted + actual - hits,
}

const countsOf = (length: number): Counts => ({
  truePositives: new Float64Array(length),
  predicted: new Float64Array(length),
  actual: new Float64Array(length),
})

const count = (
  truth: LabelMatrix,
  predicted: LabelMatrix,
): { readonly byLabel: Counts; readonly byRow: Counts } => {
  checkLabels(truth)
  checkLabels(predicted)
  checkSameShape(truth, predicted)
  const { rows, labels } = truth
  const byLabel = countsOf(labels)
  const byRow = countsOf(rows)
  for (let row = 0, index = 0; row < rows; row++)
    for (let label = 0; label < labels; label++, index++) {
      const isTrue = truth.values[index]!
      const isPredicted = predicted.values[index]!
      const isHit = isTrue & isPredicted
      byLabel.truePositives[label]! += isHit
      byLabel.predicted[label]! += isPredicted
      byLabel.actual[label]! += isTrue
      byRow.truePositives[row]! += isHit
      byRow.predicted[row]! += isPredicted
      byRow.actual[row]! += isTrue
    }
  return { byLabel, byRow }
}

const divide = (ratio: Ratio, counts: Counts, zeroDivision: number): Float64Array =>
  counts.truePositives.map((hits, index) => {
    const predicted = counts.predicted[index]!
    const actual = counts.actual[index]!
    const denominator = ratio.denominator(hits, predicted, actual)
    return denominator === 0 ? zeroDivision : ratio.numerator(hits, predicted, actual) / denominator
  })

/** Mean without NaN; the plain mean when all weights are 0, as scikit-learn does. */
const mean = (values: Float64Array, weights?: Float64Array): number => {
  let total = 0
  let weightTotal = 0
  for (let index = 0; index < values.length; index++)
    if (!Number.isNaN(values[index])) {
      const weight = weights?.[index] ?? 1
      total += weight * values[index]!
      weightTotal += weight
    }
  if (weightTotal > 0) return total / weightTotal
  return weights === undefined ? NaN : mean(values)
}

const total = (values: Float64Array): Float64Array =>
  Float64Array.of(values.reduce((sum, value) => sum + value, 0))

const averagesOf = (
  ratio: Ratio,
  { byLabel, byRow }: { readonly byLabel: Counts; readonly byRow: Counts },
  zeroDivision: number,
): Averages => {
  const perLabel = divide(ratio, byLabel, zeroDivision)
  const pooled = {
    truePositives: total(byLabel.truePositives),
    predicted: total(byLabel.predicted),
    actual: total(byLabel.actual),
  }
  return {
    macro: mean(perLabel),
    micro: divide(ratio, pooled, zeroDivision)[0]!,
    weighted: mean(perLabel, byLabel.actual),
    samples: mean(divide(ratio, byRow, zeroDivision)),
  }
}

/** All scores of 0/1 predictions. */
export const classificationScores = (
  truth: LabelMatrix,
  predicted: LabelMatrix,
  { zeroDivision = 0 }: ZeroDivision = {},
): ClassificationScores => {
  const counts = count(truth, predicted)
  const { truePositives, predicted: guessed, actual } = counts.byRow
  let differences = 0
  let exactRows = 0
  for (let row = 0; row < truth.rows; row++) {
    const wrong = guessed[row]! + actual[row]! - 2 * truePositives[row]!
    differences += wrong
    if (wrong === 0) exactRows++
  }
  const hammingLoss = differences / truth.values.length
  const p = averagesOf(precision, counts, zeroDivision)
  const r = averagesOf(recall, counts, zeroDivision)
  const f = averagesOf(fScore(1), counts, zeroDivision)
  return {
    hamming_loss: hammingLoss,
    subset_accuracy: exactRows / truth.rows,
    label_accuracy: 1 - hammingLoss,
    precision_macro: p.macro,
    precision_micro: p.micro,
    precision_weighted: p.weighted,
    precision_samples: p.samples,
    recall_macro: r.macro,
    recall_micro: r.micro,
    recall_weighted: r.weighted,
    recall_samples: r.samples,
    f1_macro: f.macro,
    f1_micro: f.micro,
    f1_weighted: f.weighted,
    f1_samples: f.samples,
  }
}

/** F-beta in all averages; recall counts `beta` times as much as precision. */
export const fBeta = (
  truth: LabelMatrix,
  predicted: LabelMatrix,
  { beta = 1, zeroDivision = 0 }: ZeroDivision & { readonly beta?: number } = {},
): Averages => {
  if (!(beta >= 0 && Number.isFinite(beta)))
    throw metricsErrors.error('option-invalid', {
      option: 'beta',
      expected: 'a finite number of at least 0',
      received: beta,
    })
  return averagesOf(fScore(beta), count(truth, predicted), zeroDivision)
}

/** Jaccard index (intersection over union) in all averages. */
export const jaccard = (
  truth: LabelMatrix,
  predicted: LabelMatrix,
  { zeroDivision = 0 }: ZeroDivision = {},
): Averages => averagesOf(overlap, count(truth, predicted), zeroDivision)
