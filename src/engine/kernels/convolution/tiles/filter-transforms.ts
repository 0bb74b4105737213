// What goes between the taps of 3x3 kernels, [9, rows, columns], and filters over the places of tiles in scratch memory.
import { FLOAT_BYTES, LANES, VECTOR_BYTES } from '../../../jit/operands.ts'
import { blockOf } from '../../products/packing.ts'
import { shareOf } from '../../scratch.ts'
import { loadFactors, transposed } from './linear.ts'
import { forEachVector, storeTo, transformSquare } from './square-transform.ts'
import { grid } from './tile-layout.ts'

import type { Assembler } from '../../../jit/assembler.ts'
import type { Scratch } from '../../scratch.ts'
import type { Matrix } from './linear.ts'

interface Filters {
  /** The argument of taps [9, rows, columns]. */
  readonly taps: number
  readonly rows: number
  readonly columns: number
  /** The filter transform. */
  readonly matrix: Matrix
}

/** Taps [9, rows, columns] -> area `filters` [places, blocks of columns, rows, block], as products read them. */
export const transformFilters = (
  a: Assembler,
  scratch: Scratch<'filters' | 'between'>,
  given: Filters,
): void => {
  const { rows, columns, matrix } = given
  const block = blockOf(columns / LANES)
  const blocks = columns / LANES / block
  const [rowBytes, blockBytes] = [columns * FLOAT_BYTES, block * VECTOR_BYTES]
  const bytes = rows * rowBytes
  scratch.withPointers(['filters', 'between'], ({ filters, between }) => {
    const taps = a.argument(given.taps)
    const constants = loadFactors(a, matrix)
    a.loop(blocks, () => {
      a.loop(rows, () => {
        forEachVector(a, blockBytes, [taps, filters], () => {
          transformSquare(a, {
            matrix,
            constants,
            load: grid(taps, matrix[0]!.length, bytes),
            between,
            store: storeTo(a, grid(filters, matrix.length, bytes)),
          })
        })
        a.advance(taps, rowBytes)
        a.advance(filters, blockBytes)
      })
      a.advance(taps, blockBytes - bytes)
    })
    a.release(taps, ...constants.values())
  })
}

/**
 * The transpose of the filter transform: area `filterGradients` [places, rows, columns] -> the part's share of taps [9, rows,
 * columns].
 */
export const filtersToTaps = (
  a: Assembler,
  scratch: Scratch<'filterGradients' | 'between'>,
  given: Filters,
): void => {
  const { rows, columns } = given
  const matrix = transposed(given.matrix)
  const bytes = rows * columns * FLOAT_BYTES
  scratch.withPointers(['filterGradients', 'between'], ({ filterGradients, between }) => {
    const taps = shareOf(a, given.taps, matrix.length ** 2 * bytes)
    const constants = loadFactors(a, matrix)
    forEachVector(a, bytes, [taps, filterGradients], () => {
      transformSquare(a, {
        matrix,
        constants,
        load: grid(filterGradients, matrix[0]!.length, bytes),
        between,
        store: storeTo(a, grid(taps, matrix.length, bytes)),
      })
    })
    a.release(taps, ...constants.values())
  })
}
