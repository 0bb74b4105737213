// Products of the windows of maps with few channels, and gradients of their taps: sums stay in registers.
import { at, everyLane, VECTOR_BYTES } from '../../../jit/operands.ts'

import type { Assembler } from '../../../jit/assembler.ts'
import type { Memory, Register, Vector } from '../../../jit/operands.ts'
import type { TapGroup } from './blocks.ts'

/** Rows of vectors side by side, in registers. */
type Sums = readonly (readonly Vector[])[]

interface Windows {
  /** At the first value of the first window. */
  readonly x: Register
  /** Bytes from window to window, and from a window's first value to each that it reads. */
  readonly step: number
  readonly reads: readonly number[]
  /** [kernel channels, filters], at the block of filters; and bytes from tap to tap. */
  readonly taps: Register
  readonly tapBytes: number
  readonly windows: number
  readonly columns: number
  /** Where a vector of the result goes. */
  readonly place: (window: number, column: number) => Memory
}

/** Windows [windows, kernel channels] times a block of taps [kernel channels, columns] -> places [windows, columns]. */
export const multiplyWindows = (a: Assembler, given: Windows): void => {
  const { x, step, reads, taps, tapBytes, windows, columns, place } = given
  const sums: Sums = Array.from({ length: windows }, () => a.vectors(columns))
  for (const sum of sums.flat()) a.zero(sum)
  const tap = a.vectors(columns)
  for (const [index, read] of reads.entries()) {
    for (const [column, vector] of tap.entries())
      a.unary('load', vector, at(taps, index * tapBytes + column * VECTOR_BYTES))
    for (const [window, row] of sums.entries())
      for (const [column, sum] of row.entries())
        a.fused('multiplyAdd', sum, tap[column]!, everyLane(at(x, window * step + read)))
  }
  for (const [window, row] of sums.entries())
    for (const [column, sum] of row.entries()) a.store(place(window, column), sum)
  a.release(...tap, ...sums.flat())
}

interface Gradient {
  /** [rows, filters], such as one of taps [kernel channels, filters], at the block of filters; and bytes from row to row. */
  readonly gradient: Register
  readonly row: number
  /** Which rows. */
  readonly group: TapGroup
  readonly columns: number
}

/** Runs `body` with some rows of a gradient in registers, [count, columns], which it adds to. */
export const withGradient = (
  a: Assembler,
  { gradient, row: rowBytes, group: { first, count }, columns }: Gradient,
  body: (sums: Sums) => void,
): void => {
  const sums: Sums = Array.from({ length: count }, () => a.vectors(columns))
  const forEachSum = (visit: (sum: Vector, place: Memory) => void): void => {
    for (const [tap, row] of sums.entries())
      for (const [column, sum] of row.entries())
        visit(sum, at(gradient, (first + tap) * rowBytes + column * VECTOR_BYTES))
  }
  forEachSum((sum, place) => {
    a.unary('load', sum, place)
  })
  body(sums)
  forEachSum((sum, place) => {
    a.store(place, sum)
  })
  a.release(...sums.flat())
}

/** Adds what one window read, times the gradient of its result [columns], to the gradients of a group of taps. */
export const addWindow = (
  a: Assembler,
  sums: Sums,
  gradient: readonly Vector[],
  valueOf: (tap: number) => Memory,
): void => {
  for (const [tap, row] of sums.entries())
    for (const [column, sum] of row.entries())
      a.fused('multiplyAdd', sum, gradient[column]!, everyLane(valueOf(tap)))
}
