// Ridge regression on sparse rows: scikit-learn's Ridge with alpha = 1 / C, on numbers that were standardised first so that C
// means the same for every target. The intercept is not penalised.
import { conjugateGradient } from './conjugate-gradient.ts'
import { addDiagonal, addTransposed, logitsOf } from './sparse.ts'

import type { LinearWeights } from './sparse.ts'
import type { SparseRows } from './tfidf.ts'

const REDUCTION = 1e-8
const STEPS = 500

export interface RidgeOptions {
  readonly features: number
  /** C: larger trusts the training rows more. */
  readonly inverseRegularisation: number
}

/** Weights that minimise |rows x weights - truth|^2 + |weights|^2 / C. */
export const fitRidge = (
  rows: SparseRows,
  truth: Float64Array,
  { features, inverseRegularisation }: RidgeOptions,
): LinearWeights => {
  const penalty = 1 / inverseRegularisation
  const ones = new Float64Array(rows.rows).fill(1)
  const diagonal = new Float64Array(features + 1).fill(penalty, 0, features)
  addDiagonal(rows, ones, diagonal)
  const target = new Float64Array(features + 1)
  addTransposed(rows, truth, target)
  const multiply = (vector: Float64Array, product: Float64Array): void => {
    product.fill(0)
    for (let index = 0; index < features; index++) product[index] = penalty * vector[index]!
    addTransposed(rows, logitsOf(rows, vector), product)
  }
  return conjugateGradient(multiply, target, { diagonal, reduction: REDUCTION, iterations: STEPS })
}
