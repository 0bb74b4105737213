// The logistic function and tanh for the gates of recurrent layers, both as 1 / (1 + 2^t). Their errors are absolute, because gates
// are multiplied with states of size 1: without polynomials near 0, a tanh is 13 instructions instead of the 35 of `saturating.ts`.
// A power of two is that of its whole part, put into the exponent, times a polynomial of the rest (Cody and Waite, "Software Manual
// for the Elementary Functions", 1980, chapter 6).
import { numbersOf } from './calculator.ts'

import type { Assembler } from '../../jit/assembler.ts'
import type { Vector } from '../../jit/operands.ts'

/** Each writes op(from) into `to`, which may be `from`, and needs two vectors for itself. NaN stays NaN. */
interface Gates {
  /** 1 / (1 + e^-x), within 1e-7, and 0 and 1 at infinities. */
  readonly sigmoid: (to: Vector, from: Vector) => void
  /** Within 2e-7, 0 at 0, and -1 and 1 at infinities. */
  readonly tanh: (to: Vector, from: Vector) => void
  readonly release: () => void
}

/**
 * 2^x for x from 0 to 1 is a polynomial, highest power first: the least maximal relative error, 9.4e-8 after rounding, of which a
 * quarter remains in 1 / (1 + 2^t). Found by Lawson's iteration ("Contributions to the theory of linear least maximum
 * approximation", 1961).
 */
const [HIGHEST, ...OTHERS] = [0.0018671303, 0.0090170298, 0.055799914, 0.24016445, 0.69315131, 1] as const // prettier-ignore

/** Takes one general-purpose register, until it is released. */
export const gatesOf = (a: Assembler): Gates => {
  const { of: constant, release } = numbersOf(a)
  /** to = numerator / (1 + 2^(factor * from)) */
  const logistic = (
    to: Vector,
    from: Vector,
    [numerator, factor]: readonly [number, number],
  ): void => {
    const [exponent, rest] = a.vectors(2) as [Vector, Vector]
    a.binary('multiply', exponent, from, constant(factor))
    a.fraction(rest, exponent)
    a.unary('broadcast', to, constant(HIGHEST))
    for (const coefficient of OTHERS) a.fused('multiplyThenAdd', to, rest, constant(coefficient))
    a.binary('scale', to, to, exponent)
    a.binary('add', rest, to, constant(1))
    a.unary('broadcast', to, constant(numerator))
    a.binary('divide', to, to, rest)
    a.release(exponent, rest)
  }
  return {
    sigmoid: (to, from) => {
      logistic(to, from, [1, -Math.LOG2E])
    },
    tanh: (to, from) => {
      logistic(to, from, [2, -2 * Math.LOG2E])
      a.binary('subtract', to, to, constant(1))
    },
    release,
  }
}
