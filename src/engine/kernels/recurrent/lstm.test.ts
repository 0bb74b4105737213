// The LSTM's kernels beside plain loops.
import { describe, expect, test } from 'vitest'

import { randomStream } from '../../../base/rng.ts'
import { nativeKernels } from '../../runtime/native/availability.ts'
import { runKernel } from '../../runtime/native/executable.ts'
import { loadKoffi } from '../../runtime/native/koffi.ts'
import { PADDED_CASES } from '../testing/padded-cases.ts'
import {
  alongDirections,
  directionalDerivatives,
  errorOf,
  isZeroAtPadding,
  lstmLayer,
  maskOf,
  runLayer,
  spoiled,
} from '../testing/recurrent.ts'
import { runOnGarbage } from '../testing/run.ts'
import { lstmGradient } from './lstm-gradient.ts'
import { lstm } from './lstm.ts'

import type { PaddedSizes } from '../testing/recurrent.ts'

const { available } = await nativeKernels()
const koffi = (await loadKoffi())!
const random = randomStream(1, 'lstm')

const inputsOf = (sizes: PaddedSizes) => {
  const { time, batch, hidden } = sizes
  const scale = 1 / Math.sqrt(hidden)
  return {
    mask: maskOf(sizes),
    projected: random.normal(time * batch * 4 * hidden, 1),
    recurrent: random.normal(hidden * 4 * hidden, 2).map((weight) => weight * scale),
    dStates: random.normal(time * batch * hidden, 3),
    dLast: random.normal(batch * hidden, 4),
    directions: random.normal(time * batch * 4 * hidden, 5),
  }
}
type Inputs = ReturnType<typeof inputsOf>

const forward = (
  { time, batch, hidden }: PaddedSizes,
  { projected, recurrent, mask }: Inputs,
  parts: number,
): Float32Array[] => {
  const shapes = [
    [time, batch, 4 * hidden],
    [hidden, 4 * hidden],
    [time, batch, 1],
  ]
  return runOnGarbage(koffi, lstm(shapes, { parts }), [spoiled(projected, mask), recurrent, mask])
}

const backward = (
  { time, batch, hidden }: PaddedSizes,
  { recurrent, mask, dStates, dLast }: Inputs,
  { saved, parts }: { saved: readonly Float32Array[]; parts: number },
): Float32Array => {
  const state = [time, batch, hidden]
  const shapes = [
    [hidden, 4 * hidden],
    [time, batch, 1],
    [time, batch, 3 * hidden],
    ...[state, state, state],
    [batch, hidden],
  ]
  const steps = [...saved, dStates].map((values) => spoiled(values, mask))
  const inputs = [recurrent, mask, ...steps, dLast]
  return runOnGarbage(koffi, lstmGradient(shapes, { parts }), inputs)[0]!
}

describe.skipIf(!available)('LSTM', () => {
  test.each(PADDED_CASES)('$time steps, batch $batch in $parts, $hidden units', (sizes) => {
    const { parts, hidden } = sizes
    const inputs = inputsOf(sizes)
    const layer = lstmLayer(inputs.recurrent, hidden)
    const found = forward(sizes, inputs, parts)
    for (const [output, expected] of runLayer(layer, sizes, inputs.projected).entries())
      expect(errorOf(found[output]!, expected)).toBeLessThan(1e-6)

    const saved = found.slice(1, 4)
    const gradient = backward(sizes, inputs, { saved, parts })
    expect(isZeroAtPadding(gradient, inputs.mask)).toBe(true)
    const derivatives = directionalDerivatives(layer, sizes, inputs)
    const along = alongDirections(gradient, inputs.directions, 4 * hidden)
    expect(errorOf(along, derivatives)).toBeLessThan(3e-6)

    // The same bits again, and in any number of parts.
    for (const others of [parts, 1, 2, 3]) {
      expect(forward(sizes, inputs, others)).toEqual(found)
      expect(backward(sizes, inputs, { saved, parts: others })).toEqual(gradient)
    }
  })
})

test.skipIf(!available)('a mask of anything else stays within the memory', () => {
  const [time, batch, hidden] = [5, 3, 16]
  const mask = Float32Array.from({ length: time * batch }, (_, i) => [NaN, 1e6, -7][i % 3]!)
  const inputs = [
    new Float32Array(time * batch * 4 * hidden),
    new Float32Array(hidden * 4 * hidden),
    mask,
  ]
  const kernel = lstm([
    [time, batch, 4 * hidden],
    [hidden, 4 * hidden],
    [time, batch, 1],
  ])
  expect(runKernel(koffi, kernel, inputs)[0]).toHaveLength(time * batch * hidden)
})
