// 3x3 convolution of stride 1 over tiles (Lavin and Gray, 2016; `minimal.ts`), and the gradient of its weights. The gradient of
// its input is such a convolution too, with turned taps.
import { assembler } from '../jit/assembler.ts'
import { FLOAT_BYTES } from '../jit/operands.ts'
import { MOST_IMAGES } from './conv-max-pool.ts'
import { loadFactors, transposed } from './linear.ts'
import { MINIMAL } from './minimal.ts'
import { startsOf } from './pooled-tiles.ts'
import { areasOf, clear, shareOf, withPointers } from './scratch.ts'
import { forEachTile } from './tile-loop.ts'
import { addFilterGradients, multiplyTiles } from './tile-products.ts'
import {
  betweenBytes,
  filtersToTaps,
  forEachVector,
  grid,
  placeBytes,
  storeTo,
  transformFilters,
  transformPixels,
  transformSquare,
} from './tiles.ts'

import type { Assembler } from '../jit/assembler.ts'
import type { Memory } from '../jit/operands.ts'
import type { CompiledKernel } from './kernel.ts'
import type { TileSize } from './minimal.ts'
import type { ConvSizes } from './pooled-tiles.ts'

export interface PaddedConvSizes extends ConvSizes {
  /** Rows above, columns left, rows below, columns right. */
  readonly pads: readonly [number, number, number, number]
}

/** Which rows, or columns, of a tile there are. */
type Span = readonly [first: number, end: number]

interface Tile {
  readonly y: { readonly start: number; readonly repeated: number }
  readonly x: { readonly start: number; readonly repeated: number }
  readonly rows: Span
  readonly columns: Span
}

const outputOf = ({ height, width, pads }: PaddedConvSizes): readonly [number, number] => [
  height + pads[0] + pads[2] - 2,
  width + pads[1] + pads[3] - 2,
]

/** Whether the result is large enough for tiles. */
export const canTile = (sizes: PaddedConvSizes): boolean => Math.min(...outputOf(sizes)) >= 2

const tilingOf = (sizes: PaddedConvSizes) => {
  const { height, width, pads } = sizes
  const output = outputOf(sizes)
  const tile: TileSize = Math.min(...output) < 4 ? 2 : 4
  const side = MINIMAL[tile].input.length
  const span = (start: number, size: number): Span => [
    Math.max(0, -start),
    Math.min(side, size - start),
  ]
  const across = startsOf(output[1], tile)
  const tiles = startsOf(output[0], tile).flatMap((y) =>
    across.map((x): Tile => ({
      y,
      x,
      rows: span(y.start - pads[0], height),
      columns: span(x.start - pads[1], width),
    })),
  )
  return { output, tile, side, places: side * side, tiles, matrices: MINIMAL[tile] }
}

/** Numbers the different values of some tiles: the code for each value is written once. */
const kindsOf = <T>(tiles: readonly Tile[], valueOf: (tile: Tile) => T) => {
  const values = new Map<string, T>()
  for (const tile of tiles) values.set(JSON.stringify(valueOf(tile)), valueOf(tile))
  const keys = [...values.keys()]
  return {
    values: [...values.values()],
    numbers: tiles.map((tile) => keys.indexOf(JSON.stringify(valueOf(tile)))),
  }
}

/** Writes the code of every kind; the flag tells which one runs. */
const inKinds = <T>(
  a: Assembler,
  values: readonly T[],
  flag: Memory,
  body: (value: T) => void,
): void => {
  for (const [number, value] of values.entries())
    if (values.length === 1) body(value)
    else
      a.when(flag, number, () => {
        body(value)
      })
}

const isIn = ([first, end]: Span, place: number): boolean => place >= first && place < end

/** x [pixels, batch, channels], taps [9, channels, filters] -> y [pixels of the result, batch, filters]. */
export const convTiles = (sizes: PaddedConvSizes): CompiledKernel => {
  const { width, batch, parts, channels, filters, pads } = sizes
  const { output, side, places, tiles, matrices } = tilingOf(sizes)
  const share = batch / parts
  const images = Math.min(share, MOST_IMAGES)
  const areas = areasOf({
    filters: places * channels * filters * FLOAT_BYTES,
    tiles: places * placeBytes(images, channels),
    products: places * placeBytes(images, filters),
    between: betweenBytes(side),
  })
  const a = assembler()
  const scratch = shareOf(a, 3, areas.bytes)
  withPointers(a, scratch, areas, ['filters', 'between'], (pointers) => {
    const taps = a.argument(1)
    transformFilters(a, {
      taps,
      ...pointers,
      rows: channels,
      columns: filters,
      matrix: matrices.filter,
    })
    a.release(taps)
  })
  const x = shareOf(a, 0, share * channels * FLOAT_BYTES)
  const y = shareOf(a, 2, share * filters * FLOAT_BYTES)
  const spans = kindsOf(tiles, ({ rows, columns }) => ({ rows, columns }))
  const [pixelOfX, pixelOfY] = [batch * channels * FLOAT_BYTES, batch * filters * FLOAT_BYTES]
  const walked = [
    {
      from: x,
      tiles: tiles.map(
        (tile) => ((tile.y.start - pads[0]) * width + tile.x.start - pads[1]) * pixelOfX,
      ),
      image: channels * FLOAT_BYTES,
    },
    {
      from: y,
      tiles: tiles.map((tile) => (tile.y.start * output[1] + tile.x.start) * pixelOfY),
      image: filters * FLOAT_BYTES,
    },
  ]
  const flags = spans.numbers.map((number) => [number])
  forEachTile(a, { images: share, mostImages: MOST_IMAGES, walked, flags }, (count, flag) => {
    withPointers(a, scratch, areas, ['tiles', 'between'], (pointers) => {
      inKinds(a, spans.values, flag(0), ({ rows, columns }) => {
        const isInside = (row: number, column: number): boolean =>
          isIn(rows, row) && isIn(columns, column)
        transformPixels(a, {
          map: x,
          width,
          pixel: pixelOfX,
          ...pointers,
          images: count,
          channels,
          matrix: matrices.input,
          isInside,
        })
      })
    })
    withPointers(a, scratch, areas, ['tiles', 'filters', 'products'], (pointers) => {
      multiplyTiles(a, {
        places,
        images: count,
        inner: channels,
        outer: filters,
        x: pointers.tiles,
        filters: pointers.filters,
        y: pointers.products,
      })
    })
    withPointers(a, scratch, areas, ['products', 'between'], ({ products, between }) => {
      const matrix = matrices.output
      const constants = loadFactors(a, matrix)
      const bytes = count * filters * FLOAT_BYTES
      forEachVector(a, bytes, [products, y], () => {
        const store = storeTo(a, grid(y, output[1], pixelOfY))
        transformSquare(a, {
          matrix,
          constants,
          load: grid(products, side, placeBytes(count, filters)),
          between,
          store,
        })
      })
      a.release(...constants.values())
    })
  })
  return {
    outputs: [[output[0] * output[1], batch, filters]],
    code: a.finish(),
    parts,
    scratchBytes: areas.bytes,
  }
}

