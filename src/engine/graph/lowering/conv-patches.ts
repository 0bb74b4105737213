// Convolution as products over patches of x, one product per row of the result with pixels and batch as its columns.
// Best for few channels; the form for every kernel size. Patches serve the forward product and the weight gradient.
import { add, concat, gather, matMul, reduceSum, reshape, transpose } from '../functions.ts'
import { multiply } from '../dimensions.ts'
import { apply, ints } from '../graph.ts'
import { patchWeights, unpatchWeights } from './im2col.ts'
import { pixelByPixel, sumIntoRows } from './rows.ts'
import { POSITIONS } from './window-products.ts'

import type { Tensor } from '../types.ts'
import type { Places, Rows } from './rows.ts'
import type { WindowProducts } from './window-products.ts'

interface Shape {
  readonly kernel: readonly [number, number]
  readonly channels: number
  readonly size: readonly [number, number]
}

/** Rows of x [in, rows, batch] in the order [window row, kernel row, kernel column, in, window column]. */
const patchRows = (
  { kernel: [kh, kw], channels, size: [height, width] }: Shape,
  { rows, rowOf, width: inputWidth }: Places,
  [top, left]: readonly [number, number],
): number[] => {
  const numbers: number[] = []
  for (let y = top; y < 2 * height; y += 2)
    for (let dy = 0; dy < kh; dy++)
      for (let dx = 0; dx < kw; dx++)
        for (let channel = 0; channel < channels; channel++)
          for (let x = left; x < 2 * width; x += 2)
            numbers.push(channel * rows + rowOf[(y + dy) * inputWidth + x + dx]!)
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
  const shape = { kernel: [kh, kw] as const, channels, size }
  const numbers = POSITIONS.map((position) => patchRows(shape, places, position))
  const pixels = reshape(transpose(tensor, [2, 0, 1]), [channels * places.rows, batch])
  const patches = numbers.map((rows) =>
    reshape(gather(pixels, ints(graph, rows)), [height, patch, columns]),
  )
  const weights = patchWeights(w)
  return {
    positions: patches.map((columnsOf) => matMul(weights, columnsOf)),
    places: pixelByPixel(height, width),
    toRows: (y) =>
      reshape(transpose(reshape(y, [height, out, width, batch]), [0, 2, 3, 1]), [
        height * width,
        batch,
        out,
      ]),
    fromRows: (rows) =>
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
        }
      },
    }),
  }
}
