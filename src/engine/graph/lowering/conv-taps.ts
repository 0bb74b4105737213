// Convolution on rows of pixels (`rows.ts`) for any kernel, stride and dilation: every pixel of the result has the pixels
// under its window beside each other, and one matrix product does the rest.
import { add, concat, gather, matMul, reshape, transpose } from '../functions.ts'
import { multiply } from '../dimensions.ts'
import { apply, ints } from '../graph.ts'
import { patchWeights, unpatchWeights } from './conv-weights.ts'
import { pickRows, pixelByPixel } from './rows.ts'

import type { Tensor } from '../types.ts'
import type { Places, Rows } from './rows.ts'

type Pair = readonly [number, number]

export interface Window {
  readonly kernel: Pair
  readonly strides: Pair
  readonly dilations: Pair
  /** Padding at the top and the left. */
  readonly pads: Pair
}

/** Row of a pixel, or -1 outside. */
const rowAt = ({ height, width, rowOf }: Places, y: number, x: number): number =>
  y >= 0 && y < height && x >= 0 && x < width ? rowOf[y * width + x]! : -1

const positions = ([height, width]: Pair): Pair[] =>
  Array.from({ length: height * width }, (_, index) => [Math.floor(index / width), index % width])

/** [n, batch, taps * channels] -> [n batch, taps * channels]. */
const flat = (x: Tensor): Tensor => reshape(x, [multiply(x.shape[0]!, x.shape[1]!), x.shape[2]!])

/** The rows under each tap of each window, side by side: [windows, batch, taps * channels]. */
const beside = (x: Tensor, taps: readonly (readonly number[])[]): Tensor => {
  const isWhole = (rows: readonly number[]): boolean =>
    rows.length === x.shape[0] && rows.every((row, index) => row === index)
  return concat(
    taps.map((rows) => (isWhole(rows) ? x : pickRows(x, rows))),
    2,
  )
}

export interface TappedConv {
  readonly result: Rows
  /** dw [out, in, kh, kw] from the gradient of the result, pixel by pixel. */
  readonly weightGradient: (dy: Tensor) => Tensor
}

/** `size` of the result. */
export const convOfTaps = (
  { tensor, places }: Rows,
  w: Tensor,
  { window, size }: { readonly window: Window; readonly size: Pair },
): TappedConv => {
  const { kernel, strides, dilations, pads } = window
  const out = Number(w.shape[0])
  const taps = positions(kernel).map(([a, b]) =>
    positions(size).map(([i, j]) =>
      rowAt(
        places,
        i * strides[0] + a * dilations[0] - pads[0],
        j * strides[1] + b * dilations[1] - pads[1],
      ),
    ),
  )
  const columns = flat(beside(tensor, taps))
  const product = matMul(columns, transpose(patchWeights(w), [1, 0]))
  const result = pixelByPixel(...size)
  return {
    result: {
      tensor: reshape(product, [result.rows, tensor.shape[1]!, out]),
      places: result,
    },
    weightGradient: (dy) => {
      const matrix = apply(w.graph, 'FusedMatMul', [flat(dy), columns], {
        attributes: { transA: 1 },
      })
      return unpatchWeights(matrix, w.shape)
    },
  }
}

/**
 * Transposed convolution without dilation: pixels of the result whose windows begin at the same place of the stride see the same
 * taps (Shi et al., "Real-Time Single Image ... Sub-Pixel Convolutional Neural Network", 2016).
 *
 * @param w - [in, out, kh, kw]
 */
export const transposedConvOfTaps = (
  { tensor, places }: Rows,
  w: Tensor,
  { window, size }: { readonly window: Window; readonly size: Pair },
): Rows => {
  const { kernel, strides, pads } = window
  const [channels, out] = w.shape.map(Number) as [number, number]
  const batch = tensor.shape[1]!
  const perTap = reshape(transpose(w, [2, 3, 0, 1]), [kernel[0] * kernel[1], channels * out])
  const rowOf = new Array<number>(size[0] * size[1])
  const parts: Tensor[] = []
  let rows = 0
  for (const [dy, dx] of positions(strides)) {
    const pixels = positions(size).filter(
      ([y, x]) => (y + pads[0]) % strides[0] === dy && (x + pads[1]) % strides[1] === dx,
    )
    if (pixels.length === 0) continue
    const taps = positions(kernel).filter(
      ([a, b]) => a % strides[0] === dy && b % strides[1] === dx,
    )
    for (const [y, x] of pixels) rowOf[y * size[1] + x] = rows++
    const under = ([a, b]: Pair): number[] =>
      pixels.map(([y, x]) =>
        rowAt(places, (y + pads[0] - a) / strides[0], (x + pads[1] - b) / strides[1]),
      )
    // A stride beyond the kernel leaves pixels that no window reaches.
    const reached = taps.length === 0 ? [pixels.map(() => -1)] : taps.map(under)
    const numbers = taps.length === 0 ? [0] : taps.map(([a, b]) => a * kernel[1] + b)
    const weights = reshape(gather(perTap, ints(w.graph, numbers)), [
      numbers.length * channels,
      out,
    ])
    parts.push(reshape(matMul(flat(beside(tensor, reached)), weights), [pixels.length, batch, out]))
  }
  return { tensor: concat(parts, 0), places: { height: size[0], width: size[1], rows, rowOf } }
}

/** Adds one value per channel. */
export const withBias = (rows: Rows, bias: Tensor | undefined): Rows =>
  bias ? { ...rows, tensor: add(rows.tensor, bias) } : rows
