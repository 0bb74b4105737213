// Quantiles with linear interpolation between neighbouring values, numpy's default.

/** Quantile of values that are sorted and not empty; `share` 0.5 is the median. */
export const quantile = (sorted: Float64Array, share: number): number => {
  const position = share * (sorted.length - 1)
  const below = Math.floor(position)
  const above = Math.min(below + 1, sorted.length - 1)
  return sorted[below]! + (position - below) * (sorted[above]! - sorted[below]!)
}

/** Median of values in any order: the middle one, or the mean of the middle two. */
export const median = (values: ArrayLike<number>): number => {
  const sorted = Float64Array.from(values).sort()
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}
