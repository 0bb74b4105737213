// The baseline that practitioners reach for first: TF-IDF of the text and one logistic regression per label. A network
// that does not beat it is not worth its training time. Pure and deterministic; a few seconds for 10,000 short texts.
import { words } from '../data/text/words.ts'
import { labelColumn, metricsErrors, rankingScores } from '../metrics/index.ts'
import { fitLogistic, logisticScores } from './linear-text/logistic.ts'
import { fitTfidf } from './linear-text/tfidf.ts'

import type { LabelMatrix, ScoreMatrix } from '../metrics/index.ts'
import type { LinearWeights } from './linear-text/logistic.ts'
import type { SparseRows } from './linear-text/tfidf.ts'

/** Texts with their labels; a missing text is null. */
export interface LabelledTexts {
  readonly texts: readonly (string | null)[]
  readonly labels: LabelMatrix
}

export interface LinearTextOptions {
  /** Rows on which C is chosen by macro ROC-AUC; without them the first of `inverseRegularisation` is used. */
  readonly validation?: LabelledTexts | undefined
  /** Values of C to try: larger trusts the training rows more. */
  readonly inverseRegularisation?: readonly number[]
  /** A word or pair of words in fewer training texts is left out. */
  readonly minimumTexts?: number
}

export interface LinearText {
  /** The chosen C. */
  readonly inverseRegularisation: number
  /** Words and word pairs in use. */
  readonly features: number
  /** Probabilities [texts, labels]; a missing or unknown text gets each label's intercept. */
  scores(texts: readonly (string | null)[]): ScoreMatrix
}

/** Bounds memory with many labels: 50 million float64 weights are 400 MB. */
const MAXIMUM_WEIGHTS = 50_000_000

const scoreRows = (rows: SparseRows, weights: readonly LinearWeights[]): ScoreMatrix => {
  const labels = weights.length
  const values = new Float64Array(rows.rows * labels)
  for (const [label, labelWeights] of weights.entries())
    for (const [row, score] of logisticScores(rows, labelWeights).entries())
      values[row * labels + label] = score
  return { rows: rows.rows, labels, values }
}

const checkRows = (texts: number, labels: number): void => {
  if (texts !== labels)
    throw metricsErrors.error('shape-mismatch', {
      what: 'the number of texts',
      expected: `that of the labelled rows, ${labels}`,
      received: texts,
    })
}

/**
 * Fits the linear text baseline.
 *
 * @example
 * const baseline = fitLinearText(trainTexts, trainLabels, { validation: { texts, labels } })
 * rankingScores(testLabels, baseline.scores(testTexts)).roc_auc_macro
 */
export const fitLinearText = (
  texts: readonly (string | null)[],
  labels: LabelMatrix,
  { validation, inverseRegularisation = [1, 3, 10], minimumTexts = 2 }: LinearTextOptions = {},
): LinearText => {
  checkRows(texts.length, labels.rows)
  if (validation !== undefined) checkRows(validation.texts.length, validation.labels.rows)
  const maximumFeatures = Math.floor(MAXIMUM_WEIGHTS / labels.labels)
  const tfidf = fitTfidf(texts, { tokenise: words, minimumTexts, maximumFeatures })
  const rows = tfidf.transform(texts)
  const columns = Array.from({ length: labels.labels }, (_, label) => labelColumn(labels, label))

  const fit = (c: number, start?: readonly LinearWeights[]): readonly LinearWeights[] =>
    columns.map((truth, label) =>
      fitLogistic(rows, truth, {
        features: tfidf.features,
        inverseRegularisation: c,
        start: start?.[label],
      }),
    )

  let best = { c: inverseRegularisation[0] ?? 1, weights: fit(inverseRegularisation[0] ?? 1) }
  if (validation !== undefined) {
    const judged = tfidf.transform(validation.texts)
    const judge = (weights: readonly LinearWeights[]): number =>
      rankingScores(validation.labels, scoreRows(judged, weights)).roc_auc_macro ?? 0
    let bestValue = judge(best.weights)
    let latest = best.weights
    for (const c of inverseRegularisation.slice(1)) {
      latest = fit(c, latest)
      const value = judge(latest)
      if (value > bestValue) {
        best = { c, weights: latest }
        bestValue = value
      }
    }
  }
  return {
    inverseRegularisation: best.c,
    features: tfidf.features,
    scores: (inputs) => scoreRows(tfidf.transform(inputs), best.weights),
  }
}
