// A number as features of about the size 1: the number itself, robustly scaled, and its place among the quantiles of the
// training rows (the piecewise linear encoding of Gorishniy, Rubachev and Babenko, "On Embeddings for Numerical Features
// in Tabular Deep Learning", 2022), with which even a linear model can bend.
import * as z from 'zod'

import { countDistinct, quantile } from './quantiles.ts'

export const numberScaleSchema = z.object({
  /** Heavy tails: sign(x - center) log(1 + |x - center| / unit) instead of x. */
  log: z.object({ center: z.number(), unit: z.number().positive() }).nullable(),
  /** The scaled value is (x - center) / spread within these bounds; at prediction nothing can be far outside. */
  center: z.number(),
  spread: z.number().positive(),
  low: z.number(),
  high: z.number(),
  /** Ascending. Bin i rises from 0 at edge i to 1 at edge i + 1; less its mean over the training rows. */
  edges: z.array(z.number()),
  means: z.array(z.number()),
})
export type NumberScale = Readonly<z.infer<typeof numberScaleSchema>>

/** Bins of the piecewise linear encoding. */
const MOST_BINS = 8
/** Fewer rows per bin say more about these rows than about the number. */
const ROWS_PER_BIN = 100
/** Beyond the quartiles, the 1st or 99th percentile is 3.4 times as far out as they are on a normal curve; 5.6 on an exponential one. */
const HEAVY_TAIL = 8
const FEWEST_HEAVY = 20
/** In standard deviations of a normal curve with the same quartiles. */
const FARTHEST = 6
/** How far outside the training rows a value may still count. */
const BEYOND = 0.5
/** Widths of ranges of the normal curve, in standard deviations. */
const QUARTILE_RANGE = 1.349
const VENTILE_RANGE = 3.29

const logOf = (x: number, { center, unit }: NonNullable<NumberScale['log']>): number =>
  Math.sign(x - center) * Math.log1p(Math.abs(x - center) / unit)

/** Whether a tail reaches much further from the median than the quartile of its side. */
const isHeavyTailed = (sorted: Float64Array): boolean => {
  const median = quantile(sorted, 0.5)
  const tail = (outer: number, inner: number): boolean =>
    Math.abs(quantile(sorted, outer) - median) >
    HEAVY_TAIL * Math.abs(quantile(sorted, inner) - median)
  return sorted.length >= FEWEST_HEAVY && (tail(0.99, 0.75) || tail(0.01, 0.25))
}

/** Zero stays zero where all numbers are on one side of it; otherwise the median is in the middle. */
const findLog = (sorted: Float64Array): NumberScale['log'] => {
  if (!isHeavyTailed(sorted)) return null
  const isOneSided = sorted[0]! >= 0 || sorted.at(-1)! <= 0
  const center = isOneSided ? 0 : quantile(sorted, 0.5)
  const distances = sorted.map((value) => Math.abs(value - center)).filter((size) => size > 0)
  const unit = quantile(distances.sort(), isOneSided ? 0.1 : 0.5)
  return { center, unit }
}

const deviation = (values: Float64Array): number => {
  const mean = values.reduce((sum, value) => sum + value / values.length, 0)
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2 / values.length, 0))
}

/** The first measure of spread that is not 0; many equal values make the quartiles fall together. */
const spreadOf = (sorted: Float64Array): number =>
  (quantile(sorted, 0.75) - quantile(sorted, 0.25)) / QUARTILE_RANGE ||
  (quantile(sorted, 0.95) - quantile(sorted, 0.05)) / VENTILE_RANGE ||
  deviation(sorted)

const findEdges = (sorted: Float64Array): number[] => {
  const bins = Math.min(
    MOST_BINS,
    Math.floor(sorted.length / ROWS_PER_BIN),
    countDistinct(sorted, MOST_BINS + 1) - 1,
  )
  // One bin is the scaled value again.
  if (bins < 2) return []
  const edges = Array.from({ length: bins + 1 }, (_, index) => quantile(sorted, index / bins))
  const distinct = [...new Set(edges)]
  return distinct.length < 3 ? [] : distinct
}

const rise = (x: number, from: number, to: number): number =>
  x <= from ? 0 : x >= to ? 1 : (x - from) / (to - from)

/** Features of `values` (training rows, no order); undefined for fewer than two different ones. */
export const fitScale = (values: Float64Array): NumberScale | undefined => {
  const sorted = values.slice().sort()
  if (countDistinct(sorted, 2) < 2) return undefined
  const log = findLog(sorted)
  const shaped = log ? sorted.map((value) => logOf(value, log)) : sorted
  const center = quantile(shaped, 0.5)
  const spread = spreadOf(shaped)
  // Numbers so close together that their differences vanish, or so far apart that they overflow.
  if (!(spread > 0) || !Number.isFinite(spread)) return undefined
  const edges = findEdges(sorted)
  const means = edges.slice(1).map((edge, bin) => {
    const from = edges[bin]!
    return sorted.reduce((sum, value) => sum + rise(value, from, edge), 0) / sorted.length
  })
  return {
    log,
    center,
    spread,
    low: Math.max(-FARTHEST, (shaped[0]! - center) / spread - BEYOND),
    high: Math.min(FARTHEST, (shaped.at(-1)! - center) / spread + BEYOND),
    edges,
    means,
  }
}

export const scaleFeatures = (name: string, { edges }: NumberScale): readonly string[] => [
  name,
  ...edges.slice(1).map((edge, bin) => `${name} from ${short(edges[bin]!)} to ${short(edge)}`),
]

/** A number for people, 6 digits. */
export const short = (value: number): string => String(Number(value.toPrecision(6)))

/** Writes the features of `x` into `into` from `offset` on. A missing number is all zeros: the median, the mean bins. */
export const writeScaled = (
  x: number,
  { log, center, spread, low, high, edges, means }: NumberScale,
  { into, offset }: { readonly into: Float32Array; readonly offset: number },
): void => {
  const shaped = log ? logOf(x, log) : x
  into[offset] = Math.min(high, Math.max(low, (shaped - center) / spread))
  for (let bin = 0; bin < means.length; bin++)
    into[offset + 1 + bin] = rise(x, edges[bin]!, edges[bin + 1]!) - means[bin]!
}

/** How a number is scaled, as a part of a sentence. */
export const describeScale = ({ log, center, spread, means }: NumberScale): string => {
  const middle = log ? unLog(center, log) : center
  return (
    `median ${short(middle)}, ${log ? 'on a logarithmic scale because of a heavy tail' : `spread ${short(spread)}`}` +
    (means.length > 0 ? `, with ${means.length} bins for bends` : '')
  )
}

const unLog = (y: number, { center, unit }: NonNullable<NumberScale['log']>): number =>
  center + Math.sign(y) * Math.expm1(Math.abs(y)) * unit
