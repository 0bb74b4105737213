// The points behind ROC and precision-recall charts, in scikit-learn's order and with its conventions.
import { stepsOf } from './steps.ts'

/** Points from (0, 0) to (1, 1); the first threshold is Infinity (nothing predicted). */
export interface RocCurve {
  readonly falsePositiveRate: Float64Array
  readonly truePositiveRate: Float64Array
  readonly thresholds: Float64Array
}

/** Points by rising threshold, then the end point (precision 1, recall 0), which has no threshold. */
export interface PrecisionRecallCurve {
  readonly precision: Float64Array
  readonly recall: Float64Array
  readonly thresholds: Float64Array
}

/** ROC curve of one label. Rates are NaN for a class that does not occur. */
export const rocCurve = (
  truth: ArrayLike<number>,
  scores: ArrayLike<number>,
  /** Leave out points on a straight line between their neighbours. */
  { dropCollinear = true }: { readonly dropCollinear?: boolean } = {},
): RocCurve => {
  const { thresholds, truePositives, falsePositives, positives, negatives } = stepsOf(truth, scores)
  const bends = (counts: Float64Array, step: number): boolean =>
    counts[step + 1]! - counts[step]! !== counts[step]! - counts[step - 1]!
  const kept: number[] = []
  for (let step = 0; step < thresholds.length; step++)
    if (
      !dropCollinear ||
      step === 0 ||
      step === thresholds.length - 1 ||
      bends(truePositives, step) ||
      bends(falsePositives, step)
    )
      kept.push(step)
  const points = (first: number, value: (step: number) => number): Float64Array =>
    Float64Array.from([first, ...kept.map(value)])
  return {
    falsePositiveRate: points(0 / negatives, (step) => falsePositives[step]! / negatives),
    truePositiveRate: points(0 / positives, (step) => truePositives[step]! / positives),
    thresholds: points(Infinity, (step) => thresholds[step]!),
  }
}

/** Precision-recall curve of one label. Without positive rows recall is 1 everywhere, as in scikit-learn. */
export const precisionRecallCurve = (
  truth: ArrayLike<number>,
  scores: ArrayLike<number>,
): PrecisionRecallCurve => {
  const { thresholds, truePositives, falsePositives, positives } = stepsOf(truth, scores)
  const last = thresholds.length
  const precision = new Float64Array(last + 1)
  const recall = new Float64Array(last + 1)
  for (let step = 0; step < last; step++) {
    const point = last - 1 - step
    precision[point] = truePositives[step]! / (truePositives[step]! + falsePositives[step]!)
    recall[point] = positives === 0 ? 1 : truePositives[step]! / positives
  }
  precision[last] = 1
  return { precision, recall, thresholds: thresholds.toReversed() }
}
