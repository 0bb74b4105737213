// Convolution under max-pooling beside plain loops.
import { describe, expect, test } from 'vitest'

import { randomStream } from '../../base/rng.ts'
import { nativeKernels } from '../runtime/native/availability.ts'
import { runKernel } from '../runtime/native/executable.ts'
import { loadKoffi } from '../runtime/native/koffi.ts'
import { convMaxPoolGradient } from './conv-max-pool-gradient.ts'
import { convMaxPool } from './conv-max-pool.ts'
import {
  asImages,
  convolution,
  convolutionGradients,
  difference,
  sumOfParts,
  turned,
} from './testing/reference.ts'
import { thinConvMaxPool, thinConvMaxPoolGradient } from './thin-conv-max-pool.ts'

import type { ThinPoolSizes } from './thin-conv-max-pool.ts'

const { available } = await nativeKernels()
const koffi = (await loadKoffi())!
const random = randomStream(1, 'pooled convolutions')

const POSITIONS = [0, 1, 2, 3]

/** What plain loops make of x [pixels, batch, channels]. */
const expectedOf = (
  sizes: ThinPoolSizes,
  x: Float32Array,
  taps: Float32Array,
  bias: Float32Array,
) => {
  const { height, width, batch, filters, kernel } = sizes
  const output = [height - kernel[0] + 1, width - kernel[1] + 1] as const
  const plain = { ...sizes, strides: [1, 1], dilations: [1, 1], pads: [0, 0], output } as const
  const pooled = [Math.floor(output[0] / 2), Math.floor(output[1] / 2)] as const
  const map = convolution(plain, x, taps)
  const placesOf = (index: number): number[] => {
    const [pixel, rest] = [Math.floor(index / (batch * filters)), index % (batch * filters)]
    const [row, column] = [Math.floor(pixel / pooled[1]), pixel % pooled[1]]
    return POSITIONS.map((position) => {
      const place = (2 * row + (position >> 1)) * output[1] + 2 * column + (position & 1)
      return place * batch * filters + rest
    })
  }
  const length = pooled[0] * pooled[1] * batch * filters
  const products = Array.from({ length }, (_, index) => placesOf(index).map((place) => map[place]!))
  return {
    length,
    y: products.map((four, index) => Math.max(...four) + bias[index % filters]!),
    winners: products.map((four) => four.indexOf(Math.max(...four))),
    gradientsOf: (dy: Float32Array, winners: Uint8Array) => {
      const full = new Float64Array(map.length)
      for (const [index, value] of dy.entries()) full[placesOf(index)[winners[index]!]!] = value
      const dBias = new Float64Array(filters)
      for (const [index, value] of dy.entries()) dBias[index % filters]! += value
      return { ...convolutionGradients(plain, { x, taps, dy: full }), dBias }
    },
  }
}

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
    const expected = expectedOf({ ...sizes, kernel: [3, 3] }, x, taps, bias)
    const [y, kept] = runKernel(koffi, convMaxPool(sizes), [x, taps, bias])
    expect(difference(y!, expected.y)).toBeLessThan(1e-5)
    const winners = new Uint8Array(kept!.buffer)
    // Rounding may choose another one of two that are nearly equal.
    expect(
      expected.winners.filter((winner, index) => winner !== winners[index]).length,
    ).toBeLessThanOrEqual(1)

    const dy = random.normal(expected.length, 4)
    const gradients = expected.gradientsOf(dy, winners)
    const inputs = [x, turned(taps, channels, filters), kept!, dy]
    const [dTaps, dBias, dx] = runKernel(koffi, convMaxPoolGradient(sizes, false), inputs)
    expect(difference(sumOfParts(dTaps!, parts), gradients.dTaps)).toBeLessThan(1e-5)
    expect(difference(sumOfParts(dBias!, parts), gradients.dBias)).toBeLessThan(1e-6)
    expect(difference(dx!, gradients.dx)).toBeLessThan(1e-5)
    expect(runKernel(koffi, convMaxPoolGradient(sizes, true), inputs)).toEqual([dTaps, dBias])
  })
})

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
    const expected = expectedOf(sizes, x, taps, bias)
    const images = asImages(x, [height * width, batch, channels], 'channels last')
    const [y, kept] = runKernel(koffi, thinConvMaxPool(sizes), [images, taps, bias])
    expect(difference(y!, expected.y)).toBeLessThan(1e-6)
    const winners = new Uint8Array(kept!.buffer)
    expect([...winners]).toEqual(expected.winners)

    const dy = random.normal(expected.length, 4)
    const gradients = expected.gradientsOf(dy, winners)
    const [dTaps, dBias] = runKernel(koffi, thinConvMaxPoolGradient(sizes), [images, kept!, dy])
    expect(difference(sumOfParts(dTaps!, parts), gradients.dTaps)).toBeLessThan(1e-6)
    expect(difference(sumOfParts(dBias!, parts), gradients.dBias)).toBeLessThan(1e-6)
  })
})
