// One matrix product per place of a tile.
import { FLOAT_BYTES, LANES } from '../jit/operands.ts'
import { multiplyMatrices, packed } from './product.ts'
import { placeBytes } from './tiles.ts'

import type { Assembler } from '../jit/assembler.ts'
import type { Register } from '../jit/operands.ts'

interface TileProducts {
  readonly places: number
  readonly images: number
  readonly inner: number
  readonly outer: number
  /** [places, images, inner] */
  readonly x: Register
  /** [places, inner, outer], packed */
  readonly filters: Register
  /** [places, images, outer] */
  readonly y: Register
}

/** y = x filters, place by place. */
export const multiplyTiles = (
  a: Assembler,
  { places, images, inner, outer, x, filters, y }: TileProducts,
): void => {
  const [xRow, yRow] = [inner * FLOAT_BYTES, outer * FLOAT_BYTES]
  const moves = [
    [x, placeBytes(images, inner)],
    [filters, inner * yRow],
    [y, placeBytes(images, outer)],
  ] as const
  a.loop(places, () => {
    multiplyMatrices(a, {
      rows: images,
      columns: outer / LANES,
      depth: inner,
      x: { from: x, row: xRow, step: FLOAT_BYTES },
      w: { from: filters, ...packed(outer / LANES, inner) },
      y: { from: y, row: yRow },
    })
    for (const [register, bytes] of moves) a.advance(register, bytes)
  })
  for (const [register, bytes] of moves) a.advance(register, -places * bytes)
}

/** dFilters [places, inner, outer] += x^T dy, place by place. */
export const addFilterGradients = (
  a: Assembler,
  { places, images, inner, outer, x, filters, y }: TileProducts,
): void => {
  const [xRow, yRow] = [inner * FLOAT_BYTES, outer * FLOAT_BYTES]
  const moves = [
    [x, placeBytes(images, inner)],
    [filters, inner * yRow],
    [y, placeBytes(images, outer)],
  ] as const
  const columns = outer / LANES
  a.loop(places, () => {
    multiplyMatrices(a, {
      rows: inner,
      columns,
      depth: images,
      x: { from: x, row: FLOAT_BYTES, step: xRow },
      w: { from: y, step: yRow, block: packed(columns, 1).step },
      y: { from: filters, row: yRow },
      isSum: true,
    })
    for (const [register, bytes] of moves) a.advance(register, bytes)
  })
  for (const [register, bytes] of moves) a.advance(register, -places * bytes)
}
