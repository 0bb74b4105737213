// 3x3 convolution under max-pooling beside plain loops.
import { describe, expect, test } from 'vitest'

import { randomStream } from '../../../../base/rng.ts'
import { nativeKernels } from '../../../runtime/native/availability.ts'
import { loadKoffi } from '../../../runtime/native/koffi.ts'
import { pooledConvolution } from '../../testing/pooled-reference.ts'
import { difference, sumOfParts, turned } from '../../testing/reference.ts'
import { runTwice } from '../../testing/run.ts'
import { convMaxPoolGradient } from './conv-max-pool-gradient.ts'
import { convMaxPool } from './conv-max-pool.ts'

const { available } = await nativeKernels()
const koffi = (await loadKoffi())!
const random = randomStream(1, 'pooled convolutions over tiles')

describe.skipIf(!available)('3x3 convolution under max-pooling, over tiles', () => {
  test.each([
    { height: 4, width: 5, batch: 2, parts: 1, channels: 16, filters: 16 },
    { height: 6, width: 6, batch: 1, parts: 1, channels: 16, filters: 16 },
    { height: 11, width: 14, batch: 3, parts: 3, channels: 16, filters: 32 },
    { height: 12, width: 9, batch: 35, parts: 1, channels: 32, filters: 64 },
    { height: 9, width: 10, batch: 4, parts: 2, channels: 48, filters: 16 },
  ])('$height x $width, batch $batch in $parts', (sizes) => {
    const { height, width, batch, parts, channels, filters } = sizes
    const x = random.normal(height * width * batch * channels, 1)
    const taps = random.normal(9 * channels * filters, 2)
    const bias = random.normal(filters, 3)
    const expected = pooledConvolution({ ...sizes, kernel: [3, 3] }, x, taps, bias)
    const [y, kept] = runTwice(koffi, convMaxPool(sizes), [x, taps, bias])
    expect(difference(y!, expected.y)).toBeLessThan(1e-5)
    const winners = new Uint8Array(kept!.buffer)
    // Rounding may choose another one of two that are nearly equal.
    expect(
      expected.winners.filter((winner, index) => winner !== winners[index]).length,
    ).toBeLessThanOrEqual(1)

    const dy = random.normal(expected.length, 4)
    const gradients = expected.gradientsOf(dy, winners)
    const inputs = [x, turned(taps, channels, filters), kept!, dy]
    const [dTaps, dBias, dx] = runTwice(koffi, convMaxPoolGradient(sizes, false), inputs)
    expect(difference(sumOfParts(dTaps!, parts), gradients.dTaps)).toBeLessThan(1e-5)
    expect(difference(sumOfParts(dBias!, parts), gradients.dBias)).toBeLessThan(1e-6)
    expect(difference(dx!, gradients.dx)).toBeLessThan(1e-5)
    expect(runTwice(koffi, convMaxPoolGradient(sizes, true), inputs)).toEqual([dTaps, dBias])
  })
})
