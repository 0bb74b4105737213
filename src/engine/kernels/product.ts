// Matrix products inside kernels: y [rows, columns] (+)= x [rows, depth] w [depth, columns], in strips of rows whose sums stay
// in registers. Goto and van de Geijn, "Anatomy of High-Performance Matrix Multiplication", 2008, without its packing of x:
// kernels lay out what they multiply so that it lies in the cache as it is.
import { at, everyLane, VECTOR_BYTES } from '../jit/operands.ts'

import type { Assembler } from '../jit/assembler.ts'
import type { Register, Vector } from '../jit/operands.ts'

/** Sums in registers; the rest is for a row of w. */
const MOST_SUMS = 24
const MOST_COLUMNS = 4
const UNROLLED = 4

/** Vectors side by side in one block of columns. */
export const blockOf = (columns: number): number => {
  for (let block = MOST_COLUMNS; block > 1; block--) if (columns % block === 0) return block
  return 1
}

/** How w lies if its blocks are packed, [blocks, depth, block]: a block is then read from end to end. */
export const packed = (
  columns: number,
  depth: number,
): { readonly step: number; readonly block: number } => {
  const step = blockOf(columns) * VECTOR_BYTES
  return { step, block: depth * step }
}

export interface Product {
  readonly rows: number
  /** Vectors. */
  readonly columns: number
  readonly depth: number
  /** First element, and bytes from row to row and from step to step of the depth. */
  readonly x: { readonly from: Register; readonly row: number; readonly step: number }
  /** First element, and bytes from step to step of the depth and from block to block of columns. */
  readonly w: { readonly from: Register; readonly step: number; readonly block: number }
  /** First element, and bytes from row to row. */
  readonly y: { readonly from: Register; readonly row: number }
  /** Adds to what is in y. */
  readonly isSum?: boolean
}

/** `rows` in strips of nearly equal height: how many of which. */
export const stripsOf = (
  rows: number,
  most: number,
): readonly { readonly height: number; readonly count: number }[] => {
  const strips = Math.ceil(rows / most)
  const small = Math.floor(rows / strips)
  const large = rows - strips * small
  return [
    { height: small + 1, count: large },
    { height: small, count: strips - large },
  ].filter(({ count }) => count > 0)
}

interface Strip {
  readonly height: number
  readonly block: number
  readonly product: Product
  readonly x: Register
  readonly w: Register
}

/** Multiplies one strip with one block; x and w are as before afterwards. */
const accumulate = (
  a: Assembler,
  sums: readonly (readonly Vector[])[],
  { height, block, product, x, w }: Strip,
): void => {
  const {
    depth,
    x: { row, step },
  } = product
  const rowStep = product.w.step
  const rowOfW = a.vectors(block)
  const multiply = (place: number): void => {
    for (let column = 0; column < block; column++)
      a.unary('load', rowOfW[column]!, at(w, place * rowStep + column * VECTOR_BYTES))
    for (let line = 0; line < height; line++)
      for (let column = 0; column < block; column++)
        a.fused(
          'multiplyAdd',
          sums[line]![column]!,
          rowOfW[column]!,
          everyLane(at(x, line * row + place * step)),
        )
  }
  const places = (count: number): void => {
    for (let place = 0; place < count; place++) multiply(place)
  }
  const rounds = Math.floor(depth / UNROLLED)
  a.loop(rounds, () => {
    places(UNROLLED)
    a.advance(x, UNROLLED * step)
    a.advance(w, UNROLLED * rowStep)
  })
  places(depth % UNROLLED)
  a.advance(x, -rounds * UNROLLED * step)
  a.advance(w, -rounds * UNROLLED * rowStep)
  a.release(...rowOfW)
}

/** All registers are as before afterwards. */
export const multiplyMatrices = (a: Assembler, product: Product): void => {
  const { rows, columns, isSum = false } = product
  const block = blockOf(columns)
  const blocks = columns / block
  const { from: x, row: xRow } = product.x
  const { from: y, row: yRow } = product.y
  const { from: w, block: wBlock } = product.w
  a.loop(blocks, () => {
    for (const { height, count } of stripsOf(rows, Math.floor(MOST_SUMS / block))) {
      a.loop(count, () => {
        const sums = Array.from({ length: height }, () => a.vectors(block))
        for (const [line, vectors] of sums.entries())
          for (const [column, vector] of vectors.entries())
            if (isSum) a.unary('load', vector, at(y, line * yRow + column * VECTOR_BYTES))
            else a.zero(vector)
        accumulate(a, sums, { height, block, product, x, w })
        for (const [line, vectors] of sums.entries())
          for (const [column, vector] of vectors.entries())
            a.store(at(y, line * yRow + column * VECTOR_BYTES), vector)
        a.release(...sums.flat())
        a.advance(x, height * xRow)
        a.advance(y, height * yRow)
      })
    }
    a.advance(x, -rows * xRow)
    a.advance(y, -rows * yRow + block * VECTOR_BYTES)
    a.advance(w, wBlock)
  })
  a.advance(w, -blocks * wBlock)
  a.advance(y, -blocks * block * VECTOR_BYTES)
}
