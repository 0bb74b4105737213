// Which tiles an unpadded 3x3 convolution under 2x2 max-pooling consists of.
import { MINIMAL } from './minimal.ts'

import type { TileSize } from './minimal.ts'

export interface ConvSizes {
  /** Of the input. */
  readonly height: number
  readonly width: number
  readonly batch: number
  /** Parts of the batch that are worked on beside each other, all of one size. */
  readonly parts: number
  readonly channels: number
  readonly filters: number
}

interface Start {
  readonly start: number
  /** Outputs at its beginning that an earlier tile has too. */
  readonly repeated: number
}

/** Tiles along an axis of `size` outputs. None reaches over the end: the last one begins earlier instead. */
export const startsOf = (size: number, tile: TileSize): readonly Start[] => {
  const count = Math.ceil(size / tile)
  const last = { start: size - tile, repeated: count * tile - size }
  return [
    ...Array.from({ length: count - 1 }, (_, index) => ({ start: index * tile, repeated: 0 })),
    last,
  ]
}

export interface PooledTiles {
  readonly tile: TileSize
  /** Pixels of a tile along an axis, and in all. */
  readonly side: number
  readonly places: number
  /** Height and width after pooling. */
  readonly pooled: readonly [number, number]
  readonly starts: readonly { readonly y: Start; readonly x: Start }[]
}

export const pooledTiles = ({ height, width }: ConvSizes): PooledTiles => {
  const pooled = [Math.floor((height - 2) / 2), Math.floor((width - 2) / 2)] as const
  const tile = Math.min(...pooled) < 2 ? 2 : 4
  const side = MINIMAL[tile].input.length
  const across = startsOf(2 * pooled[1], tile)
  return {
    tile,
    side,
    places: side * side,
    pooled,
    starts: startsOf(2 * pooled[0], tile).flatMap((y) => across.map((x) => ({ y, x }))),
  }
}
