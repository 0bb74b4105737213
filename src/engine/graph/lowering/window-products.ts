// What a convolution under 2x2 max-pooling is, however it is computed: four products per pooling window.
import type { Tensor } from '../types.ts'
import type { Places, Rows } from './rows.ts'

/** Positions inside a 2x2 window, row by row. */
export const POSITIONS = [
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
] as const

export interface WindowProducts {
  /** One tensor per position; all are of one shape, in which only `asRows` and `likePositions` know the way. */
  readonly positions: readonly Tensor[]
  /** Where the windows are in the pooled map. */
  readonly places: Places
  /** A tensor like a position -> [rows, batch, out]. */
  readonly asRows: (x: Tensor) => Tensor
  /** The inverse of `asRows`. */
  readonly likePositions: (rows: Tensor) => Tensor
  /** Gradients of the weight [out, in, kh, kw] and of the input from those of the positions. */
  readonly gradients: (shares: readonly Tensor[]) => {
    readonly weight: Tensor
    readonly input: () => Rows
  }
}
