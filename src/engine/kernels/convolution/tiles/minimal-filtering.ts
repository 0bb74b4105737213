// Minimal filtering of 3x3 convolutions (Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", 2016, after
// Winograd, 1980): a tile of m x m outputs costs (m + 2)^2 products instead of 9 m^2.
import type { Matrix } from './linear.ts'

export type TileSize = 2 | 4

export interface MinimalFiltering {
  /** [n, n], input transform. */
  readonly input: Matrix
  /** [n, 3], filter transform. */
  readonly filter: Matrix
  /** [m, n], output transform. */
  readonly output: Matrix
}

/** The three transforms, by how many outputs a tile has along an axis. */
export const MINIMAL_FILTERING: Readonly<Record<TileSize, MinimalFiltering>> = {
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
