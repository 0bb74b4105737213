// Correlation of two lists of numbers. NaN where it is undefined: one list is constant, or there are fewer than two rows.

/** Mean of finite numbers, measured from the first: exact for a constant list, precise for large numbers that differ little. */
export const meanOf = (values: ArrayLike<number>): number => {
  const first = values[0]!
  let total = 0
  for (let index = 1; index < values.length; index++) total += values[index]! - first
  return first + total / values.length
}

const largestOf = (values: Float64Array): number =>
  values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0)

/** Values minus their mean, scaled to a largest magnitude of 1: neither tiny nor huge numbers lose their squares. */
const centred = (values: ArrayLike<number>): Float64Array => {
  const mean = meanOf(values)
  const distances = Float64Array.from(values, (value) => value - mean)
  const largest = largestOf(distances)
  return largest === 0 ? distances : distances.map((value) => value / largest)
}

/** Pearson's correlation, in [-1, 1]. */
export const pearsonOf = (first: ArrayLike<number>, second: ArrayLike<number>): number => {
  const a = centred(first)
  const b = centred(second)
  let product = 0
  let squareA = 0
  let squareB = 0
  for (let row = 0; row < a.length; row++) {
    product += a[row]! * b[row]!
    squareA += a[row]! ** 2
    squareB += b[row]! ** 2
  }
  return Math.max(-1, Math.min(1, product / (Math.sqrt(squareA) * Math.sqrt(squareB))))
}

/** How many sorted values are below `value`, or with `orEqual` at most `value`. */
const countBelow = (sorted: Float64Array, value: number, orEqual: boolean): number => {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (sorted[middle]! < value || (orEqual && sorted[middle] === value)) low = middle + 1
    else high = middle
  }
  return low
}

/** Ranks from 1; equal values share the mean of their ranks. */
const averageRanks = (values: ArrayLike<number>): Float64Array => {
  const sorted = Float64Array.from(values).sort()
  return Float64Array.from(
    values,
    (value) => (countBelow(sorted, value, false) + countBelow(sorted, value, true) + 1) / 2,
  )
}

/** Spearman's correlation: Pearson's of the ranks. */
export const spearmanOf = (first: ArrayLike<number>, second: ArrayLike<number>): number =>
  pearsonOf(averageRanks(first), averageRanks(second))
