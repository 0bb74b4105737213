// Unpadded 3x3 convolution and 2x2 max-pooling over tiles: a tile of a few images goes through all its steps while it is in
// the cache, and the full-size map never exists. (Lavin and Gray, 2016; `minimal-filtering.ts`)
import { assembler } from '../../../jit/assembler.ts'
import { FLOAT_BYTES } from '../../../jit/operands.ts'
import { scratchOf, shareOf } from '../../scratch.ts'
import { layoutOfMaps } from '../sizes.ts'
import { transformFilters } from './filter-transforms.ts'
import { poolProducts } from './pool-products.ts'
import { pooledTiles } from './pooled-tiles.ts'
import { MOST_IMAGES, tileBytes } from './tile-layout.ts'
import { forEachTile } from './tile-loop.ts'
import { multiplyTiles } from './tile-products.ts'
import { transformPixels } from './tile-transforms.ts'

import type { CompiledKernel } from '../../kernel.ts'
import type { ConvSizes } from '../sizes.ts'

/**
 * x [pixels, batch, channels], taps [9, channels, filters], bias [filters] -> y [pooled pixels, batch, filters], and for each of
 * its elements a byte: which of the four products, row by row, it was.
 */
export const convMaxPool = (sizes: ConvSizes): CompiledKernel => {
  const { width, batch, parts, channels, filters } = sizes
  const { share, imageOfX, imageOfY, pixelOfX, pixelOfY } = layoutOfMaps(sizes)
  const tiling = pooledTiles(sizes)
  const { transforms, places, pooled, pixels, windows } = tiling
  const a = assembler()
  const scratch = scratchOf(a, 5, tileBytes(sizes, tiling))
  transformFilters(a, scratch, {
    taps: 1,
    rows: channels,
    columns: filters,
    matrix: transforms.filter,
  })
  const x = shareOf(a, 0, share * imageOfX)
  const bias = a.argument(2)
  const y = shareOf(a, 3, share * imageOfY)
  const winners = shareOf(a, 4, share * filters)
  const walked = [
    { from: x, tiles: pixels.map((pixel) => pixel * pixelOfX), image: imageOfX },
    { from: y, tiles: windows.map((window) => window * pixelOfY), image: imageOfY },
    { from: winners, tiles: windows.map((window) => window * batch * filters), image: filters },
  ]
  forEachTile(a, { images: share, mostImages: MOST_IMAGES, walked }, (images) => {
    transformPixels(a, scratch, {
      map: x,
      width,
      pixel: pixelOfX,
      tiles: 'tiles',
      images,
      channels,
      matrix: transforms.input,
    })
    multiplyTiles(a, scratch, {
      places,
      images,
      inner: channels,
      outer: filters,
      x: 'tiles',
      filters: 'filters',
      y: 'products',
    })
    poolProducts(a, scratch, {
      bias,
      y,
      winners,
      matrix: transforms.output,
      across: pooled[1],
      images,
      filters,
      batch,
    })
  })
  return {
    outputs: [
      [pooled[0] * pooled[1], batch, filters],
      [pooled[0] * pooled[1], batch, filters / FLOAT_BYTES],
    ],
    code: a.finish(),
    parts,
    scratchBytes: scratch.bytes,
  }
}
