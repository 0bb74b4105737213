// What goes between feature maps and tiles in scratch memory. Feature maps are rows of pixels, [pixels, batch, channels]; tiles are
// [places, images, channels].
import { FLOAT_BYTES } from '../../../jit/operands.ts'
import { loadFactors, transposed } from './linear.ts'
import { forEachVector, storeTo, transformSquare } from './square-transform.ts'
import { grid, placeBytes } from './tile-layout.ts'

import type { Assembler } from '../../../jit/assembler.ts'
import type { Register } from '../../../jit/operands.ts'
import type { Scratch } from '../../scratch.ts'
import type { Matrix } from './linear.ts'

interface Pixels<Area> {
  /** At the tile's first pixel. */
  readonly map: Register
  /** Pixels in a row of the map. */
  readonly width: number
  /** Bytes from pixel to pixel. */
  readonly pixel: number
  /** The area of tiles [places, images, channels]. */
  readonly tiles: Area
  readonly images: number
  readonly channels: number
  readonly matrix: Matrix
}

/** Pixels of a map -> tiles. A pixel of the tile that is not inside the map is 0. */
export const transformPixels = <Area extends string>(
  a: Assembler,
  scratch: Scratch<Area | 'between'>,
  pixels: Pixels<Area> & { readonly isInside?: (row: number, column: number) => boolean },
): void => {
  const { map, width, pixel, images, channels, matrix, isInside } = pixels
  scratch.withPointers([pixels.tiles, 'between'], (pointers) => {
    const [tiles, between] = [pointers[pixels.tiles], pointers.between]
    const constants = loadFactors(a, matrix)
    const place = grid(map, width, pixel)
    forEachVector(a, images * channels * FLOAT_BYTES, [map, tiles], () => {
      transformSquare(a, {
        matrix,
        constants,
        load: (row, column) => (isInside?.(row, column) === false ? undefined : place(row, column)),
        between,
        store: storeTo(a, grid(tiles, matrix.length, placeBytes(images, channels))),
      })
    })
    a.release(...constants.values())
  })
}

/** Tiles -> pixels of a map; what an earlier tile wrote there is overwritten. */
export const transformToPixels = <Area extends string>(
  a: Assembler,
  scratch: Scratch<Area | 'between'>,
  pixels: Pixels<Area>,
): void => {
  writePixels(a, scratch, pixels, false)
}

/** The transpose of `transformPixels`, with the same matrix: adds tiles to the pixels of a map. */
export const addToPixels = <Area extends string>(
  a: Assembler,
  scratch: Scratch<Area | 'between'>,
  pixels: Pixels<Area>,
): void => {
  writePixels(a, scratch, { ...pixels, matrix: transposed(pixels.matrix) }, true)
}

const writePixels = <Area extends string>(
  a: Assembler,
  scratch: Scratch<Area | 'between'>,
  pixels: Pixels<Area>,
  isSum: boolean,
): void => {
  const { map, width, pixel, images, channels, matrix } = pixels
  scratch.withPointers([pixels.tiles, 'between'], (pointers) => {
    const [tiles, between] = [pointers[pixels.tiles], pointers.between]
    const constants = loadFactors(a, matrix)
    const place = grid(map, width, pixel)
    forEachVector(a, images * channels * FLOAT_BYTES, [tiles, map], () => {
      transformSquare(a, {
        matrix,
        constants,
        load: grid(tiles, matrix[0]!.length, placeBytes(images, channels)),
        between,
        store: (row, vectors) => {
          for (const [column, vector] of vectors.entries())
            if (isSum) a.binary('add', vector, vector, place(row, column))
          storeTo(a, place)(row, vectors)
        },
      })
    })
    a.release(...constants.values())
  })
}
