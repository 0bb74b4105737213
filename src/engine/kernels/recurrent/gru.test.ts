// The GRU's kernels beside plain loops.
import { describe, expect, test } from 'vitest'

import { randomStream } from '../../../base/rng.ts'
import { nativeKernels } from '../../runtime/native/availability.ts'
import { loadKoffi } from '../../runtime/native/koffi.ts'
import { PADDED_CASES } from '../testing/padded-cases.ts'
import {
  alongDirections,
  beside,
  directionalDerivatives,
  errorOf,
  gruLayer,
  isZeroAtPadding,
  maskOf,
  runLayer,
  spoiled,
} from '../testing/recurrent.ts'
import { runOnGarbage } from '../testing/run.ts'
import { gruGradient } from './gru-gradient.ts'
import { gru } from './gru.ts'

import type { PaddedSizes } from '../testing/recurrent.ts'
import type { GruOptions } from './gru.ts'

const { available } = await nativeKernels()
const koffi = (await loadKoffi())!
const random = randomStream(1, 'gru')

const inputsOf = (sizes: PaddedSizes) => {
  const { time, batch, hidden } = sizes
  const scale = 1 / Math.sqrt(hidden)
  return {
    mask: maskOf(sizes),
    projected: random.normal(time * batch * 3 * hidden, 1),
    recurrent: random.normal(hidden * 3 * hidden, 2).map((weight) => weight * scale),
    bias: random.normal(hidden, 6),
    dStates: random.normal(time * batch * hidden, 3),
    dLast: random.normal(batch * hidden, 4),
    directions: random.normal(time * batch * 4 * hidden, 5),
  }
}
type Inputs = ReturnType<typeof inputsOf>

const forward = (
  { time, batch, hidden }: PaddedSizes,
  { projected, recurrent, mask, bias }: Inputs,
  options: GruOptions,
): Float32Array[] => {
  const shapes = [
    [time, batch, 3 * hidden],
    [hidden, 3 * hidden],
    [time, batch, 1],
  ]
  const inputs = [spoiled(projected, mask), recurrent, mask]
  return options.resetsAfter
    ? runOnGarbage(koffi, gru([...shapes, [hidden]], options), [...inputs, bias])
    : runOnGarbage(koffi, gru(shapes, options), inputs)
}

/** Gradients of projected and of the candidate's product, beside each other. */
const backward = (
  { time, batch, hidden }: PaddedSizes,
  { recurrent, mask, dStates, dLast }: Inputs,
  { saved, ...options }: GruOptions & { saved: readonly Float32Array[] },
): Float32Array => {
  const state = [time, batch, hidden]
  const shapes = [
    [hidden, 3 * hidden],
    [time, batch, 1],
    state,
    [time, batch, 2 * hidden],
    ...[state, state, state],
    [batch, hidden],
  ]
  const steps = [...saved, dStates].map((values) => spoiled(values, mask))
  const inputs = [recurrent, mask, ...steps, dLast]
  const [dProjected, dProduct] = runOnGarbage(koffi, gruGradient(shapes, options), inputs)
  return beside(dProjected!, dProduct!, time * batch)
}

describe.skipIf(!available).each([true, false])(
  'GRU, resetting after the product: %s',
  (resetsAfter) => {
    test.each(PADDED_CASES)('$time steps, batch $batch in $parts, $hidden units', (sizes) => {
      const { time, batch, parts, hidden } = sizes
      const inputs = inputsOf(sizes)
      const layer = gruLayer(inputs.recurrent, hidden, { resetsAfter, bias: inputs.bias })
      const none = new Float32Array(time * batch * hidden)
      const projected = beside(inputs.projected, none, time * batch)
      const found = forward(sizes, inputs, { resetsAfter, parts })
      for (const [output, expected] of runLayer(layer, sizes, projected).entries())
        expect(errorOf(found[output]!, expected)).toBeLessThan(1e-6)

      const saved = found.slice(0, 4)
      const gradient = backward(sizes, inputs, { saved, resetsAfter, parts })
      expect(isZeroAtPadding(gradient, inputs.mask)).toBe(true)
      const derivatives = directionalDerivatives(layer, sizes, { ...inputs, projected })
      const along = alongDirections(gradient, inputs.directions, 4 * hidden)
      expect(errorOf(along, derivatives)).toBeLessThan(3e-6)

      // The same bits again, and in any number of parts.
      for (const others of [parts, 1, 2, 3]) {
        expect(forward(sizes, inputs, { resetsAfter, parts: others })).toEqual(found)
        expect(backward(sizes, inputs, { saved, resetsAfter, parts: others })).toEqual(gradient)
      }
    })

    test('a candidate without a bias', () => {
      const sizes = { time: 3, batch: 2, hidden: 16, lengths: [3, 1] }
      const { bias, ...inputs } = inputsOf(sizes)
      const zeros = { ...inputs, bias: bias.map(() => 0) }
      const shapes = [[3, 2, 48], [16, 48], [3, 2, 1]] // prettier-ignore
      const { projected, recurrent, mask } = inputs
      expect(
        runOnGarbage(koffi, gru(shapes, { resetsAfter }), [projected, recurrent, mask]),
      ).toEqual(forward(sizes, zeros, { resetsAfter }))
    })
  },
)
