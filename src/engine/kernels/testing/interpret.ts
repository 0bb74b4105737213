// What a fused kernel computes, in plain loops: every step in float64, and rounded to float32 if wanted.
import { broadcastShapes } from '../pointwise/geometry.ts'

import type { Calculation } from '../pointwise/calculations.ts'
import type { PointwiseConfig, Reduction, Sum } from '../pointwise/config.ts'

export interface Values {
  readonly shape: readonly number[]
  readonly data: ArrayLike<number>
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1)

/** Abramowitz and Stegun, 7.1.5 and 7.1.14. */
export const erf = (x: number): number => {
  const z = Math.abs(x)
  if (z < 2.5) {
    let [sum, term] = [z, z]
    for (let n = 1; n < 100; n++) {
      term *= (-z * z) / n
      sum += term / (2 * n + 1)
    }
    return (Math.sign(x) * sum * 2) / Math.sqrt(Math.PI)
  }
  let fraction = 0
  for (let k = 100; k > 0; k--) fraction = k / 2 / (z + fraction)
  return Math.sign(x) * (1 - Math.exp(-z * z) / Math.sqrt(Math.PI) / (z + fraction))
}

type Calculate = (a: number, b: number, c: number) => number

export const calculate: Readonly<Record<Calculation, Calculate>> = {
  Add: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Mul: (a, b) => a * b,
  Div: (a, b) => a / b,
  Max: (a, b) => Math.max(a, b),
  Min: (a, b) => Math.min(a, b),
  Neg: (x) => -x,
  Abs: (x) => Math.abs(x),
  Sign: (x) => Math.sign(x),
  Relu: (x) => (x < 0 ? 0 : x),
  Sqrt: (x) => Math.sqrt(x),
  Reciprocal: (x) => 1 / x,
  Exp: (x) => Math.exp(x),
  Log: (x) => Math.log(x),
  Sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  Tanh: (x) => Math.tanh(x),
  Erf: erf,
  Softplus: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
  Equal: (a, b) => Number(a === b),
  Less: (a, b) => Number(a < b),
  LessOrEqual: (a, b) => Number(a <= b),
  Greater: (a, b) => Number(a > b),
  GreaterOrEqual: (a, b) => Number(a >= b),
  And: (a, b) => Number(a !== 0 && b !== 0),
  Or: (a, b) => Number(a !== 0 || b !== 0),
  Not: (x) => Number(x === 0),
  IsNotZero: (x) => Number(x !== 0),
  Where: (condition, a, b) => (condition === 0 ? b : a),
}

const reduce: Readonly<Record<Reduction, (row: Float64Array) => number>> = {
  ReduceSum: (row) => row.reduce((a, b) => a + b, 0),
  ReduceMean: (row) => row.reduce((a, b) => a + b, 0) / row.length,
  ReduceMax: (row) => row.reduce((a, b) => Math.max(a, b), -Infinity),
}

/** Where each element of `shape` reads an operand. */
const placesOf = (operand: readonly number[], shape: readonly number[]): Int32Array => {
  const places = new Int32Array(sizeOf(shape))
  let [block, stride] = [1, 1]
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const size = shape[axis]!
    const own = operand[axis - shape.length + operand.length] ?? 1
    if (own > 1)
      for (let index = 0; index < places.length; index++)
        places[index]! += (Math.floor(index / block) % size) * stride
    block *= size
    stride *= own
  }
  return places
}

const broadcast = (f: Calculate, operands: readonly Values[]): Values => {
  const shape = broadcastShapes(operands.map((operand) => operand.shape))
  const places = operands.map((operand) => placesOf(operand.shape, shape))
  const read = (operand: number, index: number): number =>
    operands[operand]?.data[places[operand]![index]!] ?? 0
  const data = Float64Array.from({ length: sizeOf(shape) }, (_, index) =>
    f(read(0, index), read(1, index), read(2, index)),
  )
  return { shape, data }
}

const reduced = (f: (row: Float64Array) => number, { shape, data }: Values): Values => {
  const length = shape.at(-1)!
  const all = Float64Array.from(data)
  return {
    shape: [...shape.slice(0, -1), 1],
    data: Float64Array.from({ length: sizeOf(shape.slice(0, -1)) }, (_, row) =>
      f(all.subarray(row * length, (row + 1) * length)),
    ),
  }
}

/** Over the leading axes, or over all. */
const summed = ({ of, over, isMean }: Sum, values: readonly Values[]): Values => {
  const { shape, data } = values[of]!
  const length = over === 'all axes' ? 1 : shape.at(-1)!
  const sums = new Float64Array(length)
  for (let index = 0; index < data.length; index++) sums[index % length]! += data[index]!
  if (isMean) for (let index = 0; index < length; index++) sums[index]! /= data.length / length
  return { shape: over === 'all axes' ? [] : [length], data: sums }
}

/** The outputs, then the sums, of all parts together. */
export const interpret = (
  { constants, steps, outputs, sums = [] }: PointwiseConfig,
  inputs: readonly Values[],
  { isRounded = false }: { readonly isRounded?: boolean } = {},
): readonly Values[] => {
  const values: Values[] = [
    ...inputs,
    ...constants.map((constant) => ({ shape: [], data: [Math.fround(constant)] })),
  ]
  for (const [op, ...operands] of steps) {
    const read = operands.map((operand) => values[operand]!)
    const { shape, data } =
      op in reduce
        ? reduced(reduce[op as Reduction], read[0]!)
        : broadcast(calculate[op as Calculation], read)
    values.push({ shape, data: isRounded ? Float32Array.from(data) : data })
  }
  return [...outputs.map((output) => values[output]!), ...sums.map((sum) => summed(sum, values))]
}
