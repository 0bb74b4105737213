// Scores as statistics for the bootstrap. Columns are sorted once; a resample is one walk over them with its counts.
import { classificationScores } from './classification.ts'
import { checkLabels, checkSameShape, checkScores, scoreColumn } from './matrix.ts'
import { descendingOrder } from './steps.ts'

import type { Statistic } from './bootstrap.ts'
import type { ClassificationScores } from './classification.ts'
import type { LabelMatrix, ScoreMatrix } from './matrix.ts'

/** One label's rows by falling score. */
interface SortedColumn {
  readonly order: Uint32Array
  /** Truth in that order. */
  readonly truth: Uint8Array
  /** 1 where the next row has another score. */
  readonly isLastOfTie: Uint8Array
}

/** Value of one label under counts; NaN where the resample leaves it undefined. */
type ColumnValue = (column: SortedColumn, counts: Uint32Array) => number

const areaUnderRoc: ColumnValue = ({ order, truth, isLastOfTie }, counts) => {
  let doubleArea = 0
  let hits = 0
  let misses = 0
  let tieHits = 0
  let tieMisses = 0
  for (let index = 0; index < order.length; index++) {
    const count = counts[order[index]!]!
    if (truth[index] === 1) tieHits += count
    else tieMisses += count
    if (isLastOfTie[index] === 0) continue
    doubleArea += tieMisses * (2 * hits + tieHits)
    hits += tieHits
    misses += tieMisses
    tieHits = 0
    tieMisses = 0
  }
  return doubleArea / (2 * hits * misses)
}

const averagePrecision: ColumnValue = ({ order, truth, isLastOfTie }, counts) => {
  let total = 0
  let hits = 0
  let rows = 0
  let tieHits = 0
  for (let index = 0; index < order.length; index++) {
    const count = counts[order[index]!]!
    rows += count
    if (truth[index] === 1) tieHits += count
    if (isLastOfTie[index] === 0 || tieHits === 0) continue
    hits += tieHits
    total += tieHits * (hits / rows)
    tieHits = 0
  }
  return total / hits
}

const columnValues = {
  roc_auc_macro: areaUnderRoc,
  average_precision_macro: averagePrecision,
} as const

const sortColumn = (truth: LabelMatrix, scores: ScoreMatrix, label: number): SortedColumn => {
  const column = scoreColumn(scores, label)
  const order = descendingOrder(column)
  return {
    order,
    truth: Uint8Array.from(order, (row) => truth.values[row * truth.labels + label]!),
    isLastOfTie: Uint8Array.from(order, (row, index) =>
      column[row] === column[order[index + 1] ?? -1] ? 0 : 1,
    ),
  }
}

/** A macro ranking score of a resample: the mean over the labels that are defined in it. */
export const rankingStatistic = (
  truth: LabelMatrix,
  scores: ScoreMatrix,
  name: keyof typeof columnValues,
): Statistic => {
  checkLabels(truth)
  checkScores(scores)
  checkSameShape(truth, scores)
  const columns = Array.from({ length: truth.labels }, (_, label) =>
    sortColumn(truth, scores, label),
  )
  return (counts) => {
    let total = 0
    let used = 0
    for (const column of columns) {
      const value = columnValues[name](column, counts)
      if (Number.isNaN(value)) continue
      total += value
      used++
    }
    return total / used
  }
}

const repeatRows = ({ rows, labels, values }: LabelMatrix, counts: Uint32Array): LabelMatrix => {
  const total = counts.reduce((sum, count) => sum + count, 0)
  const repeated = new Uint8Array(total * labels)
  let next = 0
  for (let row = 0; row < rows; row++)
    for (let copy = 0; copy < counts[row]!; copy++, next += labels)
      repeated.set(values.subarray(row * labels, (row + 1) * labels), next)
  return { rows: total, labels, values: repeated }
}

/** A classification score of a resample. */
export const classificationStatistic =
  (truth: LabelMatrix, predicted: LabelMatrix, name: keyof ClassificationScores): Statistic =>
  (counts) =>
    classificationScores(repeatRows(truth, counts), repeatRows(predicted, counts))[name]
