// Minimal filtering of 3x3 convolutions (Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", 2016,
// after Winograd, 1980): a tile of m x m outputs costs (m + 2)^2 products instead of 9 m^2. The transforms are
// Kronecker products, so that each is one matrix product over all tiles at once.
import { float32 } from '../../../base/arrays.ts'
import { MINIMAL_FILTERING } from '../../kernels/convolution/tiles/minimal-filtering.ts'
import { constant } from '../graph.ts'

import type { Matrix } from '../../kernels/convolution/tiles/linear.ts'
import type { TileSize } from '../../kernels/convolution/tiles/minimal-filtering.ts'
import type { Graph, Tensor } from '../types.ts'

/** Transforms of tiles whose pixels, or products, are numbered row by row. */
export interface Transforms {
  /** [n n, n n] */
  readonly input: Matrix
  /** [n n, 9] */
  readonly filter: Matrix
  /** [m m, n n] */
  readonly output: Matrix
}

export const transforms = (tile: TileSize): Transforms => {
  const { input, filter, output } = MINIMAL_FILTERING[tile]
  return {
    input: kronecker(input, input),
    filter: kronecker(filter, filter),
    output: kronecker(output, output),
  }
}

/** The tile size that needs fewer products for an output of this size, overhang included. */
export const bestTile = (height: number, width: number): TileSize => {
  const products = (tile: TileSize): number =>
    Math.ceil(height / tile) * Math.ceil(width / tile) * (tile + 2) ** 2
  return products(4) <= products(2) ? 4 : 2
}

const kronecker = (a: Matrix, b: Matrix): Matrix =>
  a.flatMap((left) => b.map((right) => left.flatMap((x) => right.map((y) => x * y))))

export const matrixConstant = (graph: Graph, name: string, matrix: Matrix): Tensor =>
  constant(graph, name, float32([matrix.length, matrix[0]!.length], matrix.flat()))
