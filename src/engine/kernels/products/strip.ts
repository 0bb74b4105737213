// The innermost part of matrix products: a strip of a few rows times a block of a few vectors of columns, whose sums stay in
// registers.
import { at, everyLane, VECTOR_BYTES } from '../../jit/operands.ts'

import type { Assembler } from '../../jit/assembler.ts'
import type { Memory, Register, Vector } from '../../jit/operands.ts'

/** Vectors of sums in registers; the rest is for a row of w. */
export const MOST_SUMS = 24
const UNROLLED = 4

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
  /** Rows. */
  readonly height: number
  /** Vectors of a row. */
  readonly width: number
  readonly depth: number
  /** First element, and bytes from row to row and from step to step of the depth. */
  readonly x: { readonly from: Register; readonly row: number; readonly step: number }
  /** First element, and bytes from step to step of the depth. */
  readonly w: { readonly from: Register; readonly step: number }
  /** First element, and bytes from row to row. */
  readonly y: { readonly from: Register; readonly row: number }
  /** Adds to what is in y. */
  readonly isSum: boolean
}

/** y [height, width] (+)= x [height, depth] w [depth, width]. All registers are as before afterwards. */
export const multiplyStrip = (a: Assembler, strip: Strip): void => {
  const { height, width, y, isSum } = strip
  const sums = Array.from({ length: height }, () => a.vectors(width))
  const forEachSum = (body: (sum: Vector, place: Memory) => void): void => {
    for (const [line, row] of sums.entries())
      for (const [column, sum] of row.entries())
        body(sum, at(y.from, line * y.row + column * VECTOR_BYTES))
  }
  forEachSum((sum, place) => {
    if (isSum) a.unary('load', sum, place)
    else a.zero(sum)
  })
  accumulate(a, sums, strip)
  forEachSum((sum, place) => {
    a.store(place, sum)
  })
  a.release(...sums.flat())
}

const accumulate = (
  a: Assembler,
  sums: readonly (readonly Vector[])[],
  { width, depth, x: { from: x, row, step }, w: { from: w, step: stepOfW } }: Strip,
): void => {
  const rowOfW = a.vectors(width)
  const multiply = (place: number): void => {
    for (const [column, vector] of rowOfW.entries())
      a.unary('load', vector, at(w, place * stepOfW + column * VECTOR_BYTES))
    for (const [line, rowOfSums] of sums.entries())
      for (const [column, sum] of rowOfSums.entries())
        a.fused('multiplyAdd', sum, rowOfW[column]!, everyLane(at(x, line * row + place * step)))
  }
  const rounds = Math.floor(depth / UNROLLED)
  a.loop(rounds, () => {
    for (let place = 0; place < UNROLLED; place++) multiply(place)
    a.advance(x, UNROLLED * step)
    a.advance(w, UNROLLED * stepOfW)
  })
  for (let place = 0; place < depth % UNROLLED; place++) multiply(place)
  a.advance(x, -rounds * UNROLLED * step)
  a.advance(w, -rounds * UNROLLED * stepOfW)
  a.release(...rowOfW)
}
