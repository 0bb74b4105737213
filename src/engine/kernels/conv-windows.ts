// Convolution of any kernel, stride, dilation and padding on rows of pixels, and its gradients: one matrix product per window and
// tap, over all images, added up in place.
import { assembler } from '../jit/assembler.ts'
import { FLOAT_BYTES, LANES } from '../jit/operands.ts'
import { blockOf, multiplyMatrices } from './product.ts'
import { clear, clearRows, shareOf } from './scratch.ts'
import { forEachWindow } from './window-walk.ts'

import type { CompiledKernel } from './kernel.ts'
import type { WindowSizes } from './window-walk.ts'

const VECTOR_BYTES = LANES * FLOAT_BYTES

/** How an unpacked matrix of so many columns is read block by block. */
const unpacked = (columns: number): { readonly step: number; readonly block: number } => ({
  step: columns * FLOAT_BYTES,
  block: blockOf(columns / LANES) * VECTOR_BYTES,
})

const bytesOf = ({ batch, channels, filters }: WindowSizes) => ({
  pixelOfX: batch * channels * FLOAT_BYTES,
  pixelOfY: batch * filters * FLOAT_BYTES,
  rowOfX: channels * FLOAT_BYTES,
  rowOfY: filters * FLOAT_BYTES,
  tap: channels * filters * FLOAT_BYTES,
})

/** x [pixels, batch, channels], taps [kernel, channels, filters] -> y [pixels of the result, batch, filters]. */
export const convWindows = (sizes: WindowSizes): CompiledKernel => {
  const { batch, parts, channels, filters, output } = sizes
  const share = batch / parts
  const { pixelOfX, pixelOfY, rowOfX, rowOfY, tap } = bytesOf(sizes)
  const a = assembler()
  const x = shareOf(a, 0, share * rowOfX)
  const taps = a.argument(1)
  const y = shareOf(a, 2, share * rowOfY)
  const walk = {
    sizes,
    map: x,
    pixelOfMap: pixelOfX,
    result: y,
    pixelOfResult: pixelOfY,
    taps,
    tap,
  }
  forEachWindow(
    a,
    walk,
    () => {
      clear(a, y, share * rowOfY)
    },
    () => {
      multiplyMatrices(a, {
        rows: share,
        columns: filters / LANES,
        depth: channels,
        x: { from: x, row: rowOfX, step: FLOAT_BYTES },
        w: { from: taps, ...unpacked(filters) },
        y: { from: y, row: rowOfY },
        isSum: true,
      })
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
  const share = batch / parts
  const { pixelOfX, pixelOfY, rowOfX, rowOfY, tap } = bytesOf(sizes)
  const a = assembler()
  const dy = shareOf(a, 0, share * rowOfY)
  const taps = a.argument(1)
  const dx = shareOf(a, 2, share * rowOfX)
  clearRows(a, dx, { count: height * width, step: pixelOfX, bytes: share * rowOfX })
  const walk = {
    sizes,
    map: dx,
    pixelOfMap: pixelOfX,
    result: dy,
    pixelOfResult: pixelOfY,
    taps,
    tap,
  }
  forEachWindow(
    a,
    walk,
    () => undefined,
    () => {
      multiplyMatrices(a, {
        rows: share,
        columns: channels / LANES,
        depth: filters,
        x: { from: dy, row: rowOfY, step: FLOAT_BYTES },
        w: { from: taps, ...unpacked(channels) },
        y: { from: dx, row: rowOfX },
        isSum: true,
      })
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
  const { batch, parts, channels, filters, kernel } = sizes
  const share = batch / parts
  const { pixelOfX, pixelOfY, rowOfX, rowOfY, tap } = bytesOf(sizes)
  const a = assembler()
  const x = shareOf(a, 0, share * rowOfX)
  const dy = shareOf(a, 1, share * rowOfY)
  const taps = shareOf(a, 2, kernel[0] * kernel[1] * tap)
  clear(a, taps, kernel[0] * kernel[1] * tap)
  const walk = {
    sizes,
    map: x,
    pixelOfMap: pixelOfX,
    result: dy,
    pixelOfResult: pixelOfY,
    taps,
    tap,
  }
  forEachWindow(
    a,
    walk,
    () => undefined,
    () => {
      multiplyMatrices(a, {
        rows: channels,
        columns: filters / LANES,
        depth: share,
        x: { from: x, row: FLOAT_BYTES, step: rowOfX },
        w: { from: dy, ...unpacked(filters) },
        y: { from: taps, row: rowOfY },
        isSum: true,
      })
    },
  )
  return {
    outputs: [[parts, kernel[0] * kernel[1], channels, filters]],
    code: a.finish(),
    parts,
    scratchBytes: 0,
  }
}
