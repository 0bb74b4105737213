// Scores of classes that have an order, such as one to five stars. All come from the confusion matrix, in whole numbers.
// A class is its place among all classes, also where a class in between does not occur (scikit-learn would close the gap
// unless it is given `labels=range(classes)`).
import { checkClassPair } from './classes.ts'
import { confusionMatrix, countConfusion } from './confusion-matrix.ts'
import { centredRanks, correlationOfRanks, spreadOfRanks } from './correlation.ts'

import type { Statistic } from './bootstrap.ts'
import type { ConfusionMatrix } from './confusion-matrix.ts'

export interface OrdinalScores {
  readonly accuracy: number
  /** Share of rows that are right or one class off. */
  readonly within_one: number
  /** In classes. */
  readonly mean_absolute_error: number
  /** Cohen's kappa with the squared distance as weight; null when truth and predictions are one and the same class. */
  readonly quadratic_weighted_kappa: number | null
  /** As above, with the distance as weight. */
  readonly linear_weighted_kappa: number | null
  /** Equal classes share a rank; null when truth or predictions are constant. */
  readonly spearman: number | null
}

interface Margins {
  readonly actual: Float64Array
  readonly predicted: Float64Array
  readonly rows: number
}

const marginsOf = ({ classes, counts }: ConfusionMatrix): Margins => {
  const actual = new Float64Array(classes)
  const predicted = new Float64Array(classes)
  let rows = 0
  for (let index = 0; index < counts.length; index++) {
    actual[Math.floor(index / classes)]! += counts[index]!
    predicted[index % classes]! += counts[index]!
    rows += counts[index]!
  }
  return { actual, predicted, rows }
}

const spearmanOf = ({ classes, counts }: ConfusionMatrix, margins: Margins): number => {
  const { actual, predicted, rows } = margins
  const first = centredRanks(actual, rows)
  const second = centredRanks(predicted, rows)
  let product = 0
  for (let index = 0; index < counts.length; index++)
    product += counts[index]! * first[Math.floor(index / classes)]! * second[index % classes]!
  return correlationOfRanks(product, spreadOfRanks(first, actual), spreadOfRanks(second, predicted))
}

const orNull = (value: number): number | null => (Number.isNaN(value) ? null : value)

const scoresOf = (matrix: ConfusionMatrix): OrdinalScores => {
  const { classes, counts } = matrix
  const margins = marginsOf(matrix)
  const { actual, predicted, rows } = margins
  let right = 0
  let near = 0
  let distance = 0
  let square = 0
  let distanceByChance = 0
  let squareByChance = 0
  for (let truth = 0, index = 0; truth < classes; truth++)
    for (let guess = 0; guess < classes; guess++, index++) {
      const off = Math.abs(truth - guess)
      const count = counts[index]!
      const byChance = actual[truth]! * predicted[guess]!
      if (off === 0) right += count
      if (off <= 1) near += count
      distance += off * count
      square += off * off * count
      distanceByChance += off * byChance
      squareByChance += off * off * byChance
    }
  return {
    accuracy: right / rows,
    within_one: near / rows,
    mean_absolute_error: distance / rows,
    // 0 / 0 is the NaN of one class only.
    quadratic_weighted_kappa: orNull(1 - (rows * square) / squareByChance),
    linear_weighted_kappa: orNull(1 - (rows * distance) / distanceByChance),
    spearman: orNull(spearmanOf(matrix, margins)),
  }
}

/** Scores of predicted classes, both [rows], of `classes` classes in order. */
export const ordinalScores = (
  truth: Int32Array,
  predicted: Int32Array,
  classes: number,
): OrdinalScores => scoresOf(confusionMatrix(truth, predicted, classes))

/** A score of predicted classes in order, of a resample. */
export const ordinalStatistic = (
  truth: Int32Array,
  predicted: Int32Array,
  { classes, name }: { readonly classes: number; readonly name: keyof OrdinalScores },
): Statistic => {
  checkClassPair(truth, predicted, classes)
  return (repeats) => scoresOf(countConfusion(truth, predicted, { classes, repeats }))[name] ?? NaN
}
