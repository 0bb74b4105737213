// Matrix products of as many rows as a register says, like those of `multiply.ts`, whose rows are counted when code is made.
import { FLOAT_BYTES, LANES, VECTOR_BYTES } from '../../jit/operands.ts'
import { forEachBlock, widestBlocks } from './packing.ts'
import { MOST_SUMS, multiplyStrip } from './strip.ts'

import type { Assembler } from '../../jit/assembler.ts'
import type { Register } from '../../jit/operands.ts'

/** More rows in a strip would only make the code longer. */
const MOST_ROWS = 8

interface RowProduct {
  readonly rows: Register
  /** Of y and w; a multiple of 16. */
  readonly columns: number
  readonly depth: number
  /** First element, and bytes from row to row. */
  readonly x: { readonly from: Register; readonly row: number }
  /** Packed in the widest blocks, [blocks of columns, depth, block]. */
  readonly w: Register
  /** First element, and bytes from row to row. */
  readonly y: { readonly from: Register; readonly row: number }
  /** Adds to what is in y. */
  readonly isSum?: boolean
}

/** register = register / divisor without the rest, as a product: exact for numbers from 0 to 2^20 / divisor. */
const divide = (a: Assembler, register: Register, divisor: number): void => {
  a.times(register, register, Math.ceil(2 ** 20 / divisor))
  a.shiftRight(register, 20)
}

/** Strips of `most` rows, and one of the rows that are left; `body` has to move on. */
const forEachStrip = (
  a: Assembler,
  { rows, most }: { rows: Register; most: number },
  body: (height: number) => void,
): void => {
  const [strips, rest] = [a.register(), a.register()]
  a.copy(strips, rows)
  divide(a, strips, most)
  a.times(rest, strips, -most)
  a.advance(rest, rows)
  a.loop(strips, () => {
    body(most)
  })
  a.release(strips)
  for (let height = 1; height < most; height++)
    a.when(rest, height, () => {
      body(height)
    })
  a.release(rest)
}

/** y [rows, columns] (+)= x [rows, depth] w [depth, columns]. x, y and w are moved. */
export const multiplyRows = (a: Assembler, product: RowProduct): void => {
  const { rows, columns, depth, x, w, y, isSum = false } = product
  const back = a.register()
  forEachBlock(a, widestBlocks(columns / LANES), (width) => {
    const most = Math.min(MOST_ROWS, Math.floor(MOST_SUMS / width))
    forEachStrip(a, { rows, most }, (height) => {
      multiplyStrip(a, {
        height,
        width,
        depth,
        x: { ...x, step: FLOAT_BYTES },
        w: { from: w, step: width * VECTOR_BYTES },
        y,
        isSum,
      })
      a.advance(x.from, height * x.row)
      a.advance(y.from, height * y.row)
    })
    a.times(back, rows, -x.row)
    a.advance(x.from, back)
    a.times(back, rows, -y.row)
    a.advance(y.from, back)
    a.advance(y.from, width * VECTOR_BYTES)
    a.advance(w, width * depth * VECTOR_BYTES)
  })
  a.release(back)
}
