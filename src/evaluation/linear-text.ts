// The baseline that practitioners reach for first: TF-IDF of the text beside the columns of the table, and one logistic
// regression per label (or ridge regression for a number). A network that does not beat it is not worth its training time.
// Pure and deterministic; a few seconds for 10,000 short texts.
import { words } from '../data/text/words.ts'
import { labelColumn, metricsErrors, rankingScores } from '../metrics/index.ts'
import { asLabels } from '../model/stored-targets.ts'
import { fitLogistic, logisticScores } from './linear-text/logistic.ts'
import { fitRidge } from './linear-text/ridge.ts'
import { logitsOf, withDense } from './linear-text/sparse.ts'
import { fitTfidf } from './linear-text/tfidf.ts'

import type { ScoreMatrix } from '../metrics/index.ts'
import type { TargetMatrix } from '../model/stored-targets.ts'
import type { DenseRows, LinearWeights } from './linear-text/sparse.ts'
import type { SparseRows } from './linear-text/tfidf.ts'

/** What a row is told by. */
export interface LinearInputs {
  /** A missing text is null. */
  readonly texts: readonly (string | null)[]
  /** Features of the table's other columns. */
  readonly table?: DenseRows | undefined
}

/** Rows with their answers. */
export interface LabelledTexts extends LinearInputs {
  readonly targets: TargetMatrix
}

export interface LinearTextOptions {
  /** Rows on which C is chosen; without them the first of `inverseRegularisation` is used. */
  readonly validation?: LabelledTexts | undefined
  /** Values of C to try: larger trusts the training rows more. */
  readonly inverseRegularisation?: readonly number[]
  /** A word or pair of words in fewer training texts is left out. */
  readonly minimumTexts?: number
}

export interface LinearText {
  /** The chosen C. */
  readonly inverseRegularisation: number
  /** Words, word pairs and table columns in use. */
  readonly features: number
  /** Probabilities or numbers [rows, outputs]; a row that tells nothing gets each output's intercept. */
  scores(inputs: LinearInputs): ScoreMatrix
}

/** Bounds memory with many labels: 50 million float64 weights are 400 MB. */
const MAXIMUM_WEIGHTS = 50_000_000

/** How one kind of answer is learned from sparse rows. */
interface Learner {
  fit(rows: SparseRows, c: number, start: readonly LinearWeights[]): readonly LinearWeights[]
  predict(rows: SparseRows, weights: readonly LinearWeights[]): ScoreMatrix
  /** Larger is better. */
  quality(truth: TargetMatrix, scores: ScoreMatrix): number
}

const matrixOf = (rows: number, columns: readonly Float64Array[]): ScoreMatrix => {
  const labels = columns.length
  const values = new Float64Array(rows * labels)
  columns.forEach((column, label) => {
    for (let row = 0; row < rows; row++) values[row * labels + label] = column[row]!
  })
  return { rows, labels, values }
}

const logisticLearner = (targets: TargetMatrix, features: number): Learner => {
  const truth = asLabels(targets)
  const columns = Array.from({ length: truth.labels }, (_, label) => labelColumn(truth, label))
  return {
    fit: (rows, c, start) =>
      columns.map((column, label) =>
        fitLogistic(rows, column, { features, inverseRegularisation: c, start: start[label] }),
      ),
    predict: (rows, weights) =>
      matrixOf(
        rows.rows,
        weights.map((own) => logisticScores(rows, own)),
      ),
    quality: (judged, scores) => rankingScores(asLabels(judged), scores).roc_auc_macro ?? 0,
  }
}

const ridgeLearner = (targets: TargetMatrix, features: number): Learner => {
  const values = Float64Array.from(targets.values)
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  const deviation = Math.sqrt(squares / values.length) || 1
  const standardised = values.map((value) => (value - mean) / deviation)
  return {
    fit: (rows, c) => [fitRidge(rows, standardised, { features, inverseRegularisation: c })],
    predict: (rows, [weights]) =>
      matrixOf(rows.rows, [logitsOf(rows, weights!).map((value) => value * deviation + mean)]),
    quality: (judged, scores) =>
      -Float64Array.from(judged.values).reduce(
        (sum, value, row) => sum + (value - scores.values[row]!) ** 2,
        0,
      ),
  }
}

const checkRows = (texts: number, rows: number): void => {
  if (texts !== rows)
    throw metricsErrors.error('shape-mismatch', {
      what: 'the number of texts',
      expected: `that of the labelled rows, ${rows}`,
      received: texts,
    })
}

/**
 * Fits the linear baseline.
 *
 * @example
 * const baseline = fitLinearText({ texts, targets }, { validation })
 * rankingScores(testLabels, baseline.scores({ texts: testTexts })).roc_auc_macro
 */
export const fitLinearText = (
  train: LabelledTexts,
  { validation, inverseRegularisation = [1, 3, 10], minimumTexts = 2 }: LinearTextOptions = {},
): LinearText => {
  const { targets } = train
  checkRows(train.texts.length, targets.rows)
  if (validation !== undefined) checkRows(validation.texts.length, validation.targets.rows)
  const maximumFeatures = Math.floor(MAXIMUM_WEIGHTS / targets.labels)
  const tfidf = fitTfidf(train.texts, { tokenise: words, minimumTexts, maximumFeatures })
  const features = tfidf.features + (train.table?.width ?? 0)
  const rowsOf = ({ texts, table }: LinearInputs): SparseRows => {
    const rows = tfidf.transform(texts)
    return table ? withDense(rows, tfidf.features, table) : rows
  }
  const learner =
    targets.values instanceof Uint8Array
      ? logisticLearner(targets, features)
      : ridgeLearner(targets, features)

  const rows = rowsOf(train)
  const [first = 1, ...others] = inverseRegularisation
  let best = { c: first, weights: learner.fit(rows, first, []) }
  if (validation !== undefined) {
    const judged = rowsOf(validation)
    const qualityOf = (weights: readonly LinearWeights[]): number =>
      learner.quality(validation.targets, learner.predict(judged, weights))
    let bestValue = qualityOf(best.weights)
    let latest = best.weights
    for (const c of others) {
      latest = learner.fit(rows, c, latest)
      const value = qualityOf(latest)
      if (value > bestValue) {
        best = { c, weights: latest }
        bestValue = value
      }
    }
  }
  return {
    inverseRegularisation: best.c,
    features,
    scores: (inputs) => learner.predict(rowsOf(inputs), best.weights),
  }
}
