// Large matrix products: one side is packed once into blocks of columns that are read from end to end, the other goes through in
// groups of rows that stay in the second cache (Goto and van de Geijn, "Anatomy of High-Performance Matrix Multiplication", 2008).
import { assembler } from '../../jit/assembler.ts'
import { FLOAT_BYTES, LANES, VECTOR_BYTES } from '../../jit/operands.ts'
import { copyingRows, spacedRowBytes } from '../copy-rows.ts'
import { areasOf, clearRows, offsetFrom, scratchOf, shareOf } from '../scratch.ts'
import { partsOf } from '../shapes.ts'
import { multiplyMatrices } from './multiply.ts'
import { blockOf, equalBlocks, pack, packBlock, packed, packTransposed } from './packing.ts'
import { stripsOf } from './strip.ts'

import type { CompiledKernel } from '../kernel.ts'

/** Rows of x that are multiplied with all columns before the next ones. */
const MOST_ROWS = 96
/** Rows that a gradient takes in at once: the longer, the more seldom its sums are loaded and stored. */
const MOST_DEPTH = 240

export interface ProductSizes {
  /** Of x and y. */
  readonly rows: number
  readonly depth: number
  /** Of w and y, a multiple of 16. */
  readonly columns: number
  /** Most equal parts of a product's rows, or of a gradient's columns. */
  readonly parts: number
}

/** x [rows, depth], w [depth, columns], or [columns, depth] if it `isTurned` -> x w [rows, columns]. */
export const matrixProduct = (
  { rows, depth, columns, parts: wanted }: ProductSizes,
  isTurned: boolean,
): CompiledKernel => {
  const parts = partsOf(rows, wanted)
  const share = rows / parts
  const [xRow, yRow] = [depth * FLOAT_BYTES, columns * FLOAT_BYTES]
  const areas = areasOf({ weights: depth * yRow })
  const a = assembler()
  const weights = shareOf(a, 3, areas.bytes)
  const from = a.argument(1)
  const to = offsetFrom(a, weights, 0)
  const packing = { from, to, depth, blocks: equalBlocks(columns / LANES) }
  if (isTurned) packTransposed(a, { ...packing, row: xRow })
  else pack(a, { ...packing, row: yRow })
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

/** x [depth, rows], dy [depth, columns] -> x^T dy [rows, columns]. Parts divide the columns. */
export const matrixGradient = ({
  rows,
  depth,
  columns,
  parts: wanted,
}: ProductSizes): CompiledKernel => {
  const vectors = columns / LANES
  const parts = partsOf(vectors, wanted)
  const shareBytes = (vectors / parts) * VECTOR_BYTES
  const block = blockOf(vectors / parts)
  const [xRow, yRow] = [rows * FLOAT_BYTES, columns * FLOAT_BYTES]
  const deepest = Math.min(depth, MOST_DEPTH)
  const a = assembler()
  const x = a.argument(0)
  const dy = shareOf(a, 1, shareBytes)
  const dw = shareOf(a, 2, shareBytes)
  const scratch = scratchOf(a, 3, {
    x: deepest * spacedRowBytes(rows),
    block: deepest * block * VECTOR_BYTES,
  })
  const [spaced, packedBlock] = [scratch.pointTo('x'), scratch.pointTo('block')]
  a.release(scratch.start)
  clearRows(a, dw, { count: rows, step: yRow, bytes: shareBytes })
  for (const { height, count } of stripsOf(depth, MOST_DEPTH))
    a.loop(count, () => {
      const to = offsetFrom(a, spaced, 0)
      copyingRows(a, rows, (copyRow) => {
        a.loop(height, () => {
          copyRow(x, to)
          a.advance(x, xRow)
          a.advance(to, spacedRowBytes(rows))
        })
      })
      a.release(to)
      a.loop(vectors / parts / block, () => {
        const [from, target] = [offsetFrom(a, dy, 0), offsetFrom(a, packedBlock, 0)]
        packBlock(a, { from, to: target, depth: height, width: block, row: yRow })
        a.release(from, target)
        multiplyMatrices(a, {
          rows,
          columns: block,
          depth: height,
          x: { from: spaced, row: FLOAT_BYTES, step: spacedRowBytes(rows) },
          w: { from: packedBlock, ...packed(block, height) },
          y: { from: dw, row: yRow },
          isSum: true,
        })
        a.advance(dy, block * VECTOR_BYTES)
        a.advance(dw, block * VECTOR_BYTES)
      })
      a.advance(dw, -shareBytes)
      a.advance(dy, height * yRow - shareBytes)
    })
  return {
    outputs: [[rows, columns]],
    code: a.finish(),
    parts,
    scratchBytes: scratch.bytes,
  }
}
