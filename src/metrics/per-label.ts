// One line per label, as the report's table and `medley evaluate --json` show it.
import { f1Of, labelCounts, precisionOf, recallOf } from './confusion.ts'
import { checkLength, labelColumn, scoreColumn, thresholdScores } from './matrix.ts'
import { averagePrecision, rocAuc } from './ranking.ts'

import type { LabelMatrix, ScoreMatrix } from './matrix.ts'

export interface PerLabelScores {
  readonly name: string
  /** Positive rows. */
  readonly support: number
  readonly prevalence: number
  /** null when the label has one class only. */
  readonly roc_auc: number | null
  /** null when the label has no positive row. */
  readonly average_precision: number | null
  readonly precision: number
  readonly recall: number
  readonly f1: number
  readonly threshold: number
}

/** Scores of each label at its threshold. */
export const perLabelScores = (
  truth: LabelMatrix,
  scores: ScoreMatrix,
  {
    names,
    thresholds,
  }: { readonly names: readonly string[]; readonly thresholds: number | ArrayLike<number> },
): PerLabelScores[] => {
  checkLength('label names', truth.labels, names.length)
  const counts = labelCounts(truth, thresholdScores(scores, thresholds))
  return names.map((name, label) => {
    const cells = counts[label]!
    const column = labelColumn(truth, label)
    const columnScores = scoreColumn(scores, label)
    const support = cells.truePositives + cells.falseNegatives
    return {
      name,
      support,
      prevalence: support / truth.rows,
      roc_auc: support === 0 || support === truth.rows ? null : rocAuc(column, columnScores),
      average_precision: support === 0 ? null : averagePrecision(column, columnScores),
      precision: precisionOf(cells),
      recall: recallOf(cells),
      f1: f1Of(cells),
      threshold: typeof thresholds === 'number' ? thresholds : thresholds[label]!,
    }
  })
}
