// Functions between two limits, with relative errors of float32's last two bits: near 0 tanh and erf are polynomials of their own,
// which lose nothing of a small x. (`gates.ts` has faster ones, of absolute errors.) Polynomials are minimax fits (Remez) of
// relative errors below 5e-8 on the intervals that comments name.
import { MAGNITUDE_BITS, polynomial, SIGN_BIT, vectorOf } from './calculator.ts'
import { exp } from './exponentials.ts'

import type { Vector } from '../../jit/operands.ts'
import type { Calculator } from './calculator.ts'

/** 1 / (1 + e^-x) */
export const sigmoid = (calculator: Calculator, x: Vector): Vector => {
  const { a, numbers } = calculator
  const minus = a.vector()
  a.binary('exclusiveOr', minus, x, numbers.bits(SIGN_BIT))
  const y = exp(calculator, minus)
  a.release(minus)
  a.binary('add', y, y, numbers.of(1))
  const one = vectorOf(calculator, 1)
  a.binary('divide', y, one, y)
  a.release(one)
  return y
}

/** to = |x| below `bound`: `near`, which is odd already; elsewhere `far`, with the sign of x. Releases near. */
const joined = (
  { a, numbers }: Calculator,
  x: Vector,
  { bound, near, far }: { readonly bound: number; readonly near: Vector; readonly far: Vector },
): Vector => {
  const [size, isNear] = [a.vector(), a.mask()]
  a.binary('and', size, x, numbers.bits(MAGNITUDE_BITS))
  a.compare(isNear, size, 'less', numbers.of(bound))
  a.binary('and', size, x, numbers.bits(SIGN_BIT))
  a.binary('or', far, far, size)
  a.blend(far, isNear, far, near)
  a.release(size, isNear, near)
  return far
}

/** x + x z p(z) with z = x^2, or x + x p(z) */
const odd = (
  calculator: Calculator,
  x: Vector,
  {
    coefficients,
    isTimesSquare,
  }: { readonly coefficients: readonly number[]; readonly isTimesSquare: boolean },
): Vector => {
  const { a } = calculator
  const square = a.vector()
  a.binary('multiply', square, x, x)
  const y = polynomial(calculator, square, coefficients)
  if (isTimesSquare) a.binary('multiply', y, y, square)
  a.fused('multiplyThenAdd', y, x, x)
  a.release(square)
  return y
}

/** (tanh(x) / x - 1) / x^2 as a polynomial of x^2, for |x| at most 0.64 */
const TANH = [-0.00559145724, 0.0205392893, -0.0537098348, 0.133310944, -0.333332688] as const
const TANH_BOUND = 0.64

/** 1 - 2 / (e^2|x| + 1) with the sign of x. */
export const tanh = (calculator: Calculator, x: Vector): Vector => {
  const { a, numbers } = calculator
  const near = odd(calculator, x, { coefficients: TANH, isTimesSquare: true })
  const double = a.vector()
  a.binary('and', double, x, numbers.bits(MAGNITUDE_BITS))
  a.binary('add', double, double, double)
  const far = exp(calculator, double)
  a.binary('add', far, far, numbers.of(1))
  a.unary('broadcast', double, numbers.of(2))
  a.binary('divide', far, double, far)
  a.unary('broadcast', double, numbers.of(1))
  a.binary('subtract', far, double, far)
  a.release(double)
  return joined(calculator, x, { bound: TANH_BOUND, near, far })
}

/** erf(x) / x - 1 as a polynomial of x^2, for |x| at most 1 */
const ERF = [
  -0.000563540554, 0.00491865771, -0.0267124306, 0.112802297, -0.376123339, 0.128379121,
] as const
const ERF_BOUND = 1
/** -ln(1 - erf(x)) for x from 0.95 to 4 */
const ERF_TAIL = [
  -0.000191503932, 0.00299953879, -0.02205199, 0.103566878, 0.637600064, 1.12742603, 0.000256448227,
] as const
/** From here on erf is 1 in float32. */
const ERF_END = 4

/** 1 - e^-p(|x|) with the sign of x. */
export const erf = (calculator: Calculator, x: Vector): Vector => {
  const { a, numbers } = calculator
  const near = odd(calculator, x, { coefficients: ERF, isTimesSquare: false })
  const size = a.vector()
  a.binary('and', size, x, numbers.bits(MAGNITUDE_BITS))
  const end = vectorOf(calculator, ERF_END)
  // In this order a NaN stays one.
  a.binary('minimum', size, end, size)
  const tail = polynomial(calculator, size, ERF_TAIL)
  a.binary('exclusiveOr', tail, tail, numbers.bits(SIGN_BIT))
  a.release(size, end)
  const far = exp(calculator, tail)
  a.unary('broadcast', tail, numbers.of(1))
  a.binary('subtract', far, tail, far)
  a.release(tail)
  return joined(calculator, x, { bound: ERF_BOUND, near, far })
}
