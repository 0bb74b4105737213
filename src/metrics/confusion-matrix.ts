// How often each true class was taken for each class, and what the counts of a class come to.
import { checkClassPair } from './classes.ts'

export interface ConfusionMatrix {
  readonly classes: number
  /** Rows of data, row-major [true class, predicted class]. */
  readonly counts: Float64Array
}

/** Counts of one class against the rest, per class. */
export interface ClassCounts {
  readonly hits: Float64Array
  readonly actual: Float64Array
  readonly predicted: Float64Array
}

/** Confusion matrix of rows of which row i counts `repeats[i]` times; the input is not checked. */
export const countConfusion = (
  truth: Int32Array,
  predicted: Int32Array,
  { classes, repeats }: { readonly classes: number; readonly repeats?: Uint32Array },
): ConfusionMatrix => {
  const counts = new Float64Array(classes * classes)
  for (let row = 0; row < truth.length; row++)
    counts[truth[row]! * classes + predicted[row]!]! += repeats?.[row] ?? 1
  return { classes, counts }
}

/** Class counts of rows of which row i counts `repeats[i]` times; the input is not checked. */
export const countClasses = (
  truth: Int32Array,
  predicted: Int32Array,
  { classes, repeats }: { readonly classes: number; readonly repeats?: Uint32Array },
): ClassCounts => {
  const hits = new Float64Array(classes)
  const actual = new Float64Array(classes)
  const guessed = new Float64Array(classes)
  for (let row = 0; row < truth.length; row++) {
    const count = repeats?.[row] ?? 1
    const isTrue = truth[row]!
    const isPredicted = predicted[row]!
    actual[isTrue]! += count
    guessed[isPredicted]! += count
    if (isTrue === isPredicted) hits[isTrue]! += count
  }
  return { hits, actual, predicted: guessed }
}

/** Confusion matrix over all `classes`, also those that do not occur (scikit-learn's with `labels=range(classes)`). */
export const confusionMatrix = (
  truth: Int32Array,
  predicted: Int32Array,
  classes: number,
): ConfusionMatrix => {
  checkClassPair(truth, predicted, classes)
  return countConfusion(truth, predicted, { classes })
}
