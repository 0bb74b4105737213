// 3x3 convolution as products over tiles (`winograd.ts`): pick the tiles, transform, one product over channels per
// place in a tile, transform back. The backward pass is the transpose of the same chain, from the kept tiles.
import { concat, gather, matMul, reshape, split, transpose } from '../functions.ts'
import { apply, ints } from '../graph.ts'
import { multiply } from '../dimensions.ts'
import { sumIntoRows } from './rows.ts'
import { POSITIONS } from './window-products.ts'
import { bestTile, matrixConstant, transforms, transposed } from './winograd.ts'

import type { Tensor } from '../types.ts'
import type { Places, Rows } from './rows.ts'
import type { WindowProducts } from './window-products.ts'
import type { TileSize } from './winograd.ts'

interface Tiling {
  readonly tile: TileSize
  /** Tiles down and across; the last ones may hang over the edge. */
  readonly down: number
  readonly across: number
}

const tilingOf = (height: number, width: number): Tiling => {
  const tile = bestTile(height, width)
  return { tile, down: Math.ceil(height / tile), across: Math.ceil(width / tile) }
}

/** Rows of x in the order [place in the tile, tile]; what hangs over the edge is `beyond` of the nearest one. */
const tileRows = (
  { tile, down, across }: Tiling,
  { height, width, rowOf }: Places,
  beyond: (nearest: number) => number,
): number[] => {
  const numbers: number[] = []
  for (let a = 0; a < tile + 2; a++)
    for (let b = 0; b < tile + 2; b++)
      for (let i = 0; i < down; i++)
        for (let j = 0; j < across; j++) {
          const y = Math.min(height - 1, i * tile + a)
          const x = Math.min(width - 1, j * tile + b)
          const row = rowOf[y * width + x]!
          numbers.push(y === i * tile + a && x === j * tile + b ? row : beyond(row))
        }
  return numbers
}

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
  const { tile, down, across } = tiling
  const [places, outputs, tiles] = [(tile + 2) ** 2, tile ** 2, down * across]
  const { input, filter, output } = transforms(tile)
  const ordered = windowOrder(tile).map((row) => output[row]!)
  const product = (name: string, matrix: Parameters<typeof matrixConstant>[2], y: Tensor): Tensor =>
    matMul(matrixConstant(graph, name, matrix), y)
  const flat = (y: Tensor, first: number, last: number): Tensor =>
    reshape(y, [first, multiply(batch, tiles, last)])
  const perPlace = (y: Tensor, last: number): Tensor =>
    reshape(y, [places, multiply(batch, tiles), last])

  // No window that is read reaches over the edge: anything may stand there, and no gradient comes back from it.
  const numbers = tileRows(tiling, x.places, (nearest) => nearest)
  const inside = tileRows(tiling, x.places, () => -1)
  const picked = gather(x.tensor, ints(graph, numbers))
  const transformed = perPlace(product('tiles', input, flat(picked, places, channels)), channels)
  const taps = reshape(transpose(w, [2, 3, 1, 0]), [9, channels * out])
  const filters = reshape(product('filters', filter, taps), [places, channels, out])
  const multiplied = flat(matMul(transformed, filters), places, out)

  const weightGradient = (dMultiplied: Tensor): Tensor => {
    const dFilters = apply(graph, 'FusedMatMul', [transformed, dMultiplied], {
      attributes: { transA: 1 },
    })
    const matrix = reshape(dFilters, [places, channels * out])
    const dTaps = product('filters_back', transposed(filter), matrix)
    return transpose(reshape(dTaps, [3, 3, channels, out]), [3, 2, 0, 1])
  }
  const inputGradient = (dMultiplied: Tensor): Rows => {
    const dTransformed = apply(graph, 'FusedMatMul', [dMultiplied, filters], {
      attributes: { transB: 1 },
    })
    const dPicked = product('tiles_back', transposed(input), flat(dTransformed, places, channels))
    const rows = reshape(dPicked, [numbers.length, batch, channels])
    return { tensor: sumIntoRows(rows, inside, x.places.rows), places: x.places }
  }

  const pooled = pooledPlaces(tiling, size)
  const windows = reshape(product('windows', ordered, multiplied), [4, pooled.rows, batch, out])
  return {
    positions: split(
      windows,
      POSITIONS.map(() => 1),
      0,
    ),
    places: pooled,
    toRows: (y) => reshape(y, [pooled.rows, batch, out]),
    fromRows: (rows) => reshape(rows, [1, pooled.rows, batch, out]),
    gradients: (shares) => {
      const stacked = flat(concat(shares, 0), outputs, out)
      const dMultiplied = perPlace(product('shares', transposed(ordered), stacked), out)
      return {
        weight: weightGradient(dMultiplied),
        input: () => inputGradient(dMultiplied),
      }
    },
  }
}
