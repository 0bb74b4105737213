// How matrices w [depth, columns] lie where products read them: in blocks of a few vectors of columns, [blocks, depth, block],
// each of which is then read from end to end (Goto and van de Geijn, "Anatomy of High-Performance Matrix Multiplication", 2008).
import { at, FLOAT_BYTES, LANES, VECTOR_BYTES } from '../../jit/operands.ts'

import type { Assembler } from '../../jit/assembler.ts'
import type { Register } from '../../jit/operands.ts'

/** Vectors side by side in a block: with more, fewer rows would have their sums in registers. */
const MOST_COLUMNS = 4

/** Widths of blocks in vectors, and how many have them. */
export type Blocks = readonly { readonly width: number; readonly count: number }[]

/** The width of blocks that are all equal, for so many vectors of columns. */
export const blockOf = (columns: number): number => {
  for (let block = MOST_COLUMNS; block > 1; block--) if (columns % block === 0) return block
  return 1
}

/** Blocks that are all equal, for so many vectors of columns: code for products with one width is enough. */
export const equalBlocks = (columns: number): Blocks => {
  const width = blockOf(columns)
  return [{ width, count: columns / width }]
}

/** Blocks as wide as they can be, for so many vectors of columns; a last one has what is left. */
export const widestBlocks = (columns: number): Blocks =>
  [
    { width: MOST_COLUMNS, count: Math.floor(columns / MOST_COLUMNS) },
    { width: columns % MOST_COLUMNS, count: 1 },
  ].filter(({ width, count }) => width > 0 && count > 0)

/** Runs `body` for all blocks; it has to move on. */
export const forEachBlock = (a: Assembler, blocks: Blocks, body: (width: number) => void): void => {
  for (const { width, count } of blocks)
    a.loop(count, () => {
      body(width)
    })
}

/** Bytes from step to step of the depth, and from block to block, of equal blocks that are packed. */
export const packed = (
  columns: number,
  depth: number,
): { readonly step: number; readonly block: number } => {
  const step = blockOf(columns) * VECTOR_BYTES
  return { step, block: depth * step }
}

interface Block {
  readonly from: Register
  readonly to: Register
  readonly depth: number
  /** Vectors. */
  readonly width: number
  /** Bytes from row to row of what is packed. */
  readonly row: number
}

/** Copies a block [depth, width] from rows to where they lie one after the other. Registers are moved. */
export const packBlock = (a: Assembler, { from, to, depth, width, row }: Block): void => {
  const value = a.vector()
  a.loop(depth, () => {
    for (let vector = 0; vector < width; vector++) {
      a.unary('load', value, at(from, vector * VECTOR_BYTES))
      a.store(at(to, vector * VECTOR_BYTES), value)
    }
    a.advance(from, row)
    a.advance(to, width * VECTOR_BYTES)
  })
  a.release(value)
}

interface Packing {
  readonly from: Register
  readonly to: Register
  readonly depth: number
  readonly blocks: Blocks
  /** Bytes from row to row of what is packed. */
  readonly row: number
}

/** w [depth, columns] -> [blocks, depth, block]. Registers are moved. */
export const pack = (a: Assembler, { from, to, depth, blocks, row }: Packing): void => {
  forEachBlock(a, blocks, (width) => {
    packBlock(a, { from, to, depth, width, row })
    a.advance(from, width * VECTOR_BYTES - depth * row)
  })
}

/** The transpose of [columns, depth] -> [blocks, depth, block]. Registers are moved. */
export const packTransposed = (a: Assembler, { from, to, depth, blocks, row }: Packing): void => {
  const value = a.register()
  forEachBlock(a, blocks, (width) => {
    a.loop(depth, () => {
      for (let column = 0; column < width * LANES; column++) {
        a.loadInteger(value, at(from, column * row))
        a.storeInteger(at(to, column * FLOAT_BYTES), value)
      }
      a.advance(from, FLOAT_BYTES)
      a.advance(to, width * VECTOR_BYTES)
    })
    a.advance(from, width * LANES * row - depth * FLOAT_BYTES)
  })
  a.release(value)
}
