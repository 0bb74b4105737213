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

/** Mean rank of each of the rising distinct values, from the middle of all ranks; a value occurs `counts` times. */
export const centredRanks = (counts: Float64Array, rows: number): Float64Array => {
  let below = 0
  return counts.map((count) => {
    const rank = below + (count + 1) / 2
    below += count
    return rank - (rows + 1) / 2
  })
}

/** Place of each value among the rising distinct values, from 0. */
const placesOf = (
  values: ArrayLike<number>,
): { readonly places: Uint32Array; readonly distinct: number } => {
  const order = Uint32Array.from(values, (_, row) => row).sort((a, b) => values[a]! - values[b]!)
  const places = new Uint32Array(values.length)
  let place = 0
  for (let index = 0; index < order.length; index++) {
    if (index > 0 && values[order[index]!]! > values[order[index - 1]!]!) place++
    places[order[index]!] = place
  }
  return { places, distinct: place + 1 }
}

/**
 * Spearman's correlation, Pearson's of the ranks (equal values share the mean of theirs), of rows of which row i counts
 * `counts[i]` times. The values are sorted once for all counts.
 */
export const spearmanOfCounts = (
  first: ArrayLike<number>,
  second: ArrayLike<number>,
): ((counts: ArrayLike<number>) => number) => {
  const a = placesOf(first)
  const b = placesOf(second)
  return (counts) => {
    const timesA = new Float64Array(a.distinct)
    const timesB = new Float64Array(b.distinct)
    let rows = 0
    for (let row = 0; row < counts.length; row++) {
      timesA[a.places[row]!]! += counts[row]!
      timesB[b.places[row]!]! += counts[row]!
      rows += counts[row]!
    }
    const ranksA = centredRanks(timesA, rows)
    const ranksB = centredRanks(timesB, rows)
    let product = 0
    for (let row = 0; row < counts.length; row++)
      product += counts[row]! * ranksA[a.places[row]!]! * ranksB[b.places[row]!]!
    return correlationOfRanks(product, spreadOfRanks(ranksA, timesA), spreadOfRanks(ranksB, timesB))
  }
}

/** Sum of squared centred ranks. */
export const spreadOfRanks = (ranks: Float64Array, counts: Float64Array): number => {
  let total = 0
  for (let index = 0; index < ranks.length; index++) total += counts[index]! * ranks[index]! ** 2
  return total
}

/** Sum of products over the root of both spreads, in [-1, 1]. */
export const correlationOfRanks = (product: number, spreadA: number, spreadB: number): number =>
  Math.max(-1, Math.min(1, product / (Math.sqrt(spreadA) * Math.sqrt(spreadB))))

/** Spearman's correlation. */
export const spearmanOf = (first: ArrayLike<number>, second: ArrayLike<number>): number =>
  spearmanOfCounts(first, second)(new Uint32Array(first.length).fill(1))
