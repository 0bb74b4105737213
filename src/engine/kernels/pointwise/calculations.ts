// Operators between vectors: one entry each. Conditions are vectors of ones and zeros, because masks are few.
import { MAGNITUDE_BITS, SIGN_BIT, vectorOf } from '../functions/calculator.ts'
import { exp, log, softplus } from '../functions/exponentials.ts'
import { erf, sigmoid, tanh } from '../functions/saturating.ts'

import type { Predicate, binary as binaryOps } from '../../jit/instructions.ts'
import type { Source, Vector } from '../../jit/operands.ts'
import type { Calculator } from '../functions/calculator.ts'

/** What an operator reads. */
export interface Operands extends Calculator {
  /** In a register, which must not be changed. */
  readonly vector: (index: number) => Vector
  /** In a register or in memory. */
  readonly source: (index: number) => Source
  /** How much it costs to have it in a register. */
  readonly cost: (index: number) => number
  /** Whether it is a constant, which is never NaN. */
  readonly isConstant: (index: number) => boolean
}

/** Gives a new vector. */
type Calculate = (operands: Operands) => Vector

interface CalculationRule {
  readonly operands: number
  readonly calculate: Calculate
  /** Takes so long that memory in the first cache is faster. */
  readonly isSlow?: boolean
}

type Binary = keyof typeof binaryOps

const one = (calculate: Calculate): CalculationRule => ({ operands: 1, calculate })

const slow = (of: (calculator: Calculator, x: Vector) => Vector): CalculationRule => ({
  operands: 1,
  calculate: (e) => of(e, e.vector(0)),
  isSlow: true,
})

const binary = (op: Binary, options: { readonly isSlow?: boolean } = {}): CalculationRule => ({
  operands: 2,
  calculate: (e) => {
    const first = e.vector(0)
    const second = e.source(1)
    const to = e.a.vector()
    e.a.binary(op, to, first, second)
    return to
  },
  ...options,
})

/** What is in a register comes first: the second operand may be in memory. */
const commutative = (op: Binary): CalculationRule => ({
  operands: 2,
  calculate: (e) => {
    const [left, right] = e.cost(0) <= e.cost(1) ? [0, 1] : [1, 0]
    const first = e.vector(left)
    const second = e.source(right)
    const to = e.a.vector()
    e.a.binary(op, to, first, second)
    return to
  },
})

/** NaN where an operand is: the instructions give their second operand there. */
const extreme = (op: 'maximum' | 'minimum'): CalculationRule => ({
  operands: 2,
  calculate: (e) => {
    const [left, right] = e.isConstant(1) ? [1, 0] : [0, 1]
    const first = e.vector(left)
    const second = e.source(right)
    const to = e.a.vector()
    e.a.binary(op, to, first, second)
    if (!e.isConstant(left)) {
      const isNaN = e.a.mask()
      e.a.compare(isNaN, first, 'unordered', first)
      e.a.blend(to, isNaN, to, first)
      e.a.release(isNaN)
    }
    return to
  },
})

const withBits = (op: 'and' | 'or' | 'exclusiveOr', pattern: number): CalculationRule =>
  one((e) => {
    const x = e.vector(0)
    const to = e.a.vector()
    e.a.binary(op, to, x, e.numbers.bits(pattern))
    return to
  })

const BITS_OF_ONE = 0x3f800000

const comparison = (predicate: Predicate, isSwapped = false): CalculationRule => ({
  operands: 2,
  calculate: (e) => {
    const [left, right] = isSwapped ? [1, 0] : [0, 1]
    const first = e.vector(left)
    const second = e.source(right)
    const [to, holds] = [e.a.vector(), e.a.mask()]
    e.a.compare(holds, first, predicate, second)
    e.a.keep(to, holds, e.numbers.of(1), 'broadcast')
    e.a.release(holds)
    return to
  },
})

/** 1 with the sign of x; x itself where it is 0 or NaN. */
const sign: Calculate = (e) => {
  const { a, numbers } = e
  const x = e.vector(0)
  const [to, isNeither] = [a.vector(), a.mask()]
  a.binary('and', to, x, numbers.bits(SIGN_BIT))
  a.binary('or', to, to, numbers.of(1))
  a.compare(isNeither, x, 'equalOrUnordered', numbers.of(0))
  a.blend(to, isNeither, to, x)
  a.release(isNeither)
  return to
}

/** All operators that give one value for one value of each operand. */
export const calculations = {
  Add: commutative('add'),
  Sub: binary('subtract'),
  Mul: commutative('multiply'),
  Div: binary('divide', { isSlow: true }),
  Max: extreme('maximum'),
  Min: extreme('minimum'),
  Neg: withBits('exclusiveOr', SIGN_BIT),
  Abs: withBits('and', MAGNITUDE_BITS),
  Sign: one(sign),
  Relu: one((e) => {
    const x = e.source(0)
    const to = e.a.vector()
    e.a.zero(to)
    e.a.binary('maximum', to, to, x)
    return to
  }),
  Sqrt: {
    ...one((e) => {
      const x = e.source(0)
      const to = e.a.vector()
      e.a.unary('squareRoot', to, x)
      return to
    }),
    isSlow: true,
  },
  Reciprocal: {
    ...one((e) => {
      const x = e.source(0)
      const to = vectorOf(e, 1)
      e.a.binary('divide', to, to, x)
      return to
    }),
    isSlow: true,
  },
  Exp: slow(exp),
  Log: slow(log),
  Sigmoid: slow(sigmoid),
  Tanh: slow(tanh),
  Erf: slow(erf),
  Softplus: slow(softplus),
  Equal: comparison('equal'),
  Less: comparison('less'),
  LessOrEqual: comparison('lessOrEqual'),
  Greater: comparison('less', true),
  GreaterOrEqual: comparison('lessOrEqual', true),
  And: commutative('and'),
  Or: commutative('or'),
  Not: withBits('exclusiveOr', BITS_OF_ONE),
  /** Whether a number is not 0: what a cast to bool is. */
  IsNotZero: one((e) => {
    const x = e.vector(0)
    const [to, holds] = [e.a.vector(), e.a.mask()]
    e.a.compare(holds, x, 'unequal', e.numbers.of(0))
    e.a.keep(to, holds, e.numbers.of(1), 'broadcast')
    e.a.release(holds)
    return to
  }),
  Where: {
    operands: 3,
    calculate: (e) => {
      const condition = e.vector(0)
      const otherwise = e.vector(2)
      const chosen = e.source(1)
      const [to, holds] = [e.a.vector(), e.a.mask()]
      e.a.compare(holds, condition, 'unequal', e.numbers.of(0))
      e.a.blend(to, holds, otherwise, chosen)
      e.a.release(holds)
      return to
    },
  },
} as const satisfies Record<string, CalculationRule>

export type Calculation = keyof typeof calculations
