// Convolution of any kernel, stride, dilation and padding on rows of pixels, and its gradients: one matrix product per window and
// tap, over all images, added up in place.
import { assembler } from '../../../jit/assembler.ts'
import { FLOAT_BYTES, LANES, VECTOR_BYTES } from '../../../jit/operands.ts'
import { multiplyMatrices } from '../../products/multiply.ts'
import { blockOf } from '../../products/packing.ts'
import { clear, clearRows, shareOf } from '../../scratch.ts'
import { layoutOfMaps } from '../sizes.ts'
import { forEachWindow } from './window-walk.ts'

import type { CompiledKernel } from '../../kernel.ts'
import type { WindowSizes } from '../sizes.ts'

/** How an unpacked matrix of so many columns is read block by block. */
const unpacked = (columns: number): { readonly step: number; readonly block: number } => ({
  step: columns * FLOAT_BYTES,
  block: blockOf(columns / LANES) * VECTOR_BYTES,
})

/** x [pixels, batch, channels], taps [kernel, channels, filters] -> y [pixels of the result, batch, filters]. */
export const convWindows = (sizes: WindowSizes): CompiledKernel => {
  const { batch, parts, channels, filters, output } = sizes
  const { share, imageOfX, imageOfY } = layoutOfMaps(sizes)
  const a = assembler()
  const x = shareOf(a, 0, share * imageOfX)
  const taps = a.argument(1)
  const y = shareOf(a, 2, share * imageOfY)
  forEachWindow(
    a,
    { sizes, map: x, result: y, taps },
    {
      atWindow: () => {
        clear(a, y, share * imageOfY)
      },
      atTap: () => {
        multiplyMatrices(a, {
          rows: share,
          columns: filters / LANES,
          depth: channels,
          x: { from: x, row: imageOfX, step: FLOAT_BYTES },
          w: { from: taps, ...unpacked(filters) },
          y: { from: y, row: imageOfY },
          isSum: true,
        })
      },
    },
  )
  return {
    outputs: [[output[0] * output[1], batch, filters]],
    code: a.finish(),
    parts,
    scratchBytes: 0,
  }
}

/** dy [pixels of the result, batch, filters], turned taps [kernel, filters, channels] -> dx [pixels, batch, channels]. */
export const convWindowsInputGradient = (sizes: WindowSizes): CompiledKernel => {
  const { height, width, batch, parts, channels, filters } = sizes
  const { share, imageOfX, imageOfY, pixelOfX } = layoutOfMaps(sizes)
  const a = assembler()
  const dy = shareOf(a, 0, share * imageOfY)
  const taps = a.argument(1)
  const dx = shareOf(a, 2, share * imageOfX)
  clearRows(a, dx, { count: height * width, step: pixelOfX, bytes: share * imageOfX })
  forEachWindow(
    a,
    { sizes, map: dx, result: dy, taps },
    {
      atTap: () => {
        multiplyMatrices(a, {
          rows: share,
          columns: channels / LANES,
          depth: filters,
          x: { from: dy, row: imageOfY, step: FLOAT_BYTES },
          w: { from: taps, ...unpacked(channels) },
          y: { from: dx, row: imageOfX },
          isSum: true,
        })
      },
    },
  )
  return {
    outputs: [[height * width, batch, channels]],
    code: a.finish(),
    parts,
    scratchBytes: 0,
  }
}

/** x [pixels, batch, channels], dy [pixels of the result, batch, filters] -> dtaps [parts, kernel, channels, filters]. */
export const convWindowsWeightGradient = (sizes: WindowSizes): CompiledKernel => {
  const { parts, channels, filters, kernel } = sizes
  const { share, imageOfX, imageOfY } = layoutOfMaps(sizes)
  const tapsBytes = kernel[0] * kernel[1] * channels * filters * FLOAT_BYTES
  const a = assembler()
  const x = shareOf(a, 0, share * imageOfX)
  const dy = shareOf(a, 1, share * imageOfY)
  const taps = shareOf(a, 2, tapsBytes)
  clear(a, taps, tapsBytes)
  forEachWindow(
    a,
    { sizes, map: x, result: dy, taps },
    {
      atTap: () => {
        multiplyMatrices(a, {
          rows: channels,
          columns: filters / LANES,
          depth: share,
          x: { from: x, row: FLOAT_BYTES, step: imageOfX },
          w: { from: dy, ...unpacked(filters) },
          y: { from: taps, row: imageOfY },
          isSum: true,
        })
      },
    },
  )
  return {
    outputs: [[parts, kernel[0] * kernel[1], channels, filters]],
    code: a.finish(),
    parts,
    scratchBytes: 0,
  }
}
