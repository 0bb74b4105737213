// Products with the tokens of a padded batch, and the gradient of their weights: padding is neither read nor multiplied.
import { assembler } from '../jit/assembler.ts'
import { at, FLOAT_BYTES, LANES, VECTOR_BYTES } from '../jit/operands.ts'
import { blockOf, multiplyMatrices, packed } from './product.ts'
import { areasOf, clear, offsetFrom, shareOf, withPointers } from './scratch.ts'
import {
  copyTokens,
  forEachGroup,
  GROUP,
  groupRowBytes,
  listBytes,
  listTokens,
} from './token-rows.ts'

import type { Assembler } from '../jit/assembler.ts'
import type { Register } from '../jit/operands.ts'
import type { CompiledKernel } from './kernel.ts'

export interface TokenSizes {
  readonly time: number
  readonly batch: number
  /** Parts of the batch that are worked on beside each other, all of one size. */
  readonly parts: number
  readonly inner: number
  /** A multiple of 16. */
  readonly outer: number
}

/** w [inner, outer] -> [blocks of columns, inner, block] */
const packWeights = (
  a: Assembler,
  w: Register,
  to: Register,
  inner: number,
  outer: number,
): void => {
  const block = blockOf(outer / LANES)
  const value = a.vector()
  const target = offsetFrom(a, to, 0)
  a.loop(outer / LANES / block, () => {
    a.loop(inner, () => {
      for (let vector = 0; vector < block; vector++) {
        a.unary('load', value, at(w, vector * VECTOR_BYTES))
        a.store(at(target, vector * VECTOR_BYTES), value)
      }
      a.advance(w, outer * FLOAT_BYTES)
      a.advance(target, block * VECTOR_BYTES)
    })
    a.advance(w, block * VECTOR_BYTES - inner * outer * FLOAT_BYTES)
  })
  a.release(value, target)
}

/** Every row of a group starts as the bias. */
const startWithBias = (a: Assembler, group: Register, bias: Register, outer: number): void => {
  const value = a.vector()
  for (let vector = 0; vector < outer / LANES; vector++) {
    a.unary('load', value, at(bias, vector * VECTOR_BYTES))
    const to = offsetFrom(a, group, vector * VECTOR_BYTES)
    a.loop(GROUP, () => {
      a.store(at(to), value)
      a.advance(to, groupRowBytes(outer))
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
  const areas = areasOf({
    list: listBytes(rows),
    weights: inner * outer * FLOAT_BYTES,
    x: GROUP * groupRowBytes(inner),
    y: GROUP * groupRowBytes(outer),
  })
  const a = assembler()
  const [yAt, scratchAt] = hasBias ? [4, 5] : [3, 4]
  const scratch = shareOf(a, scratchAt, areas.bytes)
  withPointers(a, scratch, areas, ['weights'], ({ weights }) => {
    const w = a.argument(1)
    packWeights(a, w, weights, inner, outer)
    a.release(w)
  })
  withPointers(a, scratch, areas, ['list', 'x', 'y'], (groups) => {
    const y = shareOf(a, yAt, share * outer * FLOAT_BYTES)
    const mask = shareOf(a, 2, share * FLOAT_BYTES)
    const counts = listTokens(a, {
      rows,
      mask,
      list: groups.list,
      cleared: { from: y, row: outer * FLOAT_BYTES },
    })
    a.release(mask)
    const x = shareOf(a, 0, share * inner * FLOAT_BYTES)
    forEachGroup(a, groups.list, counts, (count) => {
      copyTokens(a, 'into the group', {
        list: groups.list,
        count,
        rows: x,
        group: groups.x,
        width: inner,
      })
      if (hasBias) {
        const bias = a.argument(3)
        startWithBias(a, groups.y, bias, outer)
        a.release(bias)
      }
      withPointers(a, scratch, areas, ['weights'], ({ weights }) => {
        multiplyMatrices(a, {
          rows: GROUP,
          columns: outer / LANES,
          depth: inner,
          x: { from: groups.x, row: groupRowBytes(inner), step: FLOAT_BYTES },
          w: { from: weights, ...packed(outer / LANES, inner) },
          y: { from: groups.y, row: groupRowBytes(outer) },
          isSum: hasBias,
        })
      })
      copyTokens(a, 'out of the group', {
        list: groups.list,
        count,
        rows: y,
        group: groups.y,
        width: outer,
      })
    })
    a.release(x, y)
  })
  return {
    outputs: [[time, batch, outer]],
    code: a.finish(),
    parts,
    scratchBytes: areas.bytes,
  }
}

/** x [time, batch, inner], dy [time, batch, outer], mask [time, batch, 1] -> dw [parts, inner, outer]. */
export const tokenWeightGradient = (sizes: TokenSizes): CompiledKernel => {
  const { time, batch, parts, inner, outer } = sizes
  const share = batch / parts
  const rows = { time, batch, share }
  const areas = areasOf({
    list: listBytes(rows),
    x: GROUP * groupRowBytes(inner),
    dy: GROUP * groupRowBytes(outer),
  })
  const a = assembler()
  const scratch = shareOf(a, 4, areas.bytes)
  const dw = shareOf(a, 3, inner * outer * FLOAT_BYTES)
  clear(a, dw, inner * outer * FLOAT_BYTES)
  withPointers(a, scratch, areas, ['list', 'x', 'dy'], (groups) => {
    const mask = shareOf(a, 2, share * FLOAT_BYTES)
    const counts = listTokens(a, { rows, mask, list: groups.list })
    a.release(mask)
    const x = shareOf(a, 0, share * inner * FLOAT_BYTES)
    const dy = shareOf(a, 1, share * outer * FLOAT_BYTES)
    // Rows of a group that is not full count nothing, whatever a last group left there.
    clear(a, groups.x, GROUP * groupRowBytes(inner))
    forEachGroup(a, groups.list, counts, (count) => {
      if (typeof count !== 'number') clear(a, groups.dy, GROUP * groupRowBytes(outer))
      copyTokens(a, 'into the group', {
        list: groups.list,
        count,
        rows: x,
        group: groups.x,
        width: inner,
      })
      copyTokens(a, 'into the group', {
        list: groups.list,
        count,
        rows: dy,
        group: groups.dy,
        width: outer,
      })
      multiplyMatrices(a, {
        rows: inner,
        columns: outer / LANES,
        depth: GROUP,
        x: { from: groups.x, row: FLOAT_BYTES, step: groupRowBytes(inner) },
        w: { from: groups.dy, step: groupRowBytes(outer), block: packed(outer / LANES, 1).step },
        y: { from: dw, row: outer * FLOAT_BYTES },
        isSum: true,
      })
    })
    a.release(x, dy)
  })
  return {
    outputs: [[parts, inner, outer]],
    code: a.finish(),
    parts,
    scratchBytes: areas.bytes,
  }
}
