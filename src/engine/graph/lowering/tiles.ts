// 3x3 convolution as products over tiles (`winograd.ts`): pick the tiles, transform, one product over channels per
// place in a tile, transform back. The weight gradient is the transpose of the same chain, from the kept tiles.
import { transposed } from '../../kernels/convolution/tiles/linear.ts'
import { matMul, reshape, transpose } from '../functions.ts'
import { apply } from '../graph.ts'
import { multiply } from '../dimensions.ts'
import { bestTile, matrixConstant, transforms } from './winograd.ts'

import type { Matrix } from '../../kernels/convolution/tiles/linear.ts'
import type { TileSize } from '../../kernels/convolution/tiles/minimal-filtering.ts'
import type { Tensor } from '../types.ts'
import type { Places } from './rows.ts'

export interface Tiling {
  readonly tile: TileSize
  /** Tiles down and across; the last ones may hang over the edge. */
  readonly down: number
  readonly across: number
}

export const tilingOf = (height: number, width: number): Tiling => {
  const tile = bestTile(height, width)
  return { tile, down: Math.ceil(height / tile), across: Math.ceil(width / tile) }
}

interface Cover {
  /** Row and column of x where the first tile begins; negative inside padding. */
  readonly start: readonly [number, number]
  /** What stands for a pixel outside x, given the row of the nearest one inside. */
  readonly beyond: (nearest: number) => number
}

export const VALID: Cover['start'] = [0, 0]
export const ZERO = (): number => -1

/** Rows of x in the order [place in the tile, tile]. */
export const tileRows = (
  { tile, down, across }: Tiling,
  { height, width, rowOf }: Places,
  { start, beyond }: Cover,
): number[] => {
  const inside = (place: number, size: number): number => Math.max(0, Math.min(size - 1, place))
  const numbers: number[] = []
  for (let a = 0; a < tile + 2; a++)
    for (let b = 0; b < tile + 2; b++)
      for (let i = 0; i < down; i++)
        for (let j = 0; j < across; j++) {
          const [y, x] = [start[0] + i * tile + a, start[1] + j * tile + b]
          const [nearY, nearX] = [inside(y, height), inside(x, width)]
          const row = rowOf[nearY * width + nearX]!
          numbers.push(y === nearY && x === nearX ? row : beyond(row))
        }
  return numbers
}

interface TileProducts {
  /** A constant matrix times [rows of the matrix, all tiles, channels]. */
  readonly product: (name: string, matrix: Matrix, y: Tensor, channels: number) => Tensor
  /** [places, tiles batch, in], [places, in, out]: what is multiplied. */
  readonly transformed: Tensor
  readonly filters: Tensor
  readonly multiplied: Tensor
  /** dw [out, in, 3, 3] from the gradient of `multiplied`. */
  readonly weightGradient: (dMultiplied: Tensor) => Tensor
  readonly perPlace: (y: Tensor, last: number) => Tensor
}

/** The products of picked tiles: [place in the tile, tile] rows of x, in this order. */
export const multiplyTiles = (
  picked: Tensor,
  w: Tensor,
  { tile, down, across }: Tiling,
): TileProducts => {
  const { graph } = w
  const [out, channels] = w.shape.map(Number) as [number, number]
  const batch = picked.shape[1]!
  const [places, tiles] = [(tile + 2) ** 2, down * across]
  const { input, filter } = transforms(tile)
  const product: TileProducts['product'] = (name, matrix, y, last) =>
    matMul(
      matrixConstant(graph, name, matrix),
      reshape(y, [matrix[0]!.length, multiply(batch, tiles, last)]),
    )
  const perPlace = (y: Tensor, last: number): Tensor =>
    reshape(y, [places, multiply(batch, tiles), last])
  const transformed = perPlace(product('tiles', input, picked, channels), channels)
  const taps = reshape(transpose(w, [2, 3, 1, 0]), [9, channels * out])
  const filters = reshape(matMul(matrixConstant(graph, 'filters', filter), taps), [
    places,
    channels,
    out,
  ])
  return {
    product,
    perPlace,
    transformed,
    filters,
    multiplied: matMul(transformed, filters),
    weightGradient: (dMultiplied) => {
      const dFilters = apply(graph, 'FusedMatMul', [transformed, dMultiplied], {
        attributes: { transA: 1 },
      })
      const matrix = reshape(dFilters, [places, channels * out])
      const dTaps = matMul(matrixConstant(graph, 'filters_back', transposed(filter)), matrix)
      return transpose(reshape(dTaps, [3, 3, channels, out]), [3, 2, 0, 1])
    },
  }
}
