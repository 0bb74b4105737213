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

/** F1 of a resample without building its rows: one walk over the cells. Labels without any row count as 0. */
export const f1Statistic = (
  truth: LabelMatrix,
  predicted: LabelMatrix,
  average: 'macro' | 'micro',
): Statistic => {
  checkLabels(truth)
  checkLabels(predicted)
  checkSameShape(truth, predicted)
  const { rows, labels } = truth
  const groups = average === 'macro' ? labels : 1
  const hits = new Float64Array(groups)
  const all = new Float64Array(groups)
  return (counts) => {
    hits.fill(0)
    all.fill(0)
    for (let row = 0; row < rows; row++)
      for (let label = 0; label < labels; label++) {
        const cell = row * labels + label
        const group = groups === 1 ? 0 : label
        hits[group]! += counts[row]! * truth.values[cell]! * predicted.values[cell]!
        all[group]! += counts[row]! * (truth.values[cell]! + predicted.values[cell]!)
      }
    return hits.reduce((sum, hit, group) => sum + f1(hit, all[group]!), 0) / groups
  }
}

/** 2 tp / (true + predicted), 0 where there is neither. */
const f1 = (hits: number, all: number): number => (all === 0 ? 0 : (2 * hits) / all)

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
