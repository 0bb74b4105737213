// How tiles of images lie in scratch memory, and how much of it they take.
import { at, FLOAT_BYTES, VECTOR_BYTES } from '../../../jit/operands.ts'

import type { Memory, Register } from '../../../jit/operands.ts'
import type { ConvSizes } from '../sizes.ts'

/** Images that go through a tile together: what they need fits into the second cache. */
export const MOST_IMAGES = 32

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

/** Bytes of the areas of scratch memory that kernels over tiles have. */
export const tileBytes = (
  { batch, parts, channels, filters }: ConvSizes,
  { side, places }: { readonly side: number; readonly places: number },
) => {
  const images = Math.min(batch / parts, MOST_IMAGES)
  return {
    /** [places, channels, filters] */
    filters: places * channels * filters * FLOAT_BYTES,
    /** [places, images, channels] */
    tiles: places * placeBytes(images, channels),
    /** [places, images, filters] */
    products: places * placeBytes(images, filters),
    /** A square of vectors. */
    between: side * side * VECTOR_BYTES,
  }
}
