// The gradient of `conv-max-pool.ts`, tile by tile like it: transforms of the input are made anew, which takes less time than
// reading them from memory would.
import { assembler } from '../jit/assembler.ts'
import { at, FLOAT_BYTES, LANES, VECTOR_BYTES } from '../jit/operands.ts'
import { MOST_IMAGES } from './conv-max-pool.ts'
import { loadFactors, transposed } from './linear.ts'
import { MINIMAL } from './minimal.ts'
import { pooledTiles } from './pooled-tiles.ts'
import { areasOf, clear, clearRows, shareOf, withPointers } from './scratch.ts'
import { forEachTile } from './tile-loop.ts'
import { addFilterGradients, multiplyTiles } from './tile-products.ts'
import {
  addToPixels,
  betweenBytes,
  filtersToTaps,
  grid,
  placeBytes,
  storeTo,
  transformFilters,
  transformPixels,
  transformSquare,
} from './tiles.ts'

import type { Assembler } from '../jit/assembler.ts'
import type { Memory, Register, Vector } from '../jit/operands.ts'
import type { CompiledKernel } from './kernel.ts'
import type { Matrix } from './linear.ts'
import type { ConvSizes } from './pooled-tiles.ts'

/**
 * x [pixels, batch, channels], turned taps [9, filters, channels], winners [pooled pixels, batch, filters] bytes, dy [pooled pixels,
 * batch, filters] -> dtaps [parts, 9, channels, filters], dbias [parts, filters], dx like x unless it `isFirst`.
 */
