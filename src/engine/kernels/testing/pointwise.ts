// Fused kernels and what they should give, from plain loops.
import { expect } from 'vitest'

import { dataTypes } from '../../../base/arrays.ts'
import { randomStream } from '../../../base/rng.ts'
import { runKernel } from '../../runtime/native/executable.ts'
import { loadKoffi } from '../../runtime/native/koffi.ts'
import { pointwise } from '../pointwise/pointwise.ts'
import { interpret } from './interpret.ts'

import type { TypedArray } from '../../../base/arrays.ts'
import type { InputType, PointwiseConfig, Step, Sum } from '../pointwise/config.ts'
import type { Values } from './interpret.ts'

const koffi = (await loadKoffi())!
const random = randomStream(1, 'pointwise')

export type Shape = readonly number[]

export interface Case {
  readonly inputs: readonly (readonly [InputType, Shape])[]
  readonly constants?: readonly number[]
  readonly steps: readonly Step[]
  readonly outputs: readonly number[]
  readonly sums?: readonly Sum[]
}

const size = (shape: Shape): number => shape.reduce((a, b) => a * b, 1)

const dataOf = (type: InputType, shape: Shape, seed: number): TypedArray => {
  const values = random.normal(size(shape), seed)
  if (type === 'float32') return values
  if (type === 'bool') return Uint8Array.from(values, (value) => Number(value > 0))
  const whole = values.map((value) => Math.abs(Math.round(value * 50)))
  return new dataTypes[type](whole)
}

export const configOf = ({
  inputs,
  constants = [],
  steps,
  outputs,
  sums = [],
}: Case): PointwiseConfig => ({
  kind: 'pointwise',
  types: inputs.map(([type]) => type),
  constants,
  steps,
  outputs,
  sums,
})

const hasSameBits = (a: Float32Array, b: Float32Array): boolean =>
  Buffer.compare(Buffer.from(a.buffer), Buffer.from(b.buffer)) === 0

/** What the parts of a kernel give, added up. */
const addedUp = (parts: Float32Array, length: number): Float32Array => {
  const sums = new Float32Array(length)
  for (const [index, value] of parts.entries()) sums[index % length]! += value
  return sums
}

/** Outputs of the kernel, the same in two runs, and what they should be. */
export const compute = (
  row: Case,
  options: { readonly isRounded?: boolean } = {},
): readonly (readonly [Float32Array, Values])[] => {
  const config = configOf(row)
  const shapes = row.inputs.map(([, shape]) => shape)
  const data = row.inputs.map(([type, shape], index) => dataOf(type, shape, index))
  const kernel = pointwise(config, shapes)
  const inputs = shapes.map((shape, index) => ({ shape, data: data[index] as Float32Array }))
  const wanted = interpret(config, inputs, options)
  const count = config.outputs.length
  expect(kernel.outputs.slice(0, count)).toEqual(wanted.slice(0, count).map(({ shape }) => shape))
  const actual = runKernel(koffi, kernel, data)
  const again = runKernel(koffi, kernel, data)
  expect(again.every((values, index) => hasSameBits(values, actual[index]!))).toBe(true)
  return wanted.map((values, index) => {
    const got = actual[index]!
    return [index < count ? got : addedUp(got, values.data.length), values]
  })
}
