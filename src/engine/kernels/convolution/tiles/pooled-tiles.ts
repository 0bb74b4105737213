// Which tiles an unpadded 3x3 convolution under 2x2 max-pooling consists of.
import { MINIMAL_FILTERING } from './minimal-filtering.ts'
import { startsOf } from './tile-starts.ts'

import type { ConvSizes } from '../sizes.ts'
import type { MinimalFiltering, TileSize } from './minimal-filtering.ts'
import type { TileStart } from './tile-starts.ts'

export interface PooledTiles {
  readonly tile: TileSize
  readonly transforms: MinimalFiltering
  /** Pixels of a tile along an axis, and in all. */
  readonly side: number
  readonly places: number
  /** Height and width after pooling. */
  readonly pooled: readonly [number, number]
  readonly starts: readonly { readonly y: TileStart; readonly x: TileStart }[]
  /** For each tile: its first pixel, and its first pooling window. */
  readonly pixels: readonly number[]
  readonly windows: readonly number[]
}

/** Tiles of 4 x 4 outputs, or of 2 x 2 where the result is smaller than that. */
export const pooledTiles = ({ height, width }: ConvSizes): PooledTiles => {
  const pooled = [Math.floor((height - 2) / 2), Math.floor((width - 2) / 2)] as const
  const tile = Math.min(...pooled) < 2 ? 2 : 4
  const transforms = MINIMAL_FILTERING[tile]
  const side = transforms.input.length
  const across = startsOf(2 * pooled[1], tile)
  const starts = startsOf(2 * pooled[0], tile).flatMap((y) => across.map((x) => ({ y, x })))
  return {
    tile,
    transforms,
    side,
    places: side * side,
    pooled,
    starts,
    pixels: starts.map(({ y, x }) => y.start * width + x.start),
    windows: starts.map(({ y, x }) => (y.start / 2) * pooled[1] + x.start / 2),
  }
}
