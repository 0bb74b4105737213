// Matrix products of as many rows as a register says, like those of `product.ts`, whose rows are counted when code is made.
import { at, everyLane, FLOAT_BYTES, LANES, VECTOR_BYTES } from '../jit/operands.ts'

import type { Assembler } from '../jit/assembler.ts'
import type { Memory, Register, Vector } from '../jit/operands.ts'

/** Vectors side by side in a block of columns; a last block has what is left. */
const WIDTH = 4
/** Sums in registers; the rest is for a row of w. */
const MOST_SUMS = 24
/** More rows in a strip would only make the code longer. */
const MOST_ROWS = 8
const UNROLLED = 4

export interface RowProduct {
  readonly rows: Register
  /** Of y and w; a multiple of 16. */
  readonly columns: number
  /** Of x and w; a multiple of 4. */
  readonly depth: number
  /** First element, and bytes from row to row. */
  readonly x: { readonly from: Register; readonly row: number }
  /** Packed, [blocks of columns, depth, block]. */
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

/** Runs `body` for all blocks of columns; it has to move on. */
const forEachBlock = (a: Assembler, columns: number, body: (width: number) => void): void => {
  const vectors = columns / LANES
  a.loop(Math.floor(vectors / WIDTH), () => {
    body(WIDTH)
  })
  if (vectors % WIDTH > 0) body(vectors % WIDTH)
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

/** Adds x w of one strip and one block to sums; x and w are as before afterwards. */
const accumulate = (
  a: Assembler,
  sums: readonly (readonly Vector[])[],
  { depth, x: { from: x, row }, w }: RowProduct,
): void => {
  const rowOfW = a.vectors(sums[0]!.length)
  const stepOfW = rowOfW.length * VECTOR_BYTES
  a.loop(depth / UNROLLED, () => {
    for (let place = 0; place < UNROLLED; place++) {
      for (const [column, vector] of rowOfW.entries())
        a.unary('load', vector, at(w, place * stepOfW + column * VECTOR_BYTES))
      for (const [line, rowOfSums] of sums.entries())
        for (const [column, sum] of rowOfSums.entries()) {
          const factor = everyLane(at(x, line * row + place * FLOAT_BYTES))
          a.fused('multiplyAdd', sum, rowOfW[column]!, factor)
        }
    }
    a.advance(x, UNROLLED * FLOAT_BYTES)
    a.advance(w, UNROLLED * stepOfW)
  })
  a.advance(x, -depth * FLOAT_BYTES)
  a.advance(w, -depth * stepOfW)
  a.release(...rowOfW)
}

/** y [rows, columns] = x [rows, depth] w [depth, columns]. x, y and w are moved. */
export const multiplyRows = (a: Assembler, product: RowProduct): void => {
  const { rows, columns, depth, x, w, y, isSum = false } = product
  const strip = (height: number, width: number): void => {
    const sums = Array.from({ length: height }, () => a.vectors(width))
    const each = (body: (sum: Vector, place: Memory) => void): void => {
      for (const [line, rowOfSums] of sums.entries())
        for (const [column, sum] of rowOfSums.entries())
          body(sum, at(y.from, line * y.row + column * VECTOR_BYTES))
    }
    each((sum, place) => {
      if (isSum) a.unary('load', sum, place)
      else a.zero(sum)
    })
    accumulate(a, sums, product)
    each((sum, place) => {
      a.store(place, sum)
    })
    a.release(...sums.flat())
    a.advance(x.from, height * x.row)
    a.advance(y.from, height * y.row)
  }
  const back = a.register()
  forEachBlock(a, columns, (width) => {
    const most = Math.min(MOST_ROWS, Math.floor(MOST_SUMS / width))
    forEachStrip(a, { rows, most }, (height) => {
      strip(height, width)
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

interface Packing {
  readonly from: Register
  readonly to: Register
  readonly depth: number
  readonly columns: number
  /** Bytes from row to row of what is packed. */
  readonly row: number
}

/** w [depth, columns] as `multiplyRows` reads it. Registers are moved. */
export const packColumns = (a: Assembler, { from, to, depth, columns, row }: Packing): void => {
  const vector = a.vector()
  forEachBlock(a, columns, (width) => {
    a.loop(depth, () => {
      for (let column = 0; column < width; column++) {
        a.unary('load', vector, at(from, column * VECTOR_BYTES))
        a.store(at(to, column * VECTOR_BYTES), vector)
      }
      a.advance(from, row)
      a.advance(to, width * VECTOR_BYTES)
    })
    a.advance(from, width * VECTOR_BYTES - depth * row)
  })
  a.release(vector)
}

/** The transpose of w [columns, depth] as `multiplyRows` reads it. Registers are moved. */
export const packTransposed = (a: Assembler, { from, to, depth, columns, row }: Packing): void => {
  const value = a.register()
  forEachBlock(a, columns, (width) => {
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
