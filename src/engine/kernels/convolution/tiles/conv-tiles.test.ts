// 3x3 convolution over tiles beside plain loops: sizes that do not fill a tile or a group of images, and batches in parts.
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
} from '../../testing/reference.ts'
import { runTwice } from '../../testing/run.ts'
import { convTilesWeightGradient } from './conv-tiles-weight-gradient.ts'
import { convTiles } from './conv-tiles.ts'

const { available } = await nativeKernels()
const koffi = (await loadKoffi())!
const random = randomStream(1, 'convolutions over tiles')

/** Tiles of 4 lose some digits. */
const TOLERANCE = 1e-5

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
  ])('$height x $width, $pads, batch $batch in $parts', (sizes) => {
    const { height, width, pads } = sizes
    const plain = {
      ...sizes,
      kernel: [3, 3] as const,
      strides: [1, 1] as const,
      dilations: [1, 1] as const,
      pads: [pads[0], pads[1]] as const,
      output: [height + pads[0] + pads[2] - 2, width + pads[1] + pads[3] - 2] as const,
    }
    const { x, taps, dy } = convInputs(random, plain)
    const [y] = runTwice(koffi, convTiles(sizes), [x, taps])
    expect(difference(y!, convolution(plain, x, taps))).toBeLessThan(TOLERANCE)
    const [dTaps] = runTwice(koffi, convTilesWeightGradient(sizes), [x, dy])
    const expected = convolutionGradients(plain, { x, taps, dy })
    expect(difference(sumOfParts(dTaps!, sizes.parts), expected.dTaps)).toBeLessThan(TOLERANCE)
  })
})
