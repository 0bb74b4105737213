// Convolution of few channels under max-pooling beside plain loops.
import { describe, expect, test } from 'vitest'

import { randomStream } from '../../../../base/rng.ts'
import { nativeKernels } from '../../../runtime/native/availability.ts'
import { loadKoffi } from '../../../runtime/native/koffi.ts'
import { pooledConvolution } from '../../testing/pooled-reference.ts'
import { asImages, difference, sumOfParts } from '../../testing/reference.ts'
import { runTwice } from '../../testing/run.ts'
import { thinConvMaxPoolGradient } from './thin-conv-max-pool-gradient.ts'
import { thinConvMaxPool } from './thin-conv-max-pool.ts'

const { available } = await nativeKernels()
const koffi = (await loadKoffi())!
const random = randomStream(1, 'pooled convolutions of few channels')

describe.skipIf(!available)('convolution of few channels under max-pooling', () => {
  test.each([
    { height: 6, width: 6, batch: 1, parts: 1, channels: 3, filters: 16, kernel: [3, 3] as const },
    {
      height: 11,
      width: 14,
      batch: 3,
      parts: 3,
      channels: 1,
      filters: 32,
      kernel: [3, 3] as const,
    },
    {
      height: 13,
      width: 31,
      batch: 11,
      parts: 1,
      channels: 3,
      filters: 48,
      kernel: [5, 3] as const,
    },
    {
      height: 13,
      width: 11,
      batch: 18,
      parts: 2,
      channels: 4,
      filters: 64,
      kernel: [1, 2] as const,
    },
  ])('$height x $width x $channels, batch $batch in $parts', (sizes) => {
    const { height, width, batch, parts, channels, filters, kernel } = sizes
    const x = random.normal(height * width * batch * channels, 1)
    const taps = random.normal(kernel[0] * kernel[1] * channels * filters, 2)
    const bias = random.normal(filters, 3)
    const expected = pooledConvolution(sizes, x, taps, bias)
    const images = asImages(x, [height * width, batch, channels], 'channels last')
    const [y, kept] = runTwice(koffi, thinConvMaxPool(sizes), [images, taps, bias])
    expect(difference(y!, expected.y)).toBeLessThan(1e-6)
    const winners = new Uint8Array(kept!.buffer)
    expect([...winners]).toEqual(expected.winners)

    const dy = random.normal(expected.length, 4)
    const gradients = expected.gradientsOf(dy, winners)
    const [dTaps, dBias] = runTwice(koffi, thinConvMaxPoolGradient(sizes), [images, kept!, dy])
    expect(difference(sumOfParts(dTaps!, parts), gradients.dTaps)).toBeLessThan(1e-6)
    expect(difference(sumOfParts(dBias!, parts), gradients.dBias)).toBeLessThan(1e-6)
  })
})
