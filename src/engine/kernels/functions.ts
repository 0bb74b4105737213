// Exponential functions as vector code: e^x, and the logistic function and tanh as 1 / (1 + 2^t). A power of two is that of its
// whole part, put into the exponent, times a polynomial of the rest (Cody and Waite, "Software Manual for the Elementary
// Functions", 1980, chapter 6).
import { at, everyLane } from '../jit/operands.ts'

import type { Assembler } from '../jit/assembler.ts'
import type { Memory, Vector } from '../jit/operands.ts'

/** Each writes op(from) into `to`, which may be `from`, and needs three vectors for itself. NaN stays NaN. */
export interface Functions {
  /** Within 2 units in the last place, and 0 and infinity at infinities. */
  readonly exponential: (to: Vector, from: Vector) => void
  /** 1 / (1 + e^-x), within 1e-7, and 0 and 1 at infinities. */
  readonly sigmoid: (to: Vector, from: Vector) => void
  /** Within 2e-7, 0 at 0, and -1 and 1 at infinities. */
  readonly tanh: (to: Vector, from: Vector) => void
  readonly release: () => void
}

/**
 * 2^x for x from 0 to 1 is 1 + c[0] x + c[1] x^2 + ...: least maximal relative errors, 9.4e-8 and 1.2e-8 after rounding, found by
 * Lawson's iteration ("Contributions to the theory of linear least maximum approximation", 1961).
 */
const POWER = {
  /** For 1 / (1 + 2^t), where a quarter of the relative error remains. */
  short: [0.69315131, 0.24016445, 0.055799914, 0.0090170298, 0.0018671303],
  long: [0.69314704, 0.2402293, 0.055485279, 0.0096754541, 0.0012467824, 0.00021612993],
}
const { LOG2E } = Math
/** What LOG2E loses as a float32. */
const LOG2E_REST = LOG2E - Math.fround(LOG2E)
/** Beyond these, e^x is 0 or infinite as a float32. */
const [LOWEST, HIGHEST] = [-105, 89]
const NUMBERS = [1, 2, LOG2E, LOG2E_REST, -LOG2E, -2 * LOG2E, LOWEST, HIGHEST]
const CONSTANTS = [...new Set([...NUMBERS, ...POWER.short, ...POWER.long].map(Math.fround))]
const BYTES = 8

/** Takes one general-purpose register, until it is released. */
export const functionsOf = (a: Assembler): Functions => {
  const table = a.table([...new Uint32Array(Float32Array.from(CONSTANTS).buffer)])
  const stored = (value: number): Memory => at(table, BYTES * CONSTANTS.indexOf(Math.fround(value)))
  const constant = (value: number): Memory => everyLane(stored(value))
  const load = (to: Vector, value: number): void => {
    a.unary('broadcast', to, stored(value))
  }
  /** to = 2^rest */
  const power = (to: Vector, rest: Vector, coefficients: readonly number[]): void => {
    const [highest = 0, ...others] = coefficients.toReversed()
    load(to, highest)
    for (const coefficient of [...others, 1])
      a.fused('multiplyThenAdd', to, rest, constant(coefficient))
  }
  /** to = numerator / (1 + 2^(factor * from)) */
  const logistic = (
    to: Vector,
    from: Vector,
    [numerator, factor]: readonly [number, number],
  ): void => {
    const [exponent, rest] = [a.vector(), a.vector()]
    a.binary('multiply', exponent, from, constant(factor))
    a.fraction(rest, exponent)
    power(to, rest, POWER.short)
    a.binary('scale', to, to, exponent)
    a.binary('add', rest, to, constant(1))
    load(to, numerator)
    a.binary('divide', to, to, rest)
    a.release(exponent, rest)
  }
  return {
    exponential: (to, from) => {
      const [exponent, rest, lost] = [a.vector(), a.vector(), a.vector()]
      // Of two sources of which one is NaN, the second comes out.
      load(rest, LOWEST)
      a.binary('maximum', to, rest, from)
      load(rest, HIGHEST)
      a.binary('minimum', to, rest, to)
      a.binary('multiply', exponent, to, constant(LOG2E))
      a.fraction(rest, exponent)
      // What rounding took from the product, to * LOG2E - exponent, belongs to the rest.
      a.unary('load', lost, exponent)
      a.fused('multiplySubtract', lost, to, constant(LOG2E))
      a.fused('multiplyAdd', lost, to, constant(LOG2E_REST))
      a.binary('add', rest, rest, lost)
      power(to, rest, POWER.long)
      a.binary('scale', to, to, exponent)
      a.release(exponent, rest, lost)
    },
    sigmoid: (to, from) => {
      logistic(to, from, [1, -LOG2E])
    },
    tanh: (to, from) => {
      logistic(to, from, [2, -2 * LOG2E])
      a.binary('subtract', to, to, constant(1))
    },
    release: () => {
      a.release(table)
    },
  }
}
