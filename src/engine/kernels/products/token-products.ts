// Products with the tokens of a padded batch, and the gradient of their weights: padding is neither read nor multiplied.
import { assembler } from '../../jit/assembler.ts'
import { at, FLOAT_BYTES, LANES, VECTOR_BYTES } from '../../jit/operands.ts'
import { spacedRowBytes } from '../copy-rows.ts'
import { clear, offsetFrom, scratchOf, shareOf } from '../scratch.ts'
import { multiplyMatrices } from './multiply.ts'
import { equalBlocks, pack, packed } from './packing.ts'
import { copyTokens, forEachGroup, GROUP, listBytes, listTokens } from './token-rows.ts'

import type { Assembler } from '../../jit/assembler.ts'
import type { Register } from '../../jit/operands.ts'
import type { CompiledKernel } from '../kernel.ts'

export interface TokenSizes {
  readonly time: number
  readonly batch: number
  /** Parts of the batch that are worked on beside each other, all of one size. */
  readonly parts: number
  readonly inner: number
  /** A multiple of 16. */
  readonly outer: number
}

/** Every row of a group [tokens, outer] starts as the bias [outer]. */
const startWithBias = (a: Assembler, group: Register, bias: Register, outer: number): void => {
  const value = a.vector()
  for (let vector = 0; vector < outer / LANES; vector++) {
    a.unary('load', value, at(bias, vector * VECTOR_BYTES))
    const to = offsetFrom(a, group, vector * VECTOR_BYTES)
    a.loop(GROUP, () => {
      a.store(at(to), value)
      a.advance(to, spacedRowBytes(outer))
    })
    a.release(to)
  }
  a.release(value)
}

/**
 * x [time, batch, inner], w [inner, outer], mask [time, batch, 1], and perhaps a bias [outer] -> x w + bias [time, batch, outer], 0 at
 * padding.
 */
export const tokenProduct = (sizes: TokenSizes, hasBias: boolean): CompiledKernel => {
  const { time, batch, parts, inner, outer } = sizes
  const share = batch / parts
  const rows = { time, batch, share }
  const [xRow, yRow] = [inner * FLOAT_BYTES, outer * FLOAT_BYTES]
  const a = assembler()
  const [yAt, scratchAt] = hasBias ? [4, 5] : [3, 4]
  const scratch = scratchOf(a, scratchAt, {
    list: listBytes(rows),
    weights: inner * yRow,
    x: GROUP * spacedRowBytes(inner),
    y: GROUP * spacedRowBytes(outer),
  })
  scratch.withPointers(['weights'], ({ weights: to }) => {
    const from = a.argument(1)
    pack(a, { from, to, depth: inner, blocks: equalBlocks(outer / LANES), row: yRow })
    a.release(from)
  })
  scratch.withPointers(['list', 'x', 'y'], ({ list, x: groupOfX, y: groupOfY }) => {
    const y = shareOf(a, yAt, share * yRow)
    const mask = shareOf(a, 2, share * FLOAT_BYTES)
    const counts = listTokens(a, { rows, mask, list, cleared: { from: y, row: yRow } })
    a.release(mask)
    const x = shareOf(a, 0, share * xRow)
    forEachGroup(a, list, counts, (count) => {
      copyTokens(a, 'into the group', { list, count, rows: x, group: groupOfX, width: inner })
      if (hasBias) {
        const bias = a.argument(3)
        startWithBias(a, groupOfY, bias, outer)
        a.release(bias)
      }
      scratch.withPointers(['weights'], ({ weights }) => {
        multiplyMatrices(a, {
          rows: GROUP,
          columns: outer / LANES,
          depth: inner,
          x: { from: groupOfX, row: spacedRowBytes(inner), step: FLOAT_BYTES },
          w: { from: weights, ...packed(outer / LANES, inner) },
          y: { from: groupOfY, row: spacedRowBytes(outer) },
          isSum: hasBias,
        })
      })
      copyTokens(a, 'out of the group', { list, count, rows: y, group: groupOfY, width: outer })
    })
    a.release(x, y)
  })
  return {
    outputs: [[time, batch, outer]],
    code: a.finish(),
    parts,
    scratchBytes: scratch.bytes,
  }
}

/** x [time, batch, inner], dy [time, batch, outer], mask [time, batch, 1] -> dw [parts, inner, outer]. */
export const tokenWeightGradient = (sizes: TokenSizes): CompiledKernel => {
  const { time, batch, parts, inner, outer } = sizes
  const share = batch / parts
  const rows = { time, batch, share }
  const [xRow, yRow] = [inner * FLOAT_BYTES, outer * FLOAT_BYTES]
  const a = assembler()
  const scratch = scratchOf(a, 4, {
    list: listBytes(rows),
    x: GROUP * spacedRowBytes(inner),
    dy: GROUP * spacedRowBytes(outer),
  })
  const dw = shareOf(a, 3, inner * yRow)
  clear(a, dw, inner * yRow)
  scratch.withPointers(['list', 'x', 'dy'], ({ list, x: groupOfX, dy: groupOfDy }) => {
    const mask = shareOf(a, 2, share * FLOAT_BYTES)
    const counts = listTokens(a, { rows, mask, list })
    a.release(mask)
    const x = shareOf(a, 0, share * xRow)
    const dy = shareOf(a, 1, share * yRow)
    // Rows of a group that is not full count nothing, whatever a last group left there.
    clear(a, groupOfX, GROUP * spacedRowBytes(inner))
    forEachGroup(a, list, counts, (count) => {
      if (typeof count !== 'number') clear(a, groupOfDy, GROUP * spacedRowBytes(outer))
      copyTokens(a, 'into the group', { list, count, rows: x, group: groupOfX, width: inner })
      copyTokens(a, 'into the group', { list, count, rows: dy, group: groupOfDy, width: outer })
      multiplyMatrices(a, {
        rows: inner,
        columns: outer / LANES,
        depth: GROUP,
        x: { from: groupOfX, row: FLOAT_BYTES, step: spacedRowBytes(inner) },
        w: { from: groupOfDy, step: spacedRowBytes(outer), block: packed(outer / LANES, 1).step },
        y: { from: dw, row: yRow },
        isSum: true,
      })
    })
    a.release(x, dy)
  })
  return {
    outputs: [[parts, inner, outer]],
    code: a.finish(),
    parts,
    scratchBytes: scratch.bytes,
  }
}
