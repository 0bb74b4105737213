// Convolution as products over patches of x, one product per row of the result with pixels and batch as its columns.
// Best for few channels; the form for every kernel size. Patches serve the forward product and the weight gradient.
import { add, concat, gather, matMul, pad, reduceSum, reshape, transpose } from '../functions.ts'
import { multiply } from '../dimensions.ts'
import { apply, ints } from '../graph.ts'
import { spatialSettings, windowSizes } from '../ops/conv.ts'
import { patchWeights, unpatchWeights } from './conv-weights.ts'
import { pixelByPixel, sumIntoRows } from './rows.ts'
import { POSITIONS } from './window-products.ts'

import type { Attributes, Dimension, Tensor } from '../types.ts'
import type { Places, Rows } from './rows.ts'
import type { WindowProducts } from './window-products.ts'

interface Windows {
  readonly kernel: readonly [number, number]
  /** Windows down and across. */
  readonly size: readonly [number, number]
  readonly strides: readonly [number, number]
  readonly dilations: readonly [number, number]
  /** Where the first window begins; negative inside padding. */
  readonly start: readonly [number, number]
}

/**
 * Rows of x [in, rows, batch] in the order [window row, kernel row, kernel column, in, window column]; padding is the row
 * after the last.
 */
const patchRows = (windows: Windows, channels: number, places: Places): number[] => {
  const { kernel, size, strides, dilations, start } = windows
  const { height, width, rows, rowOf } = places
  const numbers: number[] = []
  for (let i = 0; i < size[0]; i++)
    for (let a = 0; a < kernel[0]; a++)
      for (let b = 0; b < kernel[1]; b++)
        for (let channel = 0; channel < channels; channel++)
          for (let j = 0; j < size[1]; j++) {
            const y = start[0] + i * strides[0] + a * dilations[0]
            const x = start[1] + j * strides[1] + b * dilations[1]
            const isInside = y >= 0 && y < height && x >= 0 && x < width
            numbers.push(isInside ? channel * rows + rowOf[y * width + x]! : channels * rows)
          }
  return numbers
}

export const productsOfPatches = (
  x: Rows,
  w: Tensor,
  size: readonly [number, number],
): WindowProducts => {
  const { graph } = w
  const [out, channels, kh, kw] = w.shape.map(Number) as [number, number, number, number]
  const [height, width] = size
  const { tensor, places } = x
  const batch = tensor.shape[1]!
  const patch = kh * kw * channels
  const columns = multiply(batch, width)
  const numbers = POSITIONS.map((start) =>
    patchRows(
      { kernel: [kh, kw], size, strides: [2, 2], dilations: [1, 1], start },
      channels,
      places,
    ),
  )
  const pixels = reshape(transpose(tensor, [2, 0, 1]), [channels * places.rows, batch])
  const patches = numbers.map((rows) =>
    reshape(gather(pixels, ints(graph, rows)), [height, patch, columns]),
  )
  const weights = patchWeights(w)
  return {
    positions: patches.map((columnsOf) => matMul(weights, columnsOf)),
    places: pixelByPixel(height, width),
    asRows: (y) =>
      reshape(transpose(reshape(y, [height, out, width, batch]), [0, 2, 3, 1]), [
        height * width,
        batch,
        out,
      ]),
    likePositions: (rows) =>
      reshape(transpose(reshape(rows, [height, width, batch, out]), [0, 3, 1, 2]), [
        height,
        out,
        columns,
      ]),
    gradients: (shares) => ({
      weight: unpatchWeights(
        reduceSum(
          shares
            .map((share, index) =>
              apply(graph, 'FusedMatMul', [share, patches[index]!], { attributes: { transB: 1 } }),
            )
            .reduce((a, b) => add(a, b)),
          { axes: [0] },
        ),
        w.shape,
      ),
      input: () => {
        const turned = transpose(weights, [1, 0])
        const taps = shares.map((share) =>
          reshape(matMul(turned, share), [numbers[0]!.length, batch]),
        )
        const summed = sumIntoRows(concat(taps, 0), numbers.flat(), channels * places.rows)
        return {
          tensor: transpose(reshape(summed, [channels, places.rows, batch]), [1, 2, 0]),
          places,
          hasZeroGaps: true,
        }
      },
    }),
  }
}

/** x [batch, in, h, w] as patches [oh, kh kw in, ow batch], for any stride, dilation and padding. */
export const patchesByRow = (
  x: Tensor,
  attributes: Attributes,
  kernel: readonly [number, number],
): Tensor => {
  const [batch, channels, height, width] = x.shape as [Dimension, number, number, number]
  const settings = spatialSettings(attributes, kernel)
  const pair = (values: readonly number[]): [number, number] => [values[0]!, values[1]!]
  const size = pair(windowSizes([height, width], kernel, attributes))
  const windows = {
    kernel,
    size,
    strides: pair(settings.strides),
    dilations: pair(settings.dilations),
    start: pair(settings.pads.map((width) => -width)),
  }
  const numbers = patchRows(windows, channels, pixelByPixel(height, width))
  const pixels = reshape(transpose(x, [1, 2, 3, 0]), [channels * height * width, batch])
  const padded = settings.pads.some((width) => width > 0) ? pad(pixels, [0, 0, 1, 0]) : pixels
  return reshape(gather(padded, ints(x.graph, numbers)), [
    size[0],
    kernel[0] * kernel[1] * channels,
    multiply(batch, size[1]),
  ])
}
