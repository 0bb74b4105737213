// Steps of minimal filtering (`minimal.ts`) as code: what goes between feature maps, or filters, and tiles in scratch memory.
// Feature maps are rows of pixels, [pixels, batch, channels]; tiles are [places, images, channels].
import { at, FLOAT_BYTES, LANES, VECTOR_BYTES } from '../jit/operands.ts'
import { linear, loadFactors, transposed } from './linear.ts'
import { blockOf } from './product.ts'

import type { Assembler } from '../jit/assembler.ts'
import type { Memory, Register, Vector } from '../jit/operands.ts'
import type { Constants, Matrix } from './linear.ts'

interface Square {
  readonly matrix: Matrix
  readonly constants: Constants
  /** A vector of the square to transform, [columns of the matrix] squared; nothing where it is 0. */
  readonly load: (row: number, column: number) => Memory | undefined
  /** Scratch memory for [rows, columns of the matrix] vectors. */
  readonly between: Register
  /** Takes a finished row of vectors, and releases them. */
  readonly store: (row: number, vectors: readonly Vector[]) => void
}

/** Bytes of scratch memory that `between` has to have for tiles of `side`. */
export const betweenBytes = (side: number): number => side * side * VECTOR_BYTES

/** matrix X matrix^T, for a square X of vectors. */
export const transformSquare = (a: Assembler, square: Square): void => {
  const { matrix, constants, load, between, store } = square
  const [rows, columns] = [matrix.length, matrix[0]!.length]
  const place = grid(between, columns, VECTOR_BYTES)
  for (let column = 0; column < columns; column++) {
    const x = a.vectors(columns)
    for (const [row, vector] of x.entries()) {
      const source = load(row, column)
      if (source) a.unary('load', vector, source)
      else a.zero(vector)
    }
    const y = linear(a, matrix, x, constants)
    for (const [row, vector] of y.entries()) a.store(place(row, column), vector)
    a.release(...x, ...y)
  }
  for (let row = 0; row < rows; row++) {
    const x = a.vectors(columns)
    for (const [column, vector] of x.entries()) a.unary('load', vector, place(row, column))
    const y = linear(a, matrix, x, constants)
    a.release(...x)
    store(row, y)
  }
}

/**
 * Bytes from place to place of tiles [places, images, channels]: a cache line more than is in a place. Multiples of 4 KB would
 * all fall into one set of the first cache.
 */
export const placeBytes = (images: number, channels: number): number =>
  images * channels * FLOAT_BYTES + VECTOR_BYTES

/** Memory in rows of `side` places, each so many bytes from the next. */
export const grid =
  (base: Register, side: number, bytes: number) =>
  (row: number, column: number): Memory =>
    at(base, (row * side + column) * bytes)

/** Stores finished rows. */
export const storeTo =
  (a: Assembler, place: (row: number, column: number) => Memory): Square['store'] =>
  (row, vectors) => {
    for (const [column, vector] of vectors.entries()) a.store(place(row, column), vector)
    a.release(...vectors)
  }

interface Pixels {
  /** At the tile's first pixel. */
  readonly map: Register
  /** Pixels in a row of the map. */
  readonly width: number
  /** Bytes from pixel to pixel. */
  readonly pixel: number
  readonly tiles: Register
  readonly between: Register
  readonly images: number
  readonly channels: number
  /** The input transform. */
  readonly matrix: Matrix
  /** Whether a pixel of the tile is in the map, and not in its padding; all are by default. */
  readonly isInside?: (row: number, column: number) => boolean
}

/** Every vector of a group of images, one after the other. */
export const forEachVector = (
  a: Assembler,
  bytes: number,
  walked: readonly Register[],
  body: () => void,
): void => {
  a.loop(bytes / VECTOR_BYTES, () => {
    body()
    for (const register of walked) a.advance(register, VECTOR_BYTES)
  })
  for (const register of walked) a.advance(register, -bytes)
}

/** Pixels of a map -> tiles. */
export const transformPixels = (a: Assembler, pixels: Pixels): void => {
  const { map, width, pixel, tiles, between, images, channels, matrix, isInside } = pixels
  const constants = loadFactors(a, matrix)
  const bytes = images * channels * FLOAT_BYTES
  const place = grid(map, width, pixel)
  forEachVector(a, bytes, [map, tiles], () => {
    transformSquare(a, {
      matrix,
      constants,
      load: (row, column) => (isInside?.(row, column) === false ? undefined : place(row, column)),
      between,
      store: storeTo(a, grid(tiles, matrix.length, placeBytes(images, channels))),
    })
  })
  a.release(...constants.values())
}

/** The transpose of `transformPixels`: adds tiles to the pixels of a map. */
export const addToPixels = (a: Assembler, pixels: Pixels): void => {
  const { map, width, pixel, tiles, between, images, channels } = pixels
  const matrix = transposed(pixels.matrix)
  const constants = loadFactors(a, matrix)
  const bytes = images * channels * FLOAT_BYTES
  const place = grid(map, width, pixel)
  forEachVector(a, bytes, [map, tiles], () => {
    transformSquare(a, {
      matrix,
      constants,
      load: grid(tiles, matrix.length, placeBytes(images, channels)),
      between,
      store: (row, vectors) => {
        for (const [column, vector] of vectors.entries())
          a.binary('add', vector, vector, place(row, column))
        storeTo(a, place)(row, vectors)
      },
    })
  })
  a.release(...constants.values())
}

interface Filters {
  readonly taps: Register
  readonly filters: Register
  readonly between: Register
  readonly rows: number
  readonly columns: number
  /** The filter transform. */
  readonly matrix: Matrix
}

/** taps [9, rows, columns] -> filters [places, blocks of columns, rows, block], as products want them. */
export const transformFilters = (a: Assembler, given: Filters): void => {
  const { taps, filters, between, rows, columns, matrix } = given
  const constants = loadFactors(a, matrix)
  const block = blockOf(columns / LANES)
  const blocks = columns / LANES / block
  const [rowBytes, blockBytes] = [columns * FLOAT_BYTES, block * VECTOR_BYTES]
  const bytes = rows * rowBytes
  a.loop(blocks, () => {
    a.loop(rows, () => {
      forEachVector(a, blockBytes, [taps, filters], () => {
        transformSquare(a, {
          matrix,
          constants,
          load: grid(taps, matrix[0]!.length, bytes),
          between,
          store: storeTo(a, grid(filters, matrix.length, bytes)),
        })
      })
      a.advance(taps, rowBytes)
      a.advance(filters, blockBytes)
    })
    a.advance(taps, blockBytes - bytes)
  })
  a.advance(taps, -blocks * blockBytes)
  a.advance(filters, -bytes)
  a.release(...constants.values())
}

/** The transpose of the filter transform: filters [places, rows, columns] -> taps [9, rows, columns]. */
export const filtersToTaps = (a: Assembler, given: Filters): void => {
  const { taps, filters, between, rows, columns } = given
  const matrix = transposed(given.matrix)
  const constants = loadFactors(a, matrix)
  const bytes = rows * columns * FLOAT_BYTES
  forEachVector(a, bytes, [taps, filters], () => {
    transformSquare(a, {
      matrix,
      constants,
      load: grid(filters, matrix[0]!.length, bytes),
      between,
      store: storeTo(a, grid(taps, matrix.length, bytes)),
    })
  })
  a.release(...constants.values())
}
