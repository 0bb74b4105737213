// Logistic regression of a handful of features with a Gaussian prior on the weights: what a decision layer needs.
// Iteratively reweighted least squares (Newton's method) in float64.

interface LogisticProblem {
  /** [rows * width], row-major. */
  readonly features: Float64Array
  readonly width: number
  /** 0 or 1 per row. */
  readonly targets: ArrayLike<number>
  /** Where the weights are pulled to, and how strongly: the penalty is sum of strength * (w - centre)^2 / 2. */
  readonly centre: readonly number[]
  readonly strength: readonly number[]
}

const ITERATIONS = 50
const TOLERANCE = 1e-10

/** Solves a x = b in place by Gaussian elimination with partial pivoting; a is [n * n]. */
const solve = (a: Float64Array, b: Float64Array): Float64Array => {
  const n = b.length
  for (let column = 0; column < n; column++) {
    let pivot = column
    for (let row = column + 1; row < n; row++) {
      if (Math.abs(a[row * n + column]!) > Math.abs(a[pivot * n + column]!)) pivot = row
    }
    if (pivot !== column) {
      for (let k = 0; k < n; k++) {
        const kept = a[column * n + k]!
        a[column * n + k] = a[pivot * n + k]!
        a[pivot * n + k] = kept
      }
      const kept = b[column]!
      b[column] = b[pivot]!
      b[pivot] = kept
    }
    for (let row = column + 1; row < n; row++) {
      const factor = a[row * n + column]! / a[column * n + column]!
      for (let k = column; k < n; k++) a[row * n + k]! -= factor * a[column * n + k]!
      b[row]! -= factor * b[column]!
    }
  }
  for (let row = n - 1; row >= 0; row--) {
    for (let k = row + 1; k < n; k++) b[row]! -= a[row * n + k]! * b[k]!
    b[row]! /= a[row * n + row]!
  }
  return b
}

/** Weights [width] of the penalised maximum-likelihood fit; strengths must be positive. */
export const fitLogistic = ({
  features,
  width,
  targets,
  centre,
  strength,
}: LogisticProblem): Float64Array => {
  const weights = Float64Array.from(centre)
  for (let iteration = 0; iteration < ITERATIONS; iteration++) {
    const gradient = Float64Array.from(weights, (w, k) => strength[k]! * (w - centre[k]!))
    const hessian = new Float64Array(width * width)
    for (let k = 0; k < width; k++) hessian[k * width + k] = strength[k]!
    for (let row = 0; row < targets.length; row++) {
      const x = features.subarray(row * width, (row + 1) * width)
      const p = 1 / (1 + Math.exp(-x.reduce((total, value, k) => total + value * weights[k]!, 0)))
      // Far from the optimum the curvature may vanish; a floor keeps the step finite.
      const curvature = Math.max(p * (1 - p), 1e-6)
      for (let k = 0; k < width; k++) {
        gradient[k]! += (p - targets[row]!) * x[k]!
        for (let other = 0; other <= k; other++)
          hessian[k * width + other]! += curvature * x[k]! * x[other]!
      }
    }
    for (let k = 0; k < width; k++) {
      for (let other = 0; other < k; other++)
        hessian[other * width + k] = hessian[k * width + other]!
    }
    const step = solve(hessian, gradient)
    for (let k = 0; k < width; k++) weights[k]! -= step[k]!
    if (step.every((value) => Math.abs(value) < TOLERANCE)) break
  }
  return weights
}
