// Scores of one class per row, equal to scikit-learn 1.9.1 with zero_division=0. Every score of decisions comes from the
// counts of each class, so a resample of the bootstrap costs one walk over the rows.
import { argmaxClasses, checkClassPair, checkClassScores, oneHot } from './classes.ts'
import { countClasses } from './confusion-matrix.ts'
import { checkLength, labelColumn, scoreColumn } from './matrix.ts'
import { averagePrecision, rankingScores, rocAuc } from './ranking.ts'

import type { Statistic } from './bootstrap.ts'
import type { ClassCounts } from './confusion-matrix.ts'
import type { ScoreMatrix } from './matrix.ts'

/** Scores of predicted classes. Macro means leave out classes that are neither true nor predicted, as scikit-learn does. */
export interface MultiClassScores {
  readonly accuracy: number
  /** Mean recall of the classes that occur in the truth. */
  readonly balanced_accuracy: number
  readonly precision_macro: number
  /** Equal to the accuracy, as are micro recall and micro F1: every row has one class and one prediction. */
  readonly precision_micro: number
  readonly precision_weighted: number
  readonly recall_macro: number
  readonly recall_micro: number
  readonly recall_weighted: number
  readonly f1_macro: number
  readonly f1_micro: number
  readonly f1_weighted: number
  /** null when truth and predictions are one and the same class. */
  readonly cohen_kappa: number | null
  /** Gorodkin's correlation of K classes (2004); 0 when truth or predictions are constant. */
  readonly matthews_corrcoef: number
}

/** One-vs-rest ranking scores; null = undefined for this truth. */
export interface MultiClassRankingScores {
  /** Mean over the classes that some rows have and others have not. */
  readonly roc_auc_macro: number | null
  /** As macro, weighted by the rows of the class. */
  readonly roc_auc_weighted: number | null
  /** Mean over all classes; a class that no row has counts as 0, as in scikit-learn. */
  readonly average_precision_macro: number
  readonly roc_auc_classes_used: number
}

/** One line per class. */
export interface PerClassScores {
  readonly name: string
  /** Rows of this class. */
  readonly support: number
  readonly precision: number
  readonly recall: number
  readonly f1: number
  /** One-vs-rest; null when no row or every row is of this class. */
  readonly roc_auc: number | null
  /** One-vs-rest; null when no row is of this class. */
  readonly average_precision: number | null
}

const ratio = (numerator: number, denominator: number): number =>
  denominator === 0 ? 0 : numerator / denominator

const classRatios = (
  { hits, actual, predicted }: ClassCounts,
  index: number,
): { readonly precision: number; readonly recall: number; readonly f1: number } => ({
  precision: ratio(hits[index]!, predicted[index]!),
  recall: ratio(hits[index]!, actual[index]!),
  f1: ratio(2 * hits[index]!, actual[index]! + predicted[index]!),
})

/** Kappa is NaN where it is undefined. */
const agreementOf = (
  rows: number,
  right: number,
  { actual, predicted }: ClassCounts,
): { readonly kappa: number; readonly matthews: number } => {
  // Products of counts are whole numbers: exact, so comparing with 0 is safe.
  let byChance = 0
  let actualSquares = 0
  let predictedSquares = 0
  for (let index = 0; index < actual.length; index++) {
    byChance += actual[index]! * predicted[index]!
    actualSquares += actual[index]! ** 2
    predictedSquares += predicted[index]! ** 2
  }
  const spread = (rows * rows - actualSquares) * (rows * rows - predictedSquares)
  return {
    kappa: 1 - (rows * (rows - right)) / (rows * rows - byChance),
    matthews: ratio(rows * right - byChance, Math.sqrt(spread)),
  }
}

const scoresOf = (counts: ClassCounts): MultiClassScores => {
  const { hits, actual, predicted } = counts
  let rows = 0
  let right = 0
  let used = 0
  let trueClasses = 0
  const macro = { precision: 0, recall: 0, f1: 0 }
  const weighted = { precision: 0, recall: 0, f1: 0 }
  for (let index = 0; index < hits.length; index++) {
    if (actual[index] === 0 && predicted[index] === 0) continue
    const values = classRatios(counts, index)
    const support = actual[index]!
    rows += support
    right += hits[index]!
    used++
    if (support > 0) trueClasses++
    for (const name of ['precision', 'recall', 'f1'] as const) {
      macro[name] += values[name]
      weighted[name] += support * values[name]
    }
  }
  const accuracy = right / rows
  const { kappa, matthews } = agreementOf(rows, right, counts)
  return {
    accuracy,
    balanced_accuracy: macro.recall / trueClasses,
    precision_macro: macro.precision / used,
    precision_micro: accuracy,
    precision_weighted: weighted.precision / rows,
    recall_macro: macro.recall / used,
    recall_micro: accuracy,
    recall_weighted: weighted.recall / rows,
    f1_macro: macro.f1 / used,
    f1_micro: accuracy,
    f1_weighted: weighted.f1 / rows,
    cohen_kappa: Number.isNaN(kappa) ? null : kappa,
    matthews_corrcoef: matthews,
  }
}

/** Scores of predicted classes, both [rows]; `argmaxClasses` makes predictions of scores. */
export const multiClassScores = (
  truth: Int32Array,
  predicted: Int32Array,
  classes: number,
): MultiClassScores => {
  checkClassPair(truth, predicted, classes)
  return scoresOf(countClasses(truth, predicted, { classes }))
}

/** A score of predicted classes of a resample. */
export const multiClassStatistic = (
  truth: Int32Array,
  predicted: Int32Array,
  { classes, name }: { readonly classes: number; readonly name: keyof MultiClassScores },
): Statistic => {
  checkClassPair(truth, predicted, classes)
  return (repeats) => scoresOf(countClasses(truth, predicted, { classes, repeats }))[name] ?? NaN
}

/** One-vs-rest ranking scores of true classes [rows] and scores [rows, classes]. */
export const multiClassRankingScores = (
  truth: Int32Array,
  scores: ScoreMatrix,
): MultiClassRankingScores => {
  checkClassScores(truth, scores)
  const ranking = rankingScores(oneHot(truth, scores.labels), scores)
  return {
    roc_auc_macro: ranking.roc_auc_macro,
    roc_auc_weighted: ranking.roc_auc_weighted,
    average_precision_macro: ranking.average_precision_macro,
    roc_auc_classes_used: ranking.roc_auc_labels_used,
  }
}

/** Scores of each class; the class of the highest score is the prediction. */
export const perClassScores = (
  truth: Int32Array,
  scores: ScoreMatrix,
  { names }: { readonly names: readonly string[] },
): PerClassScores[] => {
  checkClassScores(truth, scores)
  checkLength('class names', scores.labels, names.length)
  const counts = countClasses(truth, argmaxClasses(scores), { classes: scores.labels })
  const columns = oneHot(truth, scores.labels)
  return names.map((name, index) => {
    const column = labelColumn(columns, index)
    const columnScores = scoreColumn(scores, index)
    const support = counts.actual[index]!
    return {
      name,
      support,
      ...classRatios(counts, index),
      roc_auc: support === 0 || support === truth.length ? null : rocAuc(column, columnScores),
      average_precision: support === 0 ? null : averagePrecision(column, columnScores),
    }
  })
}
