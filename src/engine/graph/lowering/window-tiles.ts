// 3x3 convolution under 2x2 max-pooling, over tiles (`tiles.ts`): the windows of a tile are its transform in another order.
import { transposed } from '../../kernels/convolution/tiles/linear.ts'
import { concat, reshape, split } from '../functions.ts'
import { apply } from '../graph.ts'
import { pickRows, sumIntoRows } from './rows.ts'
import { multiplyTiles, tileRows, tilingOf, VALID, ZERO } from './tiles.ts'
import { POSITIONS } from './window-products.ts'
import { transforms } from './winograd.ts'

import type { TileSize } from '../../kernels/convolution/tiles/minimal-filtering.ts'
import type { Tensor } from '../types.ts'
import type { Tiling } from './tiles.ts'
import type { Places, Rows } from './rows.ts'
import type { WindowProducts } from './window-products.ts'

/** Rows of the output transform, in the order [position in the pooling window, window in the tile]. */
const windowOrder = (tile: TileSize): number[] => {
  const side = tile / 2
  return POSITIONS.flatMap(([row, column]) =>
    Array.from({ length: side * side }, (_, window) => {
      const y = 2 * Math.floor(window / side) + row
      return y * tile + 2 * (window % side) + column
    }),
  )
}

/** Where pooled pixels are among rows in the order [window in the tile, tile]. */
const pooledPlaces = (
  { tile, down, across }: Tiling,
  [height, width]: readonly [number, number],
): Places => {
  const side = tile / 2
  const rowOf = Array.from({ length: height * width }, (_, pixel) => {
    const [y, x] = [Math.floor(pixel / width), pixel % width]
    const window = (y % side) * side + (x % side)
    return (window * down + Math.floor(y / side)) * across + Math.floor(x / side)
  })
  return { height, width, rows: side * side * down * across, rowOf }
}

export const productsOfTiles = (
  x: Rows,
  w: Tensor,
  size: readonly [number, number],
): WindowProducts => {
  const { graph } = w
  const [out, channels] = w.shape.map(Number) as [number, number]
  const batch = x.tensor.shape[1]!
  const tiling = tilingOf(2 * size[0], 2 * size[1])
  const { tile } = tiling
  const { input, output } = transforms(tile)
  const ordered = windowOrder(tile).map((row) => output[row]!)
  // No window that is read reaches over the edge: anything may stand there, and no gradient comes back from it.
  const start = VALID
  const numbers = tileRows(tiling, x.places, { start, beyond: (nearest) => nearest })
  const inside = tileRows(tiling, x.places, { start, beyond: ZERO })
  const { product, perPlace, filters, multiplied, weightGradient } = multiplyTiles(
    pickRows(x.tensor, numbers),
    w,
    tiling,
  )
  const inputGradient = (dMultiplied: Tensor): Rows => {
    const dTransformed = apply(graph, 'FusedMatMul', [dMultiplied, filters], {
      attributes: { transB: 1 },
    })
    const dPicked = product('tiles_back', transposed(input), dTransformed, channels)
    const rows = reshape(dPicked, [numbers.length, batch, channels])
    const tensor = sumIntoRows(rows, inside, x.places.rows)
    return { tensor, places: x.places, hasZeroGaps: true }
  }

  const pooled = pooledPlaces(tiling, size)
  const windows = reshape(product('windows', ordered, multiplied, out), [
    4,
    pooled.rows,
    batch,
    out,
  ])
  return {
    positions: split(
      windows,
      POSITIONS.map(() => 1),
      0,
    ),
    places: pooled,
    asRows: (y) => reshape(y, [pooled.rows, batch, out]),
    likePositions: (rows) => reshape(rows, [1, pooled.rows, batch, out]),
    gradients: (shares) => {
      const stacked = concat(shares, 0)
      const dMultiplied = perPlace(product('shares', transposed(ordered), stacked, out), out)
      return {
        weight: weightGradient(dMultiplied),
        input: () => inputGradient(dMultiplied),
      }
    },
  }
}
