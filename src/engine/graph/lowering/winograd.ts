// Minimal filtering of 3x3 convolutions (Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", 2016,
// after Winograd, 1980): a tile of m x m outputs costs (m + 2)^2 products instead of 9 m^2. The transforms are
// Kronecker products, so that each is one matrix product over all tiles at once.
import { constant } from '../graph.ts'
import { float32 } from '../../../base/arrays.ts'

import type { Graph, Tensor } from '../types.ts'

export type Matrix = readonly (readonly number[])[]

interface Minimal {
  /** [n, n], input transform. */
  readonly input: Matrix
  /** [n, 3], filter transform. */
  readonly filter: Matrix
  /** [m, n], output transform. */
  readonly output: Matrix
}

/** F(m, 3) by m. Larger tiles would save more products and lose too many digits. */
const MINIMAL: Readonly<Record<TileSize, Minimal>> = {
  2: {
    input: [
      [1, 0, -1, 0],
      [0, 1, 1, 0],
      [0, -1, 1, 0],
      [0, 1, 0, -1],
    ],
    filter: [
      [1, 0, 0],
      [1 / 2, 1 / 2, 1 / 2],
      [1 / 2, -1 / 2, 1 / 2],
      [0, 0, 1],
    ],
    output: [
      [1, 1, 1, 0],
      [0, 1, -1, -1],
    ],
  },
  4: {
    input: [
      [4, 0, -5, 0, 1, 0],
      [0, -4, -4, 1, 1, 0],
      [0, 4, -4, -1, 1, 0],
      [0, -2, -1, 2, 1, 0],
      [0, 2, -1, -2, 1, 0],
      [0, 4, 0, -5, 0, 1],
    ],
    filter: [
      [1 / 4, 0, 0],
      [-1 / 6, -1 / 6, -1 / 6],
      [-1 / 6, 1 / 6, -1 / 6],
      [1 / 24, 1 / 12, 1 / 6],
      [1 / 24, -1 / 12, 1 / 6],
      [0, 0, 1],
    ],
    output: [
      [1, 1, 1, 1, 1, 0],
      [0, 1, -1, 2, -2, 0],
      [0, 1, 1, 4, 4, 0],
      [0, 1, -1, 8, -8, 1],
    ],
  },
}

export type TileSize = 2 | 4

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
  const { input, filter, output } = MINIMAL[tile]
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

export const transposed = (matrix: Matrix): Matrix =>
  matrix[0]!.map((_, column) => matrix.map((row) => row[column]!))

export const matrixConstant = (graph: Graph, name: string, matrix: Matrix): Tensor =>
  constant(graph, name, float32([matrix.length, matrix[0]!.length], matrix.flat()))
