// The gradient of the weights of `conv-tiles.ts`, tile by tile like it.
import { assembler } from '../../../jit/assembler.ts'
import { clear, scratchOf, shareOf } from '../../scratch.ts'
import { layoutOfMaps } from '../sizes.ts'
import { filtersToTaps } from './filter-transforms.ts'
import { transposed } from './linear.ts'
import { inKinds, kindsOf, paddedTiles, transformPadded, walkedMaps } from './padded-tiles.ts'
import { MOST_IMAGES, tileBytes } from './tile-layout.ts'
import { forEachTile } from './tile-loop.ts'
import { addFilterGradients } from './tile-products.ts'
import { transformPixels } from './tile-transforms.ts'

import type { CompiledKernel } from '../../kernel.ts'
import type { PaddedConvSizes } from '../sizes.ts'

/** x [pixels, batch, channels], dy [pixels of the result, batch, filters] -> dtaps [parts, 9, channels, filters]. */
export const convTilesWeightGradient = (sizes: PaddedConvSizes): CompiledKernel => {
  const { parts, channels, filters } = sizes
  const { share, imageOfX, imageOfY, pixelOfY } = layoutOfMaps(sizes)
  const tiling = paddedTiles(sizes)
  const { output, transforms, places, spans, tiles } = tiling
  const bytes = tileBytes(sizes, tiling)
  const a = assembler()
  const scratch = scratchOf(a, 3, {
    filterGradients: bytes.filters,
    tiles: bytes.tiles,
    productGradients: bytes.products,
    between: bytes.between,
  })
  scratch.withPointers(['filterGradients'], ({ filterGradients }) => {
    clear(a, filterGradients, bytes.filters)
  })
  const x = shareOf(a, 0, share * imageOfX)
  const dy = shareOf(a, 1, share * imageOfY)
  const repeats = kindsOf(tiles, (tile) => ({ above: tile.y.repeated, left: tile.x.repeated }))
  const loop = {
    images: share,
    mostImages: MOST_IMAGES,
    walked: walkedMaps(sizes, tiling, { x, y: dy }),
    flags: tiles.map((_, index) => [spans.numbers[index]!, repeats.numbers[index]!]),
  }
  forEachTile(a, loop, (images, flag) => {
    transformPadded(a, scratch, { x, sizes, tiling, images, flag: flag(0) })
    inKinds(a, repeats, flag(1), ({ above, left }) => {
      transformPixels(a, scratch, {
        map: dy,
        width: output[1],
        pixel: pixelOfY,
        tiles: 'productGradients',
        images,
        channels: filters,
        matrix: transposed(transforms.output),
        // What an earlier tile has is not counted again.
        isInside: (row, column) => row >= above && column >= left,
      })
    })
    addFilterGradients(a, scratch, {
      places,
      images,
      inner: channels,
      outer: filters,
      x: 'tiles',
      filters: 'filterGradients',
      y: 'productGradients',
    })
  })
  a.release(x, dy)
  filtersToTaps(a, scratch, {
    taps: 2,
    rows: channels,
    columns: filters,
    matrix: transforms.filter,
  })
  return {
    outputs: [[parts, 9, channels, filters]],
    code: a.finish(),
    parts,
    scratchBytes: scratch.bytes,
  }
}
