// Unpadded 3x3 convolution and 2x2 max-pooling over tiles: a tile of a few images goes through all its steps while it is in
// the cache, and the full-size map never exists. (Lavin and Gray, 2016; `minimal.ts`)
import { assembler } from '../jit/assembler.ts'
import { at, FLOAT_BYTES, LANES, VECTOR_BYTES } from '../jit/operands.ts'
import { loadFactors } from './linear.ts'
import { MINIMAL } from './minimal.ts'
import { pooledTiles } from './pooled-tiles.ts'
import { areasOf, shareOf, withPointers } from './scratch.ts'
import { forEachTile } from './tile-loop.ts'
import { multiplyTiles } from './tile-products.ts'
import {
  betweenBytes,
  grid,
  placeBytes,
  transformFilters,
  transformPixels,
  transformSquare,
} from './tiles.ts'

import type { Assembler } from '../jit/assembler.ts'
import type { Memory, Register, Vector } from '../jit/operands.ts'
import type { CompiledKernel } from './kernel.ts'
import type { Matrix } from './linear.ts'
import type { ConvSizes } from './pooled-tiles.ts'

/** Images that go through a tile together: what they need fits into the second cache. */
export const MOST_IMAGES = 32

/**
 * x [pixels, batch, channels], taps [9, channels, filters], bias [filters] -> y [pooled pixels, batch, filters], and for each of
 * its elements a byte: which of the four products, row by row, it was.
 */
export const convMaxPool = (sizes: ConvSizes): CompiledKernel => {
  const { width, batch, parts, channels, filters } = sizes
  const { tile, side, places, pooled, starts } = pooledTiles(sizes)
  const share = batch / parts
  const images = Math.min(share, MOST_IMAGES)
  const matrices = MINIMAL[tile]
  const areas = areasOf({
    filters: places * channels * filters * FLOAT_BYTES,
    tiles: places * placeBytes(images, channels),
    products: places * placeBytes(images, filters),
    between: betweenBytes(side),
  })
  const a = assembler()
  const scratch = shareOf(a, 5, areas.bytes)
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
  const bias = a.argument(2)
  const y = shareOf(a, 3, share * filters * FLOAT_BYTES)
  const winners = shareOf(a, 4, share * filters)
  const [pixelOfX, pixelOfY] = [batch * channels * FLOAT_BYTES, batch * filters * FLOAT_BYTES]
  const windows = starts.map((start) => (start.y.start / 2) * pooled[1] + start.x.start / 2)
  forEachTile(
    a,
    {
      images: share,
      mostImages: MOST_IMAGES,
      walked: [
        {
          from: x,
          tiles: starts.map((start) => (start.y.start * width + start.x.start) * pixelOfX),
          image: channels * FLOAT_BYTES,
        },
        {
          from: y,
          tiles: windows.map((window) => window * pixelOfY),
          image: filters * FLOAT_BYTES,
        },
        { from: winners, tiles: windows.map((window) => window * batch * filters), image: filters },
      ],
    },
    (count) => {
      withPointers(a, scratch, areas, ['tiles', 'between'], (pointers) => {
        transformPixels(a, {
          map: x,
          width,
          pixel: pixelOfX,
          ...pointers,
          images: count,
          channels,
          matrix: matrices.input,
        })
      })
      withPointers(a, scratch, areas, ['tiles', 'filters', 'products'], (pointers) => {
        const { tiles, products } = pointers
        multiplyTiles(a, {
          places,
          images: count,
          inner: channels,
          outer: filters,
          x: tiles,
          filters: pointers.filters,
          y: products,
        })
      })
      withPointers(a, scratch, areas, ['products', 'between'], (pointers) => {
        const size = { images: count, filters, batch }
        poolProducts(a, {
          ...pointers,
          bias,
          y,
          winners,
          matrix: matrices.output,
          across: pooled[1],
          ...size,
        })
      })
    },
  )
  return {
    outputs: [
      [pooled[0] * pooled[1], batch, filters],
      [pooled[0] * pooled[1], batch, filters / FLOAT_BYTES],
    ],
    code: a.finish(),
    parts,
    scratchBytes: areas.bytes,
  }
}

interface Pooling {
  /** [places, images, filters] */
  readonly products: Register
  readonly between: Register
  readonly bias: Register
  readonly y: Register
  readonly winners: Register
  /** The output transform. */
  readonly matrix: Matrix
  /** Windows in a row of the pooled map. */
  readonly across: number
  readonly images: number
  readonly filters: number
  readonly batch: number
}

const poolProducts = (a: Assembler, pooling: Pooling): void => {
  const { products, between, bias, y, winners, matrix, across, images, filters, batch } = pooling
  const constants = loadFactors(a, matrix)
  const one = a.vector()
  a.constant(one, 1, true)
  const bytes = images * filters * FLOAT_BYTES
  const yAt = grid(y, across, batch * filters * FLOAT_BYTES)
  const winnerAt = grid(winners, across, batch * filters)
  let above: readonly Vector[] = []
  const store = (row: number, vectors: readonly Vector[]): void => {
    if (row % 2 === 0) {
      above = vectors
      return
    }
    for (let window = 0; window < vectors.length / 2; window++) {
      const pair = [2 * window, 2 * window + 1] as const
      const four = [...pair.map((index) => above[index]!), ...pair.map((index) => vectors[index]!)]
      const place = [(row - 1) / 2, window] as const
      storeLargest(a, four, { one, bias: at(bias), y: yAt(...place), winner: winnerAt(...place) })
    }
    a.release(...above, ...vectors)
  }
  a.loop(images, () => {
    a.loop(filters / LANES, () => {
      transformSquare(a, {
        matrix,
        constants,
        load: grid(products, matrix[0]!.length, placeBytes(images, filters)),
        between,
        store,
      })
      for (const register of [products, y, bias]) a.advance(register, VECTOR_BYTES)
      a.advance(winners, LANES)
    })
    a.advance(bias, -filters * FLOAT_BYTES)
  })
  for (const register of [products, y]) a.advance(register, -bytes)
  a.advance(winners, -images * filters)
  a.release(one, ...constants.values())
}

interface Largest {
  /** The integer. */
  readonly one: Vector
  readonly bias: Memory
  readonly y: Memory
  readonly winner: Memory
}

/** Stores the largest of some vectors plus the bias, and which it was; of equal ones the first. */
export const storeLargest = (
  a: Assembler,
  candidates: readonly Vector[],
  { one, bias, y, winner }: Largest,
): void => {
  const [best, ...others] = candidates as [Vector, ...Vector[]]
  const isLarger = a.mask()
  const [place, number] = a.vectors(2) as [Vector, Vector]
  a.zero(place)
  a.unary('load', number, one)
  for (const candidate of others) {
    a.compare(isLarger, best, 'less', candidate)
    a.blend(best, isLarger, best, candidate)
    a.blend(place, isLarger, place, number)
    a.binary('addIntegers', number, number, one)
  }
  a.binary('add', best, best, bias)
  a.store(y, best)
  a.store(winner, place, 'storeBytes')
  a.release(isLarger, place, number)
}
