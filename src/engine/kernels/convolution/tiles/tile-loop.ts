// The loop over the tiles of feature maps: all images of a tile in groups that are small enough for the cache.
import { at } from '../../../jit/operands.ts'
import { stripsOf } from '../../products/strip.ts'

import type { Assembler } from '../../../jit/assembler.ts'
import type { Memory, Register } from '../../../jit/operands.ts'

/** Something that is walked tile by tile and, within a tile, image by image. */
export interface Walked {
  /** Where it begins; moved by the loop, and as before afterwards. */
  readonly from: Register
  /** Bytes to each tile. */
  readonly tiles: readonly number[]
  /** Bytes from image to image. */
  readonly image: number
}

interface TileLoop {
  readonly images: number
  readonly mostImages: number
  readonly walked: readonly Walked[]
  /** Numbers that go with each tile. */
  readonly flags?: readonly (readonly number[])[]
}

const ENTRY_BYTES = 8

/**
 * Calls `body` to write the code for a group of so many images of a tile. It finds the walked registers where its group begins,
 * and leaves them there.
 */
export const forEachTile = (
  a: Assembler,
  { images: all, mostImages, walked, flags = [] }: TileLoop,
  body: (images: number, flag: (index: number) => Memory) => void,
): void => {
  const count = walked[0]!.tiles.length
  const entries = Array.from({ length: count }, (_, tile) => [
    ...walked.map(({ tiles }) => tiles[tile]! - (tiles[tile - 1] ?? 0)),
    ...(flags[tile] ?? []),
  ])
  const table = a.table(entries.flat())
  a.loop(count, () => {
    const move = a.register()
    for (const [index, { from }] of walked.entries()) {
      a.loadRegister(move, at(table, ENTRY_BYTES * index))
      a.advance(from, move)
    }
    a.release(move)
    for (const { height: images, count: groups } of stripsOf(all, mostImages))
      a.loop(groups, () => {
        body(images, (index) => at(table, ENTRY_BYTES * (walked.length + index)))
        for (const { from, image } of walked) a.advance(from, images * image)
      })
    for (const { from, image } of walked) a.advance(from, -all * image)
    a.advance(table, ENTRY_BYTES * entries[0]!.length)
  })
  for (const { from, tiles } of walked) a.advance(from, -tiles.at(-1)!)
  a.release(table)
}
