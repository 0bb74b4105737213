// Large matrix products: one side is packed once into blocks of columns that are read from end to end, the other goes through in
// groups of rows that stay in the second cache (Goto and van de Geijn, "Anatomy of High-Performance Matrix Multiplication", 2008).
import { assembler } from '../jit/assembler.ts'
import { at, FLOAT_BYTES, LANES, VECTOR_BYTES } from '../jit/operands.ts'
import { blockOf, multiplyMatrices, packed, stripsOf } from './product.ts'
import { areasOf, clear, offsetFrom, shareOf } from './scratch.ts'

import type { Assembler } from '../jit/assembler.ts'
import type { Register } from '../jit/operands.ts'
import type { CompiledKernel } from './kernel.ts'

/** Rows of x that are multiplied with all columns before the next ones. */
const MOST_ROWS = 96
/** Rows that a gradient takes in at once: the longer, the more seldom its sums are loaded and stored. */
const MOST_DEPTH = 240

interface Packing {
  readonly from: Register
  readonly to: Register
  /** Of w [depth, columns]. */
  readonly depth: number
  readonly columns: number
}

/** Copies `block` vectors of `depth` rows, `step` bytes apart, to where they lie one after the other. Registers are moved. */
const copyBlock = (
  a: Assembler,
  {
    from,
    to,
    block,
    depth,
    step,
  }: { from: Register; to: Register; block: number; depth: number; step: number },
): void => {
  const value = a.vector()
  a.loop(depth, () => {
    for (let vector = 0; vector < block; vector++) {
      a.unary('load', value, at(from, vector * VECTOR_BYTES))
      a.store(at(to, vector * VECTOR_BYTES), value)
    }
    a.advance(from, step)
    a.advance(to, block * VECTOR_BYTES)
  })
  a.release(value)
}

/** w [depth, columns] -> [blocks of columns, depth, block]; registers are moved. */
export const packMatrix = (a: Assembler, { from, to, depth, columns }: Packing): void => {
  const block = blockOf(columns / LANES)
  const step = columns * FLOAT_BYTES
  a.loop(columns / LANES / block, () => {
    copyBlock(a, { from, to, block, depth, step })
    a.advance(from, block * VECTOR_BYTES - depth * step)
  })
}

/** The same of a matrix that is there as [columns, depth]. */
const packTurned = (a: Assembler, { from, to, depth, columns }: Packing): void => {
  const block = blockOf(columns / LANES)
  const row = depth * FLOAT_BYTES
  const value = a.register()
  a.loop(columns / LANES / block, () => {
    a.loop(depth, () => {
      for (let column = 0; column < block * LANES; column++) {
        a.loadInteger(value, at(from, column * row))
        a.storeInteger(at(to, column * FLOAT_BYTES), value)
      }
      a.advance(from, FLOAT_BYTES)
      a.advance(to, block * VECTOR_BYTES)
    })
    a.advance(from, block * LANES * row - row)
  })
  a.release(value)
}

export interface ProductSizes {
  /** Of x and y. */
  readonly rows: number
  readonly depth: number
  /** Of w and y, a multiple of 16. */
  readonly columns: number
  /** Parts of the rows, as nearly of one size as they can be. */
  readonly parts: number
}

/** x [rows, depth], w [depth, columns], or [columns, depth] if it `isTurned` -> x w [rows, columns]. */
export const matrixProduct = (
  { rows, depth, columns, parts: wanted }: ProductSizes,
  isTurned: boolean,
): CompiledKernel => {
  const parts = rows % wanted === 0 ? wanted : 1
  const share = rows / parts
  const [xRow, yRow] = [depth * FLOAT_BYTES, columns * FLOAT_BYTES]
  const areas = areasOf({ weights: depth * yRow })
  const a = assembler()
  const weights = shareOf(a, 3, areas.bytes)
  const from = a.argument(1)
  const to = offsetFrom(a, weights, 0)
  ;(isTurned ? packTurned : packMatrix)(a, { from, to, depth, columns })
  a.release(from, to)
  const x = shareOf(a, 0, share * xRow)
  const y = shareOf(a, 2, share * yRow)
  for (const { height, count } of stripsOf(share, MOST_ROWS))
    a.loop(count, () => {
      multiplyMatrices(a, {
        rows: height,
        columns: columns / LANES,
        depth,
        x: { from: x, row: xRow, step: FLOAT_BYTES },
        w: { from: weights, ...packed(columns / LANES, depth) },
        y: { from: y, row: yRow },
      })
      a.advance(x, height * xRow)
      a.advance(y, height * yRow)
    })
  return {
    outputs: [[rows, columns]],
    code: a.finish(),
    parts,
    scratchBytes: areas.bytes,
  }
}

