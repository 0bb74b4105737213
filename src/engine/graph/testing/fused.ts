// Programs before and after pointwise operators are fused.
import { expect } from 'vitest'

import { dataTypes, sizeOf } from '../../../base/arrays.ts'
import { randomStream } from '../../../base/rng.ts'
import { encodeModel } from '../../onnx/encode.ts'
import { openSession } from '../../runtime/open-session.ts'
import { cpu } from '../lowering/cpu.ts'
import { lower } from '../lowering/lower.ts'
import { toOnnx } from '../to-onnx.ts'
import { difference } from './close.ts'
import { openProgram } from './run.ts'

import type { TensorData } from '../../../base/arrays.ts'
import type { Session } from '../../runtime/session.ts'
import type { Program } from '../lowering/lower.ts'
import type { Sizes } from '../lowering/unroll.ts'
import type { Dimension, Tensor } from '../types.ts'

const random = randomStream(3, 'fusion')

export const lowered = (program: Program): Program => lower(program, cpu)

const sizeIn =
  (sizes: Sizes) =>
  (dimension: Dimension): number =>
    String(dimension)
      .split('*')
      .reduce((product, factor) => product * (sizes[factor] ?? Number(factor)), 1)

/** Second moments and scalars of optimisers are positive, masks are bytes of 0 and 1. */
const feedOf = ({ name, type, shape }: Tensor, sizes: Sizes, seed: number): TensorData => {
  const concrete = shape.map(sizeIn(sizes))
  const values = random.normal(sizeOf(concrete), seed)
  const isPositive = /adam\.v|step_size|correction|decay|mask|targets/.test(name)
  const data =
    type === 'float32'
      ? values.map((value) => (isPositive ? Math.abs(value) * 0.01 + 0.01 : value * 0.5))
      : new dataTypes[type as 'uint8'](values.map((value) => Number(value > -1)))
  return { type, shape: concrete, data }
}

/** A program with kernels. */
export const openFused = (program: Program): Promise<Session> =>
  openSession('fused', encodeModel(toOnnx(program, { version: '0' })), {
    device: 'avx512',
    threads: 1,
  })

/** Both programs on the same feeds: errors are relative to the largest value of an output. */
export const expectSame = async (
  before: Program,
  after: Program,
  { sizes, tolerance = 1e-6 }: { readonly sizes: readonly Sizes[]; readonly tolerance?: number },
): Promise<void> => {
  const plain = await openProgram(before)
  const fused = await openFused(after)
  try {
    expect(fused.outputs).toEqual(plain.outputs)
    for (const [run, size] of sizes.entries()) {
      const feeds = Object.fromEntries(
        before.graph.inputs.map((tensor, index) => [
          tensor.name,
          feedOf(tensor, size, 1000 * run + index),
        ]),
      )
      const [wanted, got] = [await plain.run(feeds), await fused.run(feeds)]
      for (const [name, { data, shape }] of Object.entries(wanted)) {
        const values = Array.from(data, Number)
        const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
        expect(got[name]!.shape).toEqual(shape)
        expect(
          difference(got[name]!.data, values, { rtol: tolerance, atol: tolerance * largest }),
          name,
        ).toBeUndefined()
      }
    }
  } finally {
    await plain.close()
    await fused.close()
  }
}
