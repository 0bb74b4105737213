// Kernels of convolutions beside plain loops: sizes that do not fill a tile, a strip or a group of images, and batches in parts.
import { describe, expect, test } from 'vitest'

import { randomStream } from '../../base/rng.ts'
import { nativeKernels } from '../runtime/native/availability.ts'
import { runKernel } from '../runtime/native/executable.ts'
import { loadKoffi } from '../runtime/native/koffi.ts'
import { convTiles, convTilesWeightGradient } from './conv-tiles.ts'
import { thinConv, thinConvWeightGradient } from './thin-conv.ts'
import { convWindows, convWindowsInputGradient, convWindowsWeightGradient } from './conv-windows.ts'
import {
  asImages,
  convolution,
  convolutionGradients,
  difference,
  sumOfParts,
  turned,
} from './testing/reference.ts'

import type { TypedArray } from '../../base/arrays.ts'
import type { CompiledKernel } from './kernel.ts'

const { available } = await nativeKernels()
const random = randomStream(1, 'convolutions')

const run = async (
  kernel: CompiledKernel,
  ...inputs: readonly TypedArray[]
): Promise<Float32Array[]> => {
  const koffi = (await loadKoffi())!
  const results = runKernel(koffi, kernel, inputs)
  expect(runKernel(koffi, kernel, inputs)).toEqual(results)
  return results
}

/** Tiles of 4 lose some digits; plain products do not. */
const TILES = 1e-5
const PLAIN = 1e-6

const one = [1, 1] as const
const three = [3, 3] as const

describe.skipIf(!available)('3x3 convolution over tiles', () => {
  test.each([
    {
      height: 4,
      width: 4,
      batch: 1,
      parts: 1,
      channels: 16,
      filters: 16,
      pads: [0, 0, 0, 0] as const,
    },
    {
      height: 7,
      width: 9,
      batch: 3,
      parts: 3,
      channels: 16,
      filters: 32,
      pads: [1, 1, 1, 1] as const,
    },
    {
      height: 3,
      width: 5,
      batch: 35,
      parts: 1,
      channels: 32,
      filters: 64,
      pads: [1, 1, 1, 1] as const,
    },
    {
      height: 10,
      width: 6,
      batch: 5,
      parts: 1,
      channels: 48,
      filters: 16,
      pads: [2, 0, 1, 2] as const,
    },
    {
      height: 16,
      width: 15,
      batch: 4,
      parts: 2,
      channels: 32,
      filters: 80,
      pads: [1, 1, 1, 1] as const,
    },
  ])('$height x $width, $pads, batch $batch in $parts', async (sizes) => {
    const { height, width, batch, parts, channels, filters, pads } = sizes
    const output = [height + pads[0] + pads[2] - 2, width + pads[1] + pads[3] - 2] as const
    const plain = { ...sizes, kernel: three, strides: one, dilations: one, pads: [pads[0], pads[1]] as const, output } // prettier-ignore
    const x = random.normal(height * width * batch * channels, 1)
    const taps = random.normal(9 * channels * filters, 2)
    const dy = random.normal(output[0] * output[1] * batch * filters, 3)
    const [y] = await run(convTiles(sizes), x, taps)
    expect(difference(y!, convolution(plain, x, taps))).toBeLessThan(TILES)
    const [dTaps] = await run(convTilesWeightGradient(sizes), x, dy)
    const expected = convolutionGradients(plain, { x, taps, dy })
    expect(difference(sumOfParts(dTaps!, parts), expected.dTaps)).toBeLessThan(TILES)
  })
})

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
  ])('$kernel over $height x $width, stride $strides, dilation $dilations', async (sizes) => {
    const { height, width, batch, parts, channels, filters, kernel, output } = sizes
    const x = random.normal(height * width * batch * channels, 1)
    const taps = random.normal(kernel[0] * kernel[1] * channels * filters, 2)
    const dy = random.normal(output[0] * output[1] * batch * filters, 3)
    const expected = convolutionGradients(sizes, { x, taps, dy })
    const [y] = await run(convWindows(sizes), x, taps)
    expect(difference(y!, convolution(sizes, x, taps))).toBeLessThan(PLAIN)
    const [dx] = await run(convWindowsInputGradient(sizes), dy, turned(taps, channels, filters))
    expect(difference(dx!, expected.dx)).toBeLessThan(PLAIN)
    const [dTaps] = await run(convWindowsWeightGradient(sizes), x, dy)
    expect(difference(sumOfParts(dTaps!, parts), expected.dTaps)).toBeLessThan(PLAIN)
  })
})

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
  ])('$kernel over $height x $width x $channels, stride $strides', async (given) => {
    const sizes = { ...given, dilations: one }
    const { height, width, batch, parts, channels, filters, kernel, output } = sizes
    const x = random.normal(height * width * batch * channels, 1)
    const taps = random.normal(kernel[0] * kernel[1] * channels * filters, 2)
    const dy = random.normal(output[0] * output[1] * batch * filters, 3)
    const images = asImages(x, [height * width, batch, channels], 'channels first')
    const [y] = await run(thinConv(given), images, taps)
    expect(difference(y!, convolution(sizes, x, taps))).toBeLessThan(PLAIN)
    const [dTaps] = await run(thinConvWeightGradient(given), images, dy)
    const { dTaps: expected } = convolutionGradients(sizes, { x, taps, dy })
    expect(difference(sumOfParts(dTaps!, parts), expected)).toBeLessThan(PLAIN)
  })
})
