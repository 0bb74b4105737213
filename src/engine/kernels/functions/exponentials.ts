// e^x and logarithms, with relative errors of float32's last two bits, and a new vector for every result. Polynomials are minimax
// fits (Remez) of relative errors below 5e-8 on the intervals that comments name.
import { polynomial, SIGN_BIT, vectorOf } from './calculator.ts'

import type { Vector } from '../../jit/operands.ts'
import type { Calculator } from './calculator.ts'

/** ln 2 in two parts: a multiple of the first by a small whole number is exact. Both have one sign, for infinite powers. */
const LN2_HIGH = 0.693115234375
const LN2_LOW = Math.LN2 - LN2_HIGH
/** (e^r - 1 - r) / r^2 for |r| at most ln(2) / 2 */
const EXP = [0.00139504636, 0.00836887583, 0.041666206, 0.166665196, 0.5] as const
/** More than r can be, so that infinities stay what they are. */
const MOST_REST = 0.36

/** e^x as 2^n e^r. */
export const exp = (calculator: Calculator, x: Vector): Vector => {
  const { a, numbers } = calculator
  const [power, rest] = a.vectors(2) as [Vector, Vector]
  a.binary('multiply', power, x, numbers.of(Math.LOG2E))
  a.round(power, power)
  a.unary('load', rest, x)
  a.fused('subtractProduct', rest, power, numbers.of(LN2_HIGH))
  a.fused('subtractProduct', rest, power, numbers.of(LN2_LOW))
  // The rest of an infinity is NaN, and becomes a number here; a NaN comes back with the power.
  a.binary('maximum', rest, rest, numbers.of(-MOST_REST))
  a.binary('minimum', rest, rest, numbers.of(MOST_REST))
  const y = polynomial(calculator, rest, EXP)
  a.fused('multiplyThenAdd', y, rest, numbers.of(1))
  a.fused('multiplyThenAdd', y, rest, numbers.of(1))
  a.binary('scale', y, y, power)
  a.release(power, rest)
  return y
}

/** (ln(1 + f) - f + f^2 / 2) / f^3 for f from -1/4 to 1/2 */
const LOG = [
  0.0555985831, -0.12114244, 0.149044409, -0.16788803, 0.199823186, -0.249963611, 0.333334714,
] as const

/** e ln(2) + ln(1 + f), for the exponent e in `power` and f from -1/4 to 1/2. */
const logOf = (calculator: Calculator, power: Vector, f: Vector): Vector => {
  const { a, numbers } = calculator
  const y = polynomial(calculator, f, LOG)
  a.fused('multiplyThenAdd', y, f, numbers.of(-0.5))
  a.binary('multiply', y, y, f)
  a.binary('multiply', y, y, f)
  a.fused('multiplyAdd', y, power, numbers.of(LN2_LOW))
  a.binary('add', y, y, f)
  a.fused('multiplyAdd', y, power, numbers.of(LN2_HIGH))
  return y
}

/** -infinity of 0, NaN of negative numbers. */
export const log = (calculator: Calculator, x: Vector): Vector => {
  const { a, numbers } = calculator
  const [power, f, correction] = a.vectors(3) as [Vector, Vector, Vector]
  a.mantissa(f, x)
  a.unary('exponent', power, x)
  // A mantissa below 1 was taken from the next power.
  a.unary('exponent', correction, f)
  a.binary('subtract', power, power, correction)
  a.binary('subtract', f, f, numbers.of(1))
  const y = logOf(calculator, power, f)
  a.release(power, f, correction)
  return y
}

/** ln(1 + x) for x from 0 to 1, which loses nothing of a small x. */
const logOnePlus = (calculator: Calculator, x: Vector): Vector => {
  const { a, numbers } = calculator
  const [power, f, isLarge] = [vectorOf(calculator, 0.5), a.vector(), a.mask()]
  a.compare(isLarge, power, 'lessOrEqual', x)
  a.keep(power, isLarge, numbers.of(1), 'broadcast')
  // There 1 + x is 2 (1 + (x - 1) / 2).
  a.binary('subtract', f, x, numbers.of(1))
  a.binary('multiply', f, f, numbers.of(0.5))
  a.blend(f, isLarge, x, f)
  a.release(isLarge)
  const y = logOf(calculator, power, f)
  a.release(power, f)
  return y
}

/** ln(1 + e^x) as max(x, 0) + ln(1 + e^-|x|): finite for every number. */
export const softplus = (calculator: Calculator, x: Vector): Vector => {
  const { a, numbers } = calculator
  const minus = a.vector()
  a.binary('or', minus, x, numbers.bits(SIGN_BIT))
  const power = exp(calculator, minus)
  const y = logOnePlus(calculator, power)
  a.zero(minus)
  a.binary('maximum', minus, minus, x)
  a.binary('add', y, y, minus)
  a.release(minus, power)
  return y
}
