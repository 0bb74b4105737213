// Functions of gates beside JavaScript's, in float64.
import { describe, expect, test } from 'vitest'

import { assembler } from '../../jit/assembler.ts'
import { at, LANES, VECTOR_BYTES } from '../../jit/operands.ts'
import { nativeKernels } from '../../runtime/native/availability.ts'
import { runKernel } from '../../runtime/native/executable.ts'
import { loadKoffi } from '../../runtime/native/koffi.ts'
import { gatesOf } from './gates.ts'

const { available } = await nativeKernels()
const koffi = (await loadKoffi())!

const EXACT = {
  sigmoid: (x: number): number => 1 / (1 + Math.exp(-x)),
  tanh: (x: number): number => Math.tanh(x),
}
type Name = keyof typeof EXACT

/** One of the functions of all numbers; their count is a multiple of 16. */
const run = (name: Name, x: Float32Array): Float32Array => {
  const a = assembler()
  const [from, to, vector] = [a.argument(0), a.argument(1), a.vector()]
  const gates = gatesOf(a)
  a.loop(x.length / LANES, () => {
    a.unary('load', vector, at(from))
    gates[name](vector, vector)
    a.store(at(to), vector)
    a.advance(from, VECTOR_BYTES)
    a.advance(to, VECTOR_BYTES)
  })
  const kernel = { outputs: [[x.length]], code: a.finish(), parts: 1, scratchBytes: 0 }
  return runKernel(koffi, kernel, [x])[0]!
}

const COUNT = 2 ** 16
/** Evenly from -limit to limit. */
const numbersTo = (limit: number): Float32Array =>
  Float32Array.from({ length: COUNT }, (_, index) => limit * ((2 * index) / COUNT - 1))

describe.skipIf(!available)('functions of gates', () => {
  test.each<readonly [Name, number]>([
    ['sigmoid', 1e-7],
    ['tanh', 2e-7],
  ])('%s, within %f', (name, tolerance) => {
    for (const limit of [0.01, 1, 20, 200]) {
      const x = numbersTo(limit)
      const y = run(name, x)
      const errors = x.map((number, index) => Math.abs(y[index]! - EXACT[name](number)))
      expect(errors.reduce((a, b) => Math.max(a, b))).toBeLessThan(tolerance)
    }
  })

  test('where numbers end', () => {
    const x = Float32Array.of(
      Infinity,
      -Infinity,
      1e38,
      -1e38,
      100,
      -110,
      0,
      -0,
      NaN,
      ...Array<number>(7).fill(1),
    )
    const ends = (name: Name): number[] => [...run(name, x).subarray(0, 9)]
    expect(ends('sigmoid')).toEqual([1, 0, 1, 0, 1, 0, 0.5, 0.5, NaN])
    expect(ends('tanh')).toEqual([1, -1, 1, -1, 1, -1, 0, 0, NaN])
  })
})
