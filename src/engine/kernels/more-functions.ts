// Functions of vectors for kernels that know no limit to how many they compute: coefficients are read from memory, so that a
// function takes a few registers while it runs and none afterwards. Errors are those of float32's last two bits. Polynomials
// are minimax fits (Remez) of relative errors below 5e-8 on the intervals that comments name.
import { at, everyLane } from '../jit/operands.ts'

import type { Assembler } from '../jit/assembler.ts'
import type { Memory, Vector } from '../jit/operands.ts'

/** Numbers behind the code of a kernel, each in all lanes. */
export interface Numbers {
  readonly of: (value: number) => Memory
  /** A pattern of 32 bits. */
  readonly bits: (pattern: number) => Memory
}

const SLOT_BYTES = 8

/** Takes a register for as long as the kernel computes. */
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
  return { bits, of: (value) => bits(new Uint32Array(Float32Array.of(value).buffer)[0]!) }
}

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
const polynomial = (
  { a, numbers }: Calculator,
  x: Vector,
  [highest, ...others]: readonly number[],
): Vector => {
  const sum = vectorOf({ a, numbers }, highest!)
  for (const coefficient of others) a.fused('multiplyThenAdd', sum, x, numbers.of(coefficient))
  return sum
}

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