/** Bytes from row to row of what `matrixGradient` reads again and again: not all in one set of a cache. */
const spacedRow = (width: number): number => (Math.ceil(width / LANES) + 1) * VECTOR_BYTES

/** x [depth, rows] with its rows spaced; registers are moved. */
const copySpaced = (
  a: Assembler,
  from: Register,
  to: Register,
  depth: number,
  rows: number,
): void => {
  const [whole, rest] = [Math.floor(rows / LANES), rows % LANES]
  const value = a.vector()
  const isRest = a.mask()
  a.firstLanes(isRest, rest)
  a.loop(depth, () => {
    for (let vector = 0; vector < whole; vector++) {
      a.unary('load', value, at(from, vector * VECTOR_BYTES))
      a.store(at(to, vector * VECTOR_BYTES), value)
    }
    if (rest > 0) {
      a.keep(value, isRest, at(from, whole * VECTOR_BYTES))
      a.store(at(to, whole * VECTOR_BYTES), value, 'store', isRest)
    }
    a.advance(from, rows * FLOAT_BYTES)
    a.advance(to, spacedRow(rows))
  })
  a.release(value, isRest)
}

/** x [depth, rows], dy [depth, columns] -> x^T dy [rows, columns]. Parts divide the columns. */
export const matrixGradient = ({
  rows,
  depth,
  columns,
  parts: wanted,
}: ProductSizes): CompiledKernel => {
  const vectors = columns / LANES
  const parts = vectors % wanted === 0 ? wanted : 1
  const width = vectors / parts
  const block = blockOf(width)
  const row = columns * FLOAT_BYTES
  const deepest = Math.min(depth, MOST_DEPTH)
  const areas = areasOf({
    x: deepest * spacedRow(rows),
    block: deepest * block * VECTOR_BYTES,
  })
  const a = assembler()
  const x = a.argument(0)
  const dy = shareOf(a, 1, width * VECTOR_BYTES)
  const dw = shareOf(a, 2, width * VECTOR_BYTES)
  const scratch = shareOf(a, 3, areas.bytes)
  const [spaced, packedBlock] = [
    offsetFrom(a, scratch, areas.offsets.x),
    offsetFrom(a, scratch, areas.offsets.block),
  ]
  a.release(scratch)
  a.loop(rows, () => {
    clear(a, dw, width * VECTOR_BYTES)
    a.advance(dw, row)
  })
  a.advance(dw, -rows * row)
  for (const { height, count } of stripsOf(depth, MOST_DEPTH))
    a.loop(count, () => {
      const to = offsetFrom(a, spaced, 0)
      copySpaced(a, x, to, height, rows)
      a.release(to)
      a.loop(width / block, () => {
        const [from, target] = [offsetFrom(a, dy, 0), offsetFrom(a, packedBlock, 0)]
        copyBlock(a, { from, to: target, block, depth: height, step: row })
        a.release(from, target)
        multiplyMatrices(a, {
          rows,
          columns: block,
          depth: height,
          x: { from: spaced, row: FLOAT_BYTES, step: spacedRow(rows) },
          w: { from: packedBlock, ...packed(block, height) },
          y: { from: dw, row },
          isSum: true,
        })
        a.advance(dy, block * VECTOR_BYTES)
        a.advance(dw, block * VECTOR_BYTES)
      })
      a.advance(dw, -width * VECTOR_BYTES)
      a.advance(dy, height * row - width * VECTOR_BYTES)
    })
  return {
    outputs: [[rows, columns]],
    code: a.finish(),
    parts,
    scratchBytes: areas.bytes,
  }
}
