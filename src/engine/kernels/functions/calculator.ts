// What functions of vectors compute with: numbers behind the code of a kernel, which are read from memory, so that a function
// takes a few registers while it runs and none afterwards.
import { at, everyLane } from '../../jit/operands.ts'

import type { Assembler } from '../../jit/assembler.ts'
import type { Memory, Vector } from '../../jit/operands.ts'

/** Numbers behind the code of a kernel, each in all lanes. */
export interface Numbers {
  readonly of: (value: number) => Memory
  /** A pattern of 32 bits. */
  readonly bits: (pattern: number) => Memory
  /** Gives the register back; there are no more numbers then. */
  readonly release: () => void
}

const SLOT_BYTES = 8

/** Takes a register until it is released. */
export const numbersOf = (a: Assembler): Numbers => {
  const patterns: number[] = []
  const table = a.table(patterns)
  const places = new Map<number, number>()
  const bits = (pattern: number): Memory => {
    const unsigned = pattern >>> 0
    const place = places.get(unsigned) ?? patterns.push(unsigned) - 1
    places.set(unsigned, place)
    return everyLane(at(table, place * SLOT_BYTES))
  }
  return {
    bits,
    of: (value) => bits(new Uint32Array(Float32Array.of(value).buffer)[0]!),
    release: () => {
      a.release(table)
    },
  }
}

/** Patterns of float32: its sign, and all else. */
export const SIGN_BIT = 0x80000000
export const MAGNITUDE_BITS = 0x7fffffff

/** What functions compute with. */
export interface Calculator {
  readonly a: Assembler
  readonly numbers: Numbers
}

/** A new vector of one number. */
export const vectorOf = ({ a, numbers }: Calculator, value: number): Vector => {
  const to = a.vector()
  a.unary('broadcast', to, numbers.of(value))
  return to
}

/** A new vector: the polynomial with these coefficients, highest power first. */
export const polynomial = (
  { a, numbers }: Calculator,
  x: Vector,
  [highest, ...others]: readonly number[],
): Vector => {
  const sum = vectorOf({ a, numbers }, highest!)
  for (const coefficient of others) a.fused('multiplyThenAdd', sum, x, numbers.of(coefficient))
  return sum
}
