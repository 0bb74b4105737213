// The linear text baseline of a split: fitted on training texts, C and thresholds from validation rows, scores for
// validation and test rows. Blocks for seconds: `start-linear-text.ts` runs it in a thread.
import { randomStream } from '../base/rng.ts'
import { fitThresholds } from '../metrics/index.ts'
import { fitLinearText } from './linear-text.ts'

import type { LabelMatrix, ScoreMatrix } from '../metrics/index.ts'
import type { LabelledTexts } from './linear-text.ts'

/** Texts of one input; a missing one is null. */
export interface SplitTexts {
  readonly train: LabelledTexts
  readonly validation: LabelledTexts
  readonly test: readonly (string | null)[]
}

export interface LinearTextBaseline {
  readonly validation: ScoreMatrix
  readonly test: ScoreMatrix
  /** Fitted on the validation rows. */
  readonly thresholds: readonly number[]
  /** The C that was best on the validation rows. */
  readonly inverseRegularisation: number
}

export interface BaselineOptions {
  /** Of the choice of training texts, where there are too many. */
  readonly seed?: number
  readonly maximumLabels?: number
  readonly maximumTexts?: number
}

/** One regression per label: beyond this the baseline would take longer than the model. */
const MAXIMUM_LABELS = 300
/** More texts hardly help a linear model, and their features must fit in memory. */
const MAXIMUM_TEXTS = 100_000

const subsample = (
  { texts, labels }: LabelledTexts,
  maximum: number,
  seed: number,
): LabelledTexts => {
  if (texts.length <= maximum) return { texts, labels }
  const rows = randomStream(seed, 'linear-text').permutation(texts.length).subarray(0, maximum)
  // In the order of the file, so that a cell's place in memory is near its neighbours'.
  rows.sort()
  const width = labels.labels
  const values = new Uint8Array(maximum * width)
  for (const [index, row] of rows.entries())
    values.set(labels.values.subarray(row * width, (row + 1) * width), index * width)
  const chosen: LabelMatrix = { rows: maximum, labels: width, values }
  return { texts: Array.from(rows, (row) => texts[row]!), labels: chosen }
}

/** Null where there is nothing to fit or to judge: no text, an empty part of the split, or too many labels. */
export const linearTextBaseline = (
  { train, validation, test }: SplitTexts,
  { seed = 0, maximumLabels = MAXIMUM_LABELS, maximumTexts = MAXIMUM_TEXTS }: BaselineOptions = {},
): LinearTextBaseline | null => {
  const isEmpty = validation.texts.length === 0 || test.length === 0
  if (isEmpty || train.labels.labels > maximumLabels) return null
  if (train.texts.every((text) => text === null || text === '')) return null
  const { texts, labels } = subsample(train, maximumTexts, seed)
  const fitted = fitLinearText(texts, labels, { validation })
  const scores = fitted.scores(validation.texts)
  return {
    validation: scores,
    test: fitted.scores(test),
    thresholds: fitThresholds(validation.labels, scores),
    inverseRegularisation: fitted.inverseRegularisation,
  }
}
