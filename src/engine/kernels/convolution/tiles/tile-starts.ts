// Where tiles of a result begin along an axis.
import type { TileSize } from './minimal-filtering.ts'

export interface TileStart {
  readonly start: number
  /** Outputs at its beginning that an earlier tile has too. */
  readonly repeated: number
}

/** Tiles along an axis of `size` outputs. None reaches over the end: the last one begins earlier instead. */
export const startsOf = (size: number, tile: TileSize): readonly TileStart[] => {
  const count = Math.ceil(size / tile)
  const last = { start: size - tile, repeated: count * tile - size }
  return [
    ...Array.from({ length: count - 1 }, (_, index) => ({ start: index * tile, repeated: 0 })),
    last,
  ]
}
