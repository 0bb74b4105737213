// Convolution of few channels beside plain loops.
import { describe, expect, test } from 'vitest'

import { randomStream } from '../../../../base/rng.ts'
import { nativeKernels } from '../../../runtime/native/availability.ts'
import { loadKoffi } from '../../../runtime/native/koffi.ts'
import {
  asImages,
  convolution,
  convolutionGradients,
  convInputs,
  difference,
  sumOfParts,
} from '../../testing/reference.ts'
import { runTwice } from '../../testing/run.ts'
import { thinConv, thinConvWeightGradient } from './thin-conv.ts'

const { available } = await nativeKernels()
const koffi = (await loadKoffi())!
const random = randomStream(1, 'convolutions of few channels')

const TOLERANCE = 1e-6

const one = [1, 1] as const
const three = [3, 3] as const

describe.skipIf(!available)('convolution of few channels', () => {
  test.each([
    {
      height: 5,
      width: 4,
      batch: 1,
      parts: 1,
      channels: 3,
      filters: 16,
      pads: [0, 0] as const,
      kernel: three,
      strides: one,
      output: [3, 2] as const,
    },
    {
      height: 18,
      width: 21,
      batch: 6,
      parts: 2,
      channels: 3,
      filters: 32,
      pads: [2, 2] as const,
      kernel: [5, 5] as const,
      strides: [2, 2] as const,
      output: [9, 11] as const,
    },
    {
      height: 9,
      width: 37,
      batch: 3,
      parts: 3,
      channels: 1,
      filters: 48,
      pads: [1, 0] as const,
      kernel: [3, 2] as const,
      strides: [1, 3] as const,
      output: [9, 12] as const,
    },
    {
      height: 8,
      width: 16,
      batch: 2,
      parts: 1,
      channels: 4,
      filters: 64,
      pads: [0, 1] as const,
      kernel: three,
      strides: [3, 2] as const,
      output: [2, 8] as const,
    },
  ])('$kernel over $height x $width x $channels, stride $strides', (given) => {
    const sizes = { ...given, dilations: one }
    const { height, width, batch, parts, channels } = sizes
    const { x, taps, dy } = convInputs(random, sizes)
    const images = asImages(x, [height * width, batch, channels], 'channels first')
    const [y] = runTwice(koffi, thinConv(given), [images, taps])
    expect(difference(y!, convolution(sizes, x, taps))).toBeLessThan(TOLERANCE)
    const [dTaps] = runTwice(koffi, thinConvWeightGradient(given), [images, dy])
    const expected = convolutionGradients(sizes, { x, taps, dy })
    expect(difference(sumOfParts(dTaps!, parts), expected.dTaps)).toBeLessThan(TOLERANCE)
  })
})
