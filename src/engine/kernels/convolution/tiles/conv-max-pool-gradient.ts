// The gradient of `conv-max-pool.ts`, tile by tile like it: transforms of the input are made anew, which takes less time than
// reading them from memory would.
import { assembler } from '../../../jit/assembler.ts'
import { VECTOR_BYTES } from '../../../jit/operands.ts'
import { clear, clearRows, scratchOf, shareOf } from '../../scratch.ts'
import { layoutOfMaps } from '../sizes.ts'
import { filtersToTaps, transformFilters } from './filter-transforms.ts'
import { unpoolProducts } from './pool-products.ts'
import { pooledTiles } from './pooled-tiles.ts'
import { MOST_IMAGES, tileBytes } from './tile-layout.ts'
import { forEachTile } from './tile-loop.ts'
import { addFilterGradients, multiplyTiles } from './tile-products.ts'
import { addToPixels, transformPixels } from './tile-transforms.ts'

import type { CompiledKernel } from '../../kernel.ts'
import type { ConvSizes } from '../sizes.ts'
import type { PooledTiles } from './pooled-tiles.ts'

/** For each tile and each of its windows, whether it is in no earlier tile: 1 or 0. */
const newWindows = ({ tile, starts }: PooledTiles): readonly (readonly number[])[] => {
  const side = tile / 2
  const windows = Array.from({ length: side ** 2 }, (_, window) => ({
    row: Math.floor(window / side),
    column: window % side,
  }))
  return starts.map(({ y, x }) =>
    windows.map(({ row, column }) => Number(2 * row >= y.repeated && 2 * column >= x.repeated)),
  )
}

/**
 * x [pixels, batch, channels], turned taps [9, filters, channels], winners [pooled pixels, batch, filters] bytes, dy [pooled
 * pixels, batch, filters] -> dtaps [parts, 9, channels, filters], dbias [parts, filters], dx like x unless it `isFirst`.
 */
export const convMaxPoolGradient = (sizes: ConvSizes, isFirst: boolean): CompiledKernel => {
  const { height, width, batch, parts, channels, filters } = sizes
  const { share, imageOfX, imageOfY, pixelOfX, pixelOfY } = layoutOfMaps(sizes)
  const tiling = pooledTiles(sizes)
  const { tile, transforms, places, pooled, windows } = tiling
  const bytes = tileBytes(sizes, tiling)
  const a = assembler()
  const scratch = scratchOf(a, isFirst ? 6 : 7, {
    filters: isFirst ? 0 : bytes.filters,
    filterGradients: bytes.filters,
    tiles: bytes.tiles,
    productGradients: bytes.products,
    between: bytes.between,
    shares: tile * tile * VECTOR_BYTES,
  })
  if (!isFirst)
    transformFilters(a, scratch, {
      taps: 1,
      rows: filters,
      columns: channels,
      matrix: transforms.filter,
    })
  scratch.withPointers(['filterGradients'], ({ filterGradients }) => {
    clear(a, filterGradients, bytes.filters)
  })
  const dBias = shareOf(a, 5, imageOfY)
  clear(a, dBias, imageOfY)
  const x = shareOf(a, 0, share * imageOfX)
  const winners = shareOf(a, 2, share * filters)
  const dy = shareOf(a, 3, share * imageOfY)
  const dx = isFirst ? undefined : shareOf(a, 6, share * imageOfX)
  if (dx) clearRows(a, dx, { count: height * width, step: pixelOfX, bytes: share * imageOfX })
  const maps = dx ? [x, dx] : [x]
  const pixels = tiling.pixels.map((pixel) => pixel * pixelOfX)
  const walked = [
    { from: winners, tiles: windows.map((window) => window * batch * filters), image: filters },
    { from: dy, tiles: windows.map((window) => window * pixelOfY), image: imageOfY },
    ...maps.map((from) => ({ from, tiles: pixels, image: imageOfX })),
  ]
  const loop = { images: share, mostImages: MOST_IMAGES, walked, flags: newWindows(tiling) }
  forEachTile(a, loop, (images, isNew) => {
    const pixelsOf = {
      width,
      pixel: pixelOfX,
      tiles: 'tiles',
      images,
      channels,
      matrix: transforms.input,
    } as const
    unpoolProducts(a, scratch, {
      dBias,
      y: dy,
      winners,
      matrix: transforms.output,
      across: pooled[1],
      isNew,
      images,
      filters,
      batch,
    })
    transformPixels(a, scratch, { map: x, ...pixelsOf })
    addFilterGradients(a, scratch, {
      places,
      images,
      inner: channels,
      outer: filters,
      x: 'tiles',
      filters: 'filterGradients',
      y: 'productGradients',
    })
    if (!dx) return
    multiplyTiles(a, scratch, {
      places,
      images,
      inner: filters,
      outer: channels,
      x: 'productGradients',
      filters: 'filters',
      y: 'tiles',
    })
    addToPixels(a, scratch, { map: dx, ...pixelsOf })
  })
  a.release(winners, dy, dBias, ...maps)
  filtersToTaps(a, scratch, {
    taps: 4,
    rows: channels,
    columns: filters,
    matrix: transforms.filter,
  })
  return {
    outputs: [
      [parts, 9, channels, filters],
      [parts, filters],
      ...(isFirst ? [] : [[height * width, batch, channels]]),
    ],
    code: a.finish(),
    parts,
    scratchBytes: scratch.bytes,
  }
}
