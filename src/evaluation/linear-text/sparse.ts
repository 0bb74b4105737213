// Products with sparse rows, for linear models. The last weight is the intercept: every row has a one there.
import type { SparseRows } from './tfidf.ts'

/** One weight per feature, then the intercept. */
export type LinearWeights = Float64Array

/** rows x weights + intercept, in `logits` where it is given. */
export const logitsOf = (
  rows: SparseRows,
  weights: LinearWeights,
  logits = new Float64Array(rows.rows),
): Float64Array => {
  const { offsets, features, values } = rows
  const intercept = weights[weights.length - 1]!
  for (let row = 0, index = 0; row < logits.length; row++) {
    let logit = intercept
    for (const end = offsets[row + 1]!; index < end; index++)
      logit += values[index]! * weights[features[index]!]!
    logits[row] = logit
  }
  return logits
}

/** Adds rows transposed x perRow to `out`, whose last element belongs to the intercept. */
export const addTransposed = (rows: SparseRows, perRow: Float64Array, out: Float64Array): void => {
  const { offsets, features, values } = rows
  let total = 0
  for (let row = 0, index = 0; row < perRow.length; row++) {
    const factor = perRow[row]!
    total += factor
    for (const end = offsets[row + 1]!; index < end; index++)
      out[features[index]!]! += factor * values[index]!
  }
  out[out.length - 1]! += total
}

/** Adds the diagonal of rows transposed x diag(perRow) x rows to `out`. */
export const addDiagonal = (rows: SparseRows, perRow: Float64Array, out: Float64Array): void => {
  const { offsets, features, values } = rows
  let total = 0
  for (let row = 0, index = 0; row < perRow.length; row++) {
    const factor = perRow[row]!
    total += factor
    for (const end = offsets[row + 1]!; index < end; index++)
      out[features[index]!]! += factor * (values[index]! * values[index]!)
  }
  out[out.length - 1]! += total
}

/** Numbers of every row, row-major [rows, width]. */
export interface DenseRows {
  readonly width: number
  readonly values: Float32Array
}

/** Rows with the columns of `dense` behind their own `features`. */
export const withDense = (
  rows: SparseRows,
  features: number,
  { width, values }: DenseRows,
): SparseRows => {
  const offsets = new Int32Array(rows.rows + 1)
  for (let row = 0, filled = 0; row < rows.rows; row++) {
    for (let column = 0; column < width; column++) if (values[row * width + column] !== 0) filled++
    offsets[row + 1] = rows.offsets[row + 1]! + filled
  }
  const size = offsets[rows.rows]!
  const joined = { features: new Int32Array(size), values: new Float64Array(size) }
  for (let row = 0, next = 0; row < rows.rows; row++) {
    const [start, end] = [rows.offsets[row]!, rows.offsets[row + 1]!]
    joined.features.set(rows.features.subarray(start, end), next)
    joined.values.set(rows.values.subarray(start, end), next)
    next += end - start
    for (let column = 0; column < width; column++) {
      const value = values[row * width + column]!
      if (value === 0) continue
      joined.features[next] = features + column
      joined.values[next++] = value
    }
  }
  return { rows: rows.rows, offsets, ...joined }
}
