// Matrix products inside kernels, of as many rows as are known when code is made: y [rows, columns] (+)= x [rows, depth] w [depth,
// columns], strip by strip. Nothing is packed here: kernels lay out what they multiply so that it lies in the cache as it is.
import { VECTOR_BYTES } from '../../jit/operands.ts'
import { blockOf } from './packing.ts'
import { MOST_SUMS, multiplyStrip, stripsOf } from './strip.ts'

import type { Assembler } from '../../jit/assembler.ts'
import type { Register } from '../../jit/operands.ts'

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

/** y [rows, columns] (+)= x [rows, depth] w [depth, columns]. All registers are as before afterwards. */
export const multiplyMatrices = (a: Assembler, product: Product): void => {
  const { rows, columns, depth, x, w, y, isSum = false } = product
  const width = blockOf(columns)
  const blocks = columns / width
  a.loop(blocks, () => {
    for (const { height, count } of stripsOf(rows, Math.floor(MOST_SUMS / width)))
      a.loop(count, () => {
        multiplyStrip(a, { height, width, depth, x, w, y, isSum })
        a.advance(x.from, height * x.row)
        a.advance(y.from, height * y.row)
      })
    a.advance(x.from, -rows * x.row)
    a.advance(y.from, -rows * y.row + width * VECTOR_BYTES)
    a.advance(w.from, w.block)
  })
  a.advance(w.from, -blocks * w.block)
  a.advance(y.from, -columns * VECTOR_BYTES)
}
