// Order statistics of sorted numbers.

/** The quantile by linear interpolation (numpy's default) of an ascending array that is not empty. */
export const quantile = (sorted: Float64Array, share: number): number => {
  const place = share * (sorted.length - 1)
  const below = Math.floor(place)
  const low = sorted[below]!
  const high = sorted[Math.min(below + 1, sorted.length - 1)]!
  return low + (high - low) * (place - below)
}

/** How many different values an ascending array has, counting no further than `most`. */
export const countDistinct = (sorted: Float64Array, most: number): number => {
  let distinct = sorted.length > 0 ? 1 : 0
  for (let index = 1; index < sorted.length && distinct < most; index++)
    if (sorted[index] !== sorted[index - 1]) distinct++
  return distinct
}