export const convMaxPoolGradient = (sizes: ConvSizes, isFirst: boolean): CompiledKernel => {
  const { height, width, batch, parts, channels, filters } = sizes
  const { tile, side, places, pooled, starts } = pooledTiles(sizes)
  const share = batch / parts
  const images = Math.min(share, MOST_IMAGES)
  const matrices = MINIMAL[tile]
  const filterBytes = places * channels * filters * FLOAT_BYTES
  const areas = areasOf({
    filters: isFirst ? 0 : filterBytes,
    filterGradients: filterBytes,
    tiles: places * placeBytes(images, channels),
    productGradients: places * placeBytes(images, filters),
    between: betweenBytes(side),
    shares: tile * tile * VECTOR_BYTES,
  })
  const a = assembler()
  const [dTapsAt, dBiasAt, dxAt] = [4, 5, 6]
  const scratch = shareOf(a, isFirst ? 6 : 7, areas.bytes)
  if (!isFirst)
    withPointers(a, scratch, areas, ['filters', 'between'], (pointers) => {
      const taps = a.argument(1)
      transformFilters(a, {
        taps,
        ...pointers,
        rows: filters,
        columns: channels,
        matrix: matrices.filter,
      })
      a.release(taps)
    })
  withPointers(a, scratch, areas, ['filterGradients'], ({ filterGradients }) => {
    clear(a, filterGradients, filterBytes)
  })
  const dBias = shareOf(a, dBiasAt, filters * FLOAT_BYTES)
  clear(a, dBias, filters * FLOAT_BYTES)
  const [imageOfX, imageOfY] = [channels * FLOAT_BYTES, filters * FLOAT_BYTES]
  const [pixelOfX, pixelOfY] = [batch * imageOfX, batch * imageOfY]
  const x = shareOf(a, 0, share * imageOfX)
  const winners = shareOf(a, 2, share * filters)
  const dy = shareOf(a, 3, share * imageOfY)
  const windows = starts.map((start) => (start.y.start / 2) * pooled[1] + start.x.start / 2)
  const pixelTiles = starts.map((start) => (start.y.start * width + start.x.start) * pixelOfX)
  const dx = isFirst ? [] : [shareOf(a, dxAt, share * imageOfX)]
  for (const from of dx)
    clearRows(a, from, { count: height * width, step: pixelOfX, bytes: share * imageOfX })
  const windowsInTile = Array.from({ length: (tile / 2) ** 2 }, (_, window) => ({
    row: Math.floor(window / (tile / 2)),
    column: window % (tile / 2),
  }))
  forEachTile(
    a,
    {
      images: share,
      mostImages: MOST_IMAGES,
      walked: [
        { from: winners, tiles: windows.map((window) => window * batch * filters), image: filters },
        { from: dy, tiles: windows.map((window) => window * pixelOfY), image: imageOfY },
        ...[x, ...dx].map((from) => ({ from, tiles: pixelTiles, image: imageOfX })),
      ],
      // Whether each window of a tile is in no earlier one.
      flags: starts.map((start) =>
        windowsInTile.map(({ row, column }) =>
          Number(2 * row >= start.y.repeated && 2 * column >= start.x.repeated),
        ),
      ),
    },
    (count, isNew) => {
      withPointers(a, scratch, areas, ['productGradients', 'between', 'shares'], (pointers) => {
        const size = { images: count, filters, batch }
        unpoolProducts(a, {
          ...pointers,
          dBias,
          dy,
          winners,
          matrix: transposed(matrices.output),
          across: pooled[1],
          isNew,
          ...size,
        })
      })
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
      withPointers(
        a,
        scratch,
        areas,
        ['tiles', 'filterGradients', 'productGradients'],
        (pointers) => {
          addFilterGradients(a, {
          places, images: count, inner: channels, outer: filters,
          x: pointers.tiles, filters: pointers.filterGradients, y: pointers.productGradients,
        }) // prettier-ignore
        },
      )
      const [to] = dx
      if (!to) return
      withPointers(a, scratch, areas, ['tiles', 'filters', 'productGradients'], (pointers) => {
        multiplyTiles(a, {
          places, images: count, inner: filters, outer: channels,
          x: pointers.productGradients, filters: pointers.filters, y: pointers.tiles,
        }) // prettier-ignore
      })
      withPointers(a, scratch, areas, ['tiles', 'between'], (pointers) => {
        addToPixels(a, {
          map: to,
          width,
          pixel: pixelOfX,
          ...pointers,
          images: count,
          channels,
          matrix: matrices.input,
        })
      })
    },
  )
  a.release(x, winners, dy, dBias, ...dx)
  withPointers(
    a,
    scratch,
    areas,
    ['filterGradients', 'between'],
    ({ filterGradients, between }) => {
      const taps = shareOf(a, dTapsAt, 9 * channels * filters * FLOAT_BYTES)
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
    outputs: [
      [parts, 9, channels, filters],
      [parts, filters],
      ...(isFirst ? [] : [[height * width, batch, channels]]),
    ],
    code: a.finish(),
    parts,
    scratchBytes: areas.bytes,
  }
}

interface Unpooling {
  readonly productGradients: Register
  readonly between: Register
  /** Scratch memory for the gradients of a tile's outputs. */
  readonly shares: Register
  readonly dBias: Register
  readonly dy: Register
  readonly winners: Register
  /** The transpose of the output transform. */
  readonly matrix: Matrix
  readonly across: number
  readonly isNew: (window: number) => Memory
  readonly images: number
  readonly filters: number
  readonly batch: number
}

/** dy -> gradients of the products; adds dy to the gradient of the bias. */
const unpoolProducts = (a: Assembler, unpooling: Unpooling): void => {
  const {
    productGradients,
    between,
    shares,
    dBias,
    dy,
    winners,
    matrix,
    across,
    isNew,
    images,
    filters,
    batch,
  } = unpooling
  const constants = loadFactors(a, matrix)
  const tile = matrix[0]!.length
  const bytes = images * filters * FLOAT_BYTES
  const dyAt = grid(dy, across, batch * filters * FLOAT_BYTES)
  const winnerAt = grid(winners, across, batch * filters)
  const shareAt = grid(shares, tile, VECTOR_BYTES)
  const numbers = a.vectors(4)
  for (const [number, vector] of numbers.entries()) a.constant(vector, number, true)
  a.loop(images, () => {
    a.loop(filters / LANES, () => {
      const sum = a.vector()
      a.unary('load', sum, at(dBias))
      for (let window = 0; window < (tile / 2) ** 2; window++) {
        const [row, column] = [Math.floor(window / (tile / 2)), window % (tile / 2)]
        const [gradient, winner] = a.vectors(2) as [Vector, Vector]
        const isWinner = a.mask()
        a.when(isNew(window), 0, () => {
          a.zero(gradient)
        })
        a.when(isNew(window), 1, () => {
          a.unary('load', gradient, dyAt(row, column))
          a.binary('add', sum, sum, gradient)
        })
        a.unary('loadBytes', winner, winnerAt(row, column))
        for (const [position, number] of numbers.entries()) {
          const share = a.vector()
          a.compareIntegers(isWinner, winner, 'equal', number)
          a.keep(share, isWinner, gradient)
          a.store(shareAt(2 * row + (position >> 1), 2 * column + (position & 1)), share)
          a.release(share)
        }
        a.release(gradient, winner, isWinner)
      }
      a.store(at(dBias), sum)
      a.release(sum)
      transformSquare(a, {
        matrix,
        constants,
        load: shareAt,
        between,
        store: storeTo(a, grid(productGradients, matrix.length, placeBytes(images, filters))),
      })
      for (const register of [productGradients, dy, dBias]) a.advance(register, VECTOR_BYTES)
      a.advance(winners, LANES)
    })
    a.advance(dBias, -filters * FLOAT_BYTES)
  })
  for (const register of [productGradients, dy]) a.advance(register, -bytes)
  a.advance(winners, -images * filters)
  a.release(...numbers, ...constants.values())
}
