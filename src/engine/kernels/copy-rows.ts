// Copies of rows of any width. A row that is read again and again lies in whole vectors and a cache line: the beginnings of many
// rows then fall into different sets of a cache, whatever the width.
import { at, LANES, VECTOR_BYTES } from '../jit/operands.ts'

import type { Assembler } from '../jit/assembler.ts'
import type { Register } from '../jit/operands.ts'

/** Bytes from row to row of so many floats that are read again and again. */
export const spacedRowBytes = (width: number): number =>
  (Math.ceil(width / LANES) + 1) * VECTOR_BYTES

/** Calls `body` with what copies one row of so many floats; nothing beyond it is read or written. */
export const copyingRows = (
  a: Assembler,
  width: number,
  body: (copyRow: (from: Register, to: Register) => void) => void,
): void => {
  const [whole, rest] = [Math.floor(width / LANES), width % LANES]
  const value = a.vector()
  const isRest = a.mask()
  a.firstLanes(isRest, rest)
  body((from, to) => {
    for (let vector = 0; vector < whole; vector++) {
      a.unary('load', value, at(from, vector * VECTOR_BYTES))
      a.store(at(to, vector * VECTOR_BYTES), value)
    }
    if (rest > 0) {
      a.keep(value, isRest, at(from, whole * VECTOR_BYTES))
      a.store(at(to, whole * VECTOR_BYTES), value, 'store', isRest)
    }
  })
  a.release(value, isRest)
}
