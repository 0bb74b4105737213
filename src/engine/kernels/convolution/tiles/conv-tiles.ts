// 3x3 convolution of stride 1 over tiles (Lavin and Gray, 2016; `minimal-filtering.ts`). The gradient of its input is such a
// convolution too, with turned taps.
import { assembler } from '../../../jit/assembler.ts'
import { scratchOf, shareOf } from '../../scratch.ts'
import { layoutOfMaps } from '../sizes.ts'
import { transformFilters } from './filter-transforms.ts'
import { paddedTiles, transformPadded, walkedMaps } from './padded-tiles.ts'
import { MOST_IMAGES, tileBytes } from './tile-layout.ts'
import { forEachTile } from './tile-loop.ts'
import { multiplyTiles } from './tile-products.ts'
import { transformToPixels } from './tile-transforms.ts'

import type { CompiledKernel } from '../../kernel.ts'
import type { PaddedConvSizes } from '../sizes.ts'

/** x [pixels, batch, channels], taps [9, channels, filters] -> y [pixels of the result, batch, filters]. */
export const convTiles = (sizes: PaddedConvSizes): CompiledKernel => {
  const { batch, parts, channels, filters } = sizes
  const { share, imageOfX, imageOfY, pixelOfY } = layoutOfMaps(sizes)
  const tiling = paddedTiles(sizes)
  const { output, transforms, places, spans } = tiling
  const a = assembler()
  const scratch = scratchOf(a, 3, tileBytes(sizes, tiling))
  transformFilters(a, scratch, {
    taps: 1,
    rows: channels,
    columns: filters,
    matrix: transforms.filter,
  })
  const x = shareOf(a, 0, share * imageOfX)
  const y = shareOf(a, 2, share * imageOfY)
  const loop = {
    images: share,
    mostImages: MOST_IMAGES,
    walked: walkedMaps(sizes, tiling, { x, y }),
    flags: spans.numbers.map((number) => [number]),
  }
  forEachTile(a, loop, (images, flag) => {
    transformPadded(a, scratch, { x, sizes, tiling, images, flag: flag(0) })
    multiplyTiles(a, scratch, {
      places,
      images,
      inner: channels,
      outer: filters,
      x: 'tiles',
      filters: 'filters',
      y: 'products',
    })
    transformToPixels(a, scratch, {
      map: y,
      width: output[1],
      pixel: pixelOfY,
      tiles: 'products',
      images,
      channels: filters,
      matrix: transforms.output,
    })
  })
  return {
    outputs: [[output[0] * output[1], batch, filters]],
    code: a.finish(),
    parts,
    scratchBytes: scratch.bytes,
  }
}
