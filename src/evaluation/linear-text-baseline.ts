// The linear baseline of a split: fitted on training rows, C and thresholds from validation rows, scores for validation and
// test rows. Blocks for seconds: `start-linear-text.ts` runs it in a thread.
import { pickRows } from '../base/arrays.ts'
import { randomStream } from '../base/rng.ts'
import { fitThresholds } from '../metrics/index.ts'
import { asLabels } from '../model/stored-targets.ts'
import { fitLinearText } from './linear-text.ts'
import { hasThresholds } from './model-evaluation.ts'
import { taskScores } from './task-scores.ts'

import type { Task } from '../data/target/task.ts'
import type { ScoreMatrix } from '../metrics/index.ts'
import type { LabelledTexts, LinearInputs } from './linear-text.ts'

export interface SplitTexts {
  readonly train: LabelledTexts
  readonly validation: LabelledTexts
  readonly test: LinearInputs
}

export interface LinearTextBaseline {
  /** As a model scores: probabilities per label or class, or numbers. */
  readonly validation: ScoreMatrix
  readonly test: ScoreMatrix
  /** Fitted on the validation rows; empty where the task needs none. */
  readonly thresholds: readonly number[]
  /** The C that was best on the validation rows. */
  readonly inverseRegularisation: number
}

export interface BaselineOptions {
  readonly task?: Task
  /** Of the choice of training rows, where there are too many. */
  readonly seed?: number
  readonly maximumLabels?: number
  readonly maximumTexts?: number
}

/** One regression per label: beyond this the baseline would take longer than the model. */
const MAXIMUM_LABELS = 300
/** More rows hardly help a linear model, and their features must fit in memory. */
const MAXIMUM_TEXTS = 100_000

/** What should be said of a baseline for so many training rows and outputs. */
export const describeLinearText = (trainingRows: number, labels: number): readonly string[] => {
  if (labels > MAXIMUM_LABELS)
    return [
      `There is no linear baseline: it has at most ${MAXIMUM_LABELS} labels, because it takes a regression for each, and these are ${labels}.`,
    ]
  if (trainingRows <= MAXIMUM_TEXTS) return []
  return [
    `The linear baseline learns from ${MAXIMUM_TEXTS} of the ${trainingRows} training rows, drawn at random.`,
  ]
}

const subsample = (all: LabelledTexts, maximum: number, seed: number): LabelledTexts => {
  const { texts, table, targets } = all
  if (texts.length <= maximum) return all
  const rows = Int32Array.from(
    randomStream(seed, 'linear-text').permutation(texts.length).subarray(0, maximum),
  )
  // In the order of the file, so that a cell's place in memory is near its neighbours'.
  rows.sort()
  return {
    texts: Array.from(rows, (row) => texts[row]!),
    ...(table && { table: { ...table, values: pickRows(table.values, rows, table.width) } }),
    targets: { ...targets, rows: maximum, values: pickRows(targets.values, rows, targets.labels) },
  }
}

/** Null where there is nothing to fit or to judge: no text and no table, an empty part of the split, or too many labels. */
export const linearTextBaseline = (
  { train, validation, test }: SplitTexts,
  {
    task = 'multi-label',
    seed = 0,
    maximumLabels = MAXIMUM_LABELS,
    maximumTexts = MAXIMUM_TEXTS,
  }: BaselineOptions = {},
): LinearTextBaseline | null => {
  const isEmpty = validation.texts.length === 0 || test.texts.length === 0
  if (isEmpty || train.targets.labels > maximumLabels) return null
  const hasText = train.texts.some((text) => text !== null && text !== '')
  if (!hasText && (train.table?.width ?? 0) === 0) return null
  const fitted = fitLinearText(subsample(train, maximumTexts, seed), { validation })
  const scores = taskScores(task, fitted.scores(validation))
  return {
    validation: scores,
    test: taskScores(task, fitted.scores(test)),
    thresholds: hasThresholds(task) ? fitThresholds(asLabels(validation.targets), scores) : [],
    inverseRegularisation: fitted.inverseRegularisation,
  }
}
