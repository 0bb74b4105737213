// Which tiles a padded 3x3 convolution of stride 1 consists of, and how kernels walk them. Tiles at the edges have fewer pixels in
// the map than others: code is written once for each kind of tile, and a flag tells which one runs.
import { layoutOfMaps } from '../sizes.ts'
import { MINIMAL_FILTERING } from './minimal-filtering.ts'
import { startsOf } from './tile-starts.ts'
import { transformPixels } from './tile-transforms.ts'

import type { Assembler } from '../../../jit/assembler.ts'
import type { Memory, Register } from '../../../jit/operands.ts'
import type { Scratch } from '../../scratch.ts'
import type { PaddedConvSizes } from '../sizes.ts'
import type { MinimalFiltering, TileSize } from './minimal-filtering.ts'
import type { Walked } from './tile-loop.ts'
import type { TileStart } from './tile-starts.ts'

/** Which rows, or columns, of a tile are in the map. */
type Span = readonly [first: number, end: number]

interface Tile {
  readonly y: TileStart
  readonly x: TileStart
  readonly rows: Span
  readonly columns: Span
}

/** Different values of some tiles, and for each tile the number of its own. */
interface Kinds<Value> {
  readonly values: readonly Value[]
  readonly numbers: readonly number[]
}

interface PaddedTiles {
  /** Height and width of the result. */
  readonly output: readonly [number, number]
  readonly transforms: MinimalFiltering
  /** Pixels of a tile along an axis, and in all. */
  readonly side: number
  readonly places: number
  readonly tiles: readonly Tile[]
  readonly spans: Kinds<Pick<Tile, 'rows' | 'columns'>>
}

const outputOf = ({ height, width, pads }: PaddedConvSizes): readonly [number, number] => [
  height + pads[0] + pads[2] - 2,
  width + pads[1] + pads[3] - 2,
]

/** Numbers the different values of some tiles, in the order in which they come. */
export const kindsOf = <Value>(
  tiles: readonly Tile[],
  valueOf: (tile: Tile) => Value,
): Kinds<Value> => {
  const values = new Map(tiles.map((tile) => [JSON.stringify(valueOf(tile)), valueOf(tile)]))
  const keys = [...values.keys()]
  return {
    values: [...values.values()],
    numbers: tiles.map((tile) => keys.indexOf(JSON.stringify(valueOf(tile)))),
  }
}

/** Writes the code of every kind; `flag` is the number of the one that runs. */
export const inKinds = <Value>(
  a: Assembler,
  { values }: Kinds<Value>,
  flag: Memory,
  body: (value: Value) => void,
): void => {
  for (const [number, value] of values.entries())
    if (values.length === 1) body(value)
    else
      a.when(flag, number, () => {
        body(value)
      })
}

/** Tiles of 4 x 4 outputs, or of 2 x 2 where the result, 2 x 2 at least, is smaller than that. */
export const paddedTiles = (sizes: PaddedConvSizes): PaddedTiles => {
  const { height, width, pads } = sizes
  const output = outputOf(sizes)
  const tile: TileSize = Math.min(...output) < 4 ? 2 : 4
  const transforms = MINIMAL_FILTERING[tile]
  const side = transforms.input.length
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
  const spans = kindsOf(tiles, ({ rows, columns }) => ({ rows, columns }))
  return { output, transforms, side, places: side * side, tiles, spans }
}

/** x [pixels, batch, channels] and y [pixels of the result, batch, filters], tile by tile. */
export const walkedMaps = (
  sizes: PaddedConvSizes,
  { output, tiles }: PaddedTiles,
  { x, y }: { readonly x: Register; readonly y: Register },
): readonly Walked[] => {
  const { width, pads } = sizes
  const { imageOfX, imageOfY, pixelOfX, pixelOfY } = layoutOfMaps(sizes)
  const pixels = tiles.map((tile) => (tile.y.start - pads[0]) * width + tile.x.start - pads[1])
  const results = tiles.map((tile) => tile.y.start * output[1] + tile.x.start)
  return [
    { from: x, tiles: pixels.map((pixel) => pixel * pixelOfX), image: imageOfX },
    { from: y, tiles: results.map((result) => result * pixelOfY), image: imageOfY },
  ]
}

const isIn = ([first, end]: Span, place: number): boolean => place >= first && place < end

/** x [pixels, batch, channels] -> area `tiles` [places, images, channels]; `flag` is the number of the tile's span. */
export const transformPadded = (
  a: Assembler,
  scratch: Scratch<'tiles' | 'between'>,
  {
    x,
    sizes,
    tiling,
    images,
    flag,
  }: {
    readonly x: Register
    readonly sizes: PaddedConvSizes
    readonly tiling: PaddedTiles
    readonly images: number
    readonly flag: Memory
  },
): void => {
  inKinds(a, tiling.spans, flag, ({ rows, columns }) => {
    transformPixels(a, scratch, {
      map: x,
      width: sizes.width,
      pixel: layoutOfMaps(sizes).pixelOfX,
      tiles: 'tiles',
      images,
      channels: sizes.channels,
      matrix: tiling.transforms.input,
      isInside: (row, column) => isIn(rows, row) && isIn(columns, column),
    })
  })
}
