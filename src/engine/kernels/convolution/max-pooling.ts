// 2x2 max-pooling of vectors in registers.
import type { Assembler } from '../../jit/assembler.ts'
import type { Memory, Vector } from '../../jit/operands.ts'

/** Rows and columns of the values in a pooling window: their places here are what winners are. */
export const POSITIONS = [
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
] as const

interface Largest {
  /** The integer. */
  readonly one: Vector
  readonly bias: Memory
  readonly y: Memory
  readonly winner: Memory
}

/** Stores the largest of some vectors plus the bias, and which it was, as a byte; of equal ones the first. */
export const storeLargest = (
  a: Assembler,
  candidates: readonly Vector[],
  { one, bias, y, winner }: Largest,
): void => {
  const [best, ...others] = candidates as [Vector, ...Vector[]]
  const isLarger = a.mask()
  const [place, number] = a.vectors(2) as [Vector, Vector]
  a.zero(place)
  a.unary('load', number, one)
  for (const candidate of others) {
    a.compare(isLarger, best, 'less', candidate)
    a.blend(best, isLarger, best, candidate)
    a.blend(place, isLarger, place, number)
    a.binary('addIntegers', number, number, one)
  }
  a.binary('add', best, best, bias)
  a.store(y, best)
  a.store(winner, place, 'storeBytes')
  a.release(isLarger, place, number)
}

/** New vectors: the numbers of all positions, as integers. */
export const positionNumbers = (a: Assembler): Vector[] => {
  const numbers = a.vectors(POSITIONS.length)
  for (const [number, vector] of numbers.entries()) a.constant(vector, number, true)
  return numbers
}