/** x [pixels, batch, channels], dy [pixels of the result, batch, filters] -> dtaps [parts, 9, channels, filters]. */
export const convTilesWeightGradient = (sizes: PaddedConvSizes): CompiledKernel => {
  const { width, batch, parts, channels, filters, pads } = sizes
  const { output, side, places, tiles, matrices } = tilingOf(sizes)
  const share = batch / parts
  const images = Math.min(share, MOST_IMAGES)
  const filterBytes = places * channels * filters * FLOAT_BYTES
  const areas = areasOf({
    filterGradients: filterBytes,
    tiles: places * placeBytes(images, channels),
    productGradients: places * placeBytes(images, filters),
    between: betweenBytes(side),
  })
  const a = assembler()
  const scratch = shareOf(a, 3, areas.bytes)
  withPointers(a, scratch, areas, ['filterGradients'], ({ filterGradients }) => {
    clear(a, filterGradients, filterBytes)
  })
  const x = shareOf(a, 0, share * channels * FLOAT_BYTES)
  const dy = shareOf(a, 1, share * filters * FLOAT_BYTES)
  const spans = kindsOf(tiles, ({ rows, columns }) => ({ rows, columns }))
  const repeats = kindsOf(tiles, (each): readonly [number, number] => [
    each.y.repeated,
    each.x.repeated,
  ])
  const [pixelOfX, pixelOfY] = [batch * channels * FLOAT_BYTES, batch * filters * FLOAT_BYTES]
  const walked = [
    {
      from: x,
      tiles: tiles.map(
        (each) => ((each.y.start - pads[0]) * width + each.x.start - pads[1]) * pixelOfX,
      ),
      image: channels * FLOAT_BYTES,
    },
    {
      from: dy,
      tiles: tiles.map((each) => (each.y.start * output[1] + each.x.start) * pixelOfY),
      image: filters * FLOAT_BYTES,
    },
  ]
  const flags = tiles.map((_, index) => [spans.numbers[index]!, repeats.numbers[index]!])
  forEachTile(a, { images: share, mostImages: MOST_IMAGES, walked, flags }, (count, flag) => {
    withPointers(a, scratch, areas, ['tiles', 'between'], (pointers) => {
      inKinds(a, spans.values, flag(0), ({ rows, columns }) => {
        const isInside = (row: number, column: number): boolean =>
          isIn(rows, row) && isIn(columns, column)
        transformPixels(a, {
          map: x,
          width,
          pixel: pixelOfX,
          ...pointers,
          images: count,
          channels,
          matrix: matrices.input,
          isInside,
        })
      })
    })
    withPointers(
      a,
      scratch,
      areas,
      ['productGradients', 'between'],
      ({ productGradients, between }) => {
        inKinds(a, repeats.values, flag(1), ([above, left]) => {
          transformPixels(a, {
            map: dy,
            width: output[1],
            pixel: pixelOfY,
            tiles: productGradients,
            between,
            images: count,
            channels: filters,
            matrix: transposed(matrices.output),
            // What an earlier tile has is not counted again.
            isInside: (row, column) => row >= above && column >= left,
          })
        })
      },
    )
    withPointers(
      a,
      scratch,
      areas,
      ['tiles', 'filterGradients', 'productGradients'],
      (pointers) => {
        addFilterGradients(a, {
          places,
          images: count,
          inner: channels,
          outer: filters,
          x: pointers.tiles,
          filters: pointers.filterGradients,
          y: pointers.productGradients,
        })
      },
    )
  })
  a.release(x, dy)
  withPointers(
    a,
    scratch,
    areas,
    ['filterGradients', 'between'],
    ({ filterGradients, between }) => {
      const taps = shareOf(a, 2, 9 * channels * filters * FLOAT_BYTES)
      filtersToTaps(a, {
        taps,
        filters: filterGradients,
        between,
        rows: channels,
        columns: filters,
        matrix: matrices.filter,
      })
      a.release(taps)
    },
  )
  return {
    outputs: [[parts, 9, channels, filters]],
    code: a.finish(),
    parts,
    scratchBytes: areas.bytes,
  }
}
