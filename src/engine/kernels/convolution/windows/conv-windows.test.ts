// Convolution of any kernel, stride, dilation and padding beside plain loops.
import { describe, expect, test } from 'vitest'

import { randomStream } from '../../../../base/rng.ts'
import { nativeKernels } from '../../../runtime/native/availability.ts'
import { loadKoffi } from '../../../runtime/native/koffi.ts'
import {
  convolution,
  convolutionGradients,
  convInputs,
  difference,
  sumOfParts,
  turned,
} from '../../testing/reference.ts'
import { runTwice } from '../../testing/run.ts'
import { convWindows, convWindowsInputGradient, convWindowsWeightGradient } from './conv-windows.ts'

const { available } = await nativeKernels()
const koffi = (await loadKoffi())!
const random = randomStream(1, 'convolutions over windows')

const TOLERANCE = 1e-6

const one = [1, 1] as const
const three = [3, 3] as const

describe.skipIf(!available)('any convolution over windows', () => {
  test.each([
    {
      height: 4,
      width: 4,
      batch: 1,
      parts: 1,
      channels: 16,
      filters: 16,
      pads: [0, 0] as const,
      kernel: three,
      strides: one,
      dilations: one,
      output: [2, 2] as const,
    },
    {
      height: 8,
      width: 7,
      batch: 6,
      parts: 2,
      channels: 32,
      filters: 48,
      pads: one,
      kernel: three,
      strides: [2, 2] as const,
      dilations: one,
      output: [4, 4] as const,
    },
    {
      height: 8,
      width: 7,
      batch: 35,
      parts: 5,
      channels: 16,
      filters: 64,
      pads: [0, 0] as const,
      kernel: one,
      strides: [2, 2] as const,
      dilations: one,
      output: [4, 4] as const,
    },
    {
      height: 9,
      width: 7,
      batch: 5,
      parts: 1,
      channels: 16,
      filters: 32,
      pads: [2, 1] as const,
      kernel: [2, 5] as const,
      strides: [1, 3] as const,
      dilations: [3, 1] as const,
      output: [10, 2] as const,
    },
    {
      height: 2,
      width: 3,
      batch: 2,
      parts: 1,
      channels: 16,
      filters: 16,
      pads: [4, 4] as const,
      kernel: three,
      strides: [3, 3] as const,
      dilations: one,
      output: [3, 3] as const,
    },
  ])('$kernel over $height x $width, stride $strides, dilation $dilations', (sizes) => {
    const { parts, channels, filters } = sizes
    const { x, taps, dy } = convInputs(random, sizes)
    const expected = convolutionGradients(sizes, { x, taps, dy })
    const [y] = runTwice(koffi, convWindows(sizes), [x, taps])
    expect(difference(y!, convolution(sizes, x, taps))).toBeLessThan(TOLERANCE)
    const turnedTaps = turned(taps, channels, filters)
    const [dx] = runTwice(koffi, convWindowsInputGradient(sizes), [dy, turnedTaps])
    expect(difference(dx!, expected.dx)).toBeLessThan(TOLERANCE)
    const [dTaps] = runTwice(koffi, convWindowsWeightGradient(sizes), [x, dy])
    expect(difference(sumOfParts(dTaps!, parts), expected.dTaps)).toBeLessThan(TOLERANCE)
  })
})
