// Feature maps as rows of pixels: [rows, batch, channels]. Picking pixels is then copying long runs of memory, whatever
// the pattern (patches, tiles, pooling windows), and a product over channels is one large matrix product.
//
// A lowering that makes its result as rows notes them here beside the usual [batch, channels, height, width]; the next
// one takes the rows if there are any. Whichever form nobody reads is dropped as dead code.
import { gather, mul, pad, reduceMean, reduceSum, reshape, slice, transpose } from '../functions.ts'
import { apply, ints } from '../graph.ts'

import type { Tensor } from '../types.ts'

/**
 * With fewer channels rows are too short to be copied one by one: patches have the batch inside instead, and transforms of
 * tiles cost more than the products they save (measured).
 */
export const MIN_CHANNELS = 16

export interface Rows {
  /** [rows, batch, channels] */
  readonly tensor: Tensor
  readonly places: Places
  /** Whether rows that are no pixel are 0. Otherwise what is in them means nothing, and no sum may read them. */
  readonly hasZeroGaps?: boolean
}

/** Which row each pixel is in. */
export interface Places {
  readonly height: number
  readonly width: number
  readonly rows: number
  /** Row of pixel (y, x) at y * width + x. */
  readonly rowOf: readonly number[]
}

/** Rows known for a tensor of the lowered graph, by its name. */
export type RowsOf = Map<string, Rows>

export const pixelByPixel = (height: number, width: number): Places => ({
  height,
  width,
  rows: height * width,
  rowOf: Array.from({ length: height * width }, (_, pixel) => pixel),
})

const isPixelByPixel = ({ rows, rowOf }: Places): boolean =>
  rows === rowOf.length && rowOf.every((row, pixel) => row === pixel)

/** Whether every row is a pixel. */
export const isComplete = ({ rows, rowOf }: Places): boolean => rows === rowOf.length

/** Notes the rows of a tensor and gives it in the usual form. */
export const noted = (known: RowsOf, rows: Rows): Tensor => {
  const x = fromRows(rows)
  known.set(x.name, rows)
  return x
}

/** Rows by number; -1 is a row of zeros. */
export const pickRows = (tensor: Tensor, numbers: readonly number[]): Tensor => {
  const [rows, ...rest] = tensor.shape
  if (!numbers.includes(-1)) return gather(tensor, ints(tensor.graph, numbers))
  const none = rest.map(() => 0)
  const padded = pad(tensor, [0, ...none, 1, ...none])
  const picked = numbers.map((number) => (number < 0 ? Number(rows) : number))
  return gather(padded, ints(tensor.graph, picked))
}

/** The same pixels in other places; rows there that are no pixel are 0. */
export const inPlaces = (given: Rows, wanted: Places): Rows => {
  const { tensor, places } = given
  const isFine = isComplete(wanted) || given.hasZeroGaps === true
  if (isFine && isSameOrder(places, wanted)) return { tensor, places: wanted, hasZeroGaps: true }
  const numbers = new Array<number>(wanted.rows).fill(-1)
  for (const [pixel, row] of wanted.rowOf.entries()) numbers[row] = places.rowOf[pixel]!
  return { tensor: pickRows(tensor, numbers), places: wanted, hasZeroGaps: true }
}

const isSameOrder = (a: Places, b: Places): boolean =>
  a === b || (a.rows === b.rows && a.rowOf.every((row, pixel) => row === b.rowOf[pixel]))

/** Pixels only. */
export const withoutGaps = (rows: Rows): Rows =>
  isComplete(rows.places)
    ? rows
    : inPlaces(rows, pixelByPixel(rows.places.height, rows.places.width))

/**
 * Sums and means over all rows and images, [rows, batch, channels] -> [channels]. In two steps: over both axes at once ONNX
 * Runtime divides the few channels among its threads, and two take three times as long as one.
 */
export const sumOfRows = (tensor: Tensor): Tensor =>
  reduceSum(reduceSum(tensor, { axes: [0] }), { axes: [0] })
export const meanOfRows = (tensor: Tensor): Tensor =>
  reduceMean(reduceMean(tensor, { axes: [0] }), { axes: [0] })

/**
 * Sums `updates` [n, ...] into `rows` rows: the transpose of picking the rows `numbers`; -1 is left out. In layers in which
 * every row comes once: ONNX Runtime adds repeated indices with several threads at the same time, and loses sums.
 */
export const sumIntoRows = (updates: Tensor, numbers: readonly number[], rows: number): Tensor => {
  const { graph, type, shape } = updates
  const zeros = apply(
    graph,
    'Expand',
    [
      mul(slice(updates, [{ axis: 0, start: 0, end: 1 }]), 0),
      ints(graph, [rows, ...shape.slice(1).map(() => 1)]),
    ],
    { declared: [{ type, shape: [rows, ...shape.slice(1)] }] },
  )
  const layers: { readonly from: number[]; readonly to: number[] }[] = []
  const seen = new Uint32Array(rows)
  for (const [from, to] of numbers.entries()) {
    if (to < 0) continue
    const layer = (layers[seen[to]!] ??= { from: [], to: [] })
    layer.from.push(from)
    layer.to.push(to)
    seen[to]! += 1
  }
  return layers.reduce<Tensor>((sum, { from, to }) => {
    const isWhole = from.length === numbers.length
    const part = isWhole ? updates : gather(updates, ints(graph, from))
    const places = reshape(ints(graph, to), [to.length, 1])
    return apply(graph, 'ScatterND', [sum, places, part], { attributes: { reduction: 'add' } })
  }, zeros)
}

/** x [batch, channels, height, width] as rows. */
export const toRows = (x: Tensor, places: Places): Rows => {
  const [batch, channels, height, width] = x.shape as [Tensor['shape'][0], ...number[]]
  const pixels = reshape(transpose(x, [2, 3, 0, 1]), [height! * width!, batch, channels!])
  const tensor = isPixelByPixel(places) ? pixels : sumIntoRows(pixels, places.rowOf, places.rows)
  return { tensor, places, hasZeroGaps: true }
}

/** Rows as [batch, channels, height, width]. */
export const fromRows = ({ tensor, places }: Rows): Tensor => {
  const [, batch, channels] = tensor.shape as [number, Tensor['shape'][0], number]
  const { height, width, rowOf } = places
  const pixels = isPixelByPixel(places) ? tensor : gather(tensor, ints(tensor.graph, rowOf))
  return reshape(transpose(pixels, [1, 2, 0]), [batch, channels, height, width])
}
