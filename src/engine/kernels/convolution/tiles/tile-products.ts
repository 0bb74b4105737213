// One matrix product per place of a tile.
import { FLOAT_BYTES, LANES } from '../../../jit/operands.ts'
import { multiplyMatrices } from '../../products/multiply.ts'
import { packed } from '../../products/packing.ts'
import { placeBytes } from './tile-layout.ts'

import type { Assembler } from '../../../jit/assembler.ts'
import type { Register } from '../../../jit/operands.ts'
import type { Scratch } from '../../scratch.ts'

interface TileProducts<Area> {
  readonly places: number
  readonly images: number
  readonly inner: number
  readonly outer: number
  /** Areas: x [places, images, inner], filters [places, inner, outer], y [places, images, outer]. */
  readonly x: Area
  readonly filters: Area
  readonly y: Area
}

interface Place {
  readonly x: Register
  readonly filters: Register
  readonly y: Register
}

const forEachPlace = <Area extends string>(
  a: Assembler,
  scratch: Scratch<Area>,
  products: TileProducts<Area>,
  body: (place: Place) => void,
): void => {
  const { places, images, inner, outer } = products
  scratch.withPointers([products.x, products.filters, products.y], (pointers) => {
    const [x, filters, y] = [pointers[products.x], pointers[products.filters], pointers[products.y]]
    const moves = [
      [x, placeBytes(images, inner)],
      [filters, inner * outer * FLOAT_BYTES],
      [y, placeBytes(images, outer)],
    ] as const
    a.loop(places, () => {
      body({ x, filters, y })
      for (const [register, bytes] of moves) a.advance(register, bytes)
    })
  })
}

/** y = x filters, place by place; filters are packed. */
export const multiplyTiles = <Area extends string>(
  a: Assembler,
  scratch: Scratch<Area>,
  products: TileProducts<Area>,
): void => {
  const { images, inner, outer } = products
  forEachPlace(a, scratch, products, ({ x, filters, y }) => {
    multiplyMatrices(a, {
      rows: images,
      columns: outer / LANES,
      depth: inner,
      x: { from: x, row: inner * FLOAT_BYTES, step: FLOAT_BYTES },
      w: { from: filters, ...packed(outer / LANES, inner) },
      y: { from: y, row: outer * FLOAT_BYTES },
    })
  })
}

/** filters += x^T y, place by place, for gradients y of products; filters are rows. */
export const addFilterGradients = <Area extends string>(
  a: Assembler,
  scratch: Scratch<Area>,
  products: TileProducts<Area>,
): void => {
  const { images, inner, outer } = products
  const [xRow, yRow] = [inner * FLOAT_BYTES, outer * FLOAT_BYTES]
  forEachPlace(a, scratch, products, ({ x, filters, y }) => {
    multiplyMatrices(a, {
      rows: inner,
      columns: outer / LANES,
      depth: images,
      x: { from: x, row: FLOAT_BYTES, step: xRow },
      w: { from: y, step: yRow, block: packed(outer / LANES, 1).step },
      y: { from: filters, row: yRow },
      isSum: true,
    })
  })
}
