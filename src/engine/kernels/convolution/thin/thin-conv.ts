// Convolution of maps with few channels, such as pictures, for any kernel, stride and padding, and the gradient of its weights.
// Every image is copied into a frame of zeros first.
import { assembler } from '../../../jit/assembler.ts'
import { at, FLOAT_BYTES, VECTOR_BYTES } from '../../../jit/operands.ts'
import { stripsOf } from '../../products/strip.ts'
import { areasOf, clear, shareOf } from '../../scratch.ts'
import { layoutOfMaps } from '../sizes.ts'
import { blocksOf, tapGroupsOf } from './blocks.ts'
import { copyImage, frameOf } from './frame.ts'
import { addWindow, multiplyWindows, withGradient } from './window-products.ts'

import type { CompiledKernel } from '../../kernel.ts'
import type { ThinConvSizes } from '../sizes.ts'

/** Bytes of an image [channels, height, width]. */
const imageBytes = ({ height, width, channels }: ThinConvSizes): number =>
  channels * height * width * FLOAT_BYTES

/** x [batch, channels, height, width], taps [kernel, channels, filters] -> y [pixels of the result, batch, filters]. */
export const thinConv = (sizes: ThinConvSizes): CompiledKernel => {
  const { batch, parts, filters, output } = sizes
  const { share, imageOfY, pixelOfY } = layoutOfMaps(sizes)
  const { columns, blocks, most } = blocksOf(filters)
  const geometry = frameOf(sizes)
  const { step, stepDown, reads } = geometry
  const areas = areasOf({ frame: geometry.bytes })
  const a = assembler()
  const x = shareOf(a, 0, share * imageBytes(sizes))
  const taps = a.argument(1)
  const y = shareOf(a, 2, share * imageOfY)
  const frame = shareOf(a, 3, areas.bytes)
  clear(a, frame, areas.bytes)
  const blockBytes = columns * VECTOR_BYTES
  a.loop(share, () => {
    copyImage(a, sizes, { image: x, frame }, geometry)
    a.loop(output[0], () => {
      for (const { height: windows, count } of stripsOf(output[1], most))
        a.loop(count, () => {
          a.loop(blocks, () => {
            multiplyWindows(a, {
              x: frame,
              step,
              reads,
              taps,
              tapBytes: imageOfY,
              windows,
              columns,
              place: (window, column) => at(y, window * pixelOfY + column * VECTOR_BYTES),
            })
            for (const register of [taps, y]) a.advance(register, blockBytes)
          })
          a.advance(taps, -imageOfY)
          a.advance(y, windows * pixelOfY - imageOfY)
          a.advance(frame, windows * step)
        })
      a.advance(frame, stepDown - output[1] * step)
    })
    a.advance(frame, -output[0] * stepDown)
    a.advance(y, imageOfY - output[0] * output[1] * pixelOfY)
    a.advance(x, imageBytes(sizes))
  })
  return {
    outputs: [[output[0] * output[1], batch, filters]],
    code: a.finish(),
    parts,
    scratchBytes: areas.bytes,
  }
}

/** x [batch, channels, height, width], dy [pixels of the result, batch, filters] -> dtaps [parts, kernel, channels, filters]. */
export const thinConvWeightGradient = (sizes: ThinConvSizes): CompiledKernel => {
  const { parts, channels, filters, kernel, output } = sizes
  const { share, imageOfY, pixelOfY } = layoutOfMaps(sizes)
  const { columns, blocks, most } = blocksOf(filters)
  const geometry = frameOf(sizes)
  const { step, stepDown, reads } = geometry
  const areas = areasOf({ frame: geometry.bytes })
  const a = assembler()
  const x = shareOf(a, 0, share * imageBytes(sizes))
  const dy = shareOf(a, 1, share * imageOfY)
  const dTaps = shareOf(a, 2, reads.length * imageOfY)
  const frame = shareOf(a, 3, areas.bytes)
  clear(a, frame, areas.bytes)
  clear(a, dTaps, reads.length * imageOfY)
  const blockBytes = columns * VECTOR_BYTES
  /** From a row of windows. */
  const addRow = (): void => {
    for (const group of tapGroupsOf(reads.length, most))
      withGradient(a, { gradient: dTaps, row: imageOfY, group, columns }, (sums) => {
        const gradient = a.vectors(columns)
        a.loop(output[1], () => {
          for (const [column, vector] of gradient.entries())
            a.unary('load', vector, at(dy, column * VECTOR_BYTES))
          addWindow(a, sums, gradient, (tap) => at(frame, reads[group.first + tap]))
          a.advance(dy, pixelOfY)
          a.advance(frame, step)
        })
        a.advance(dy, -output[1] * pixelOfY)
        a.advance(frame, -output[1] * step)
        a.release(...gradient)
      })
  }
  a.loop(share, () => {
    copyImage(a, sizes, { image: x, frame }, geometry)
    a.loop(output[0], () => {
      a.loop(blocks, () => {
        addRow()
        for (const register of [dTaps, dy]) a.advance(register, blockBytes)
      })
      a.advance(dTaps, -imageOfY)
      a.advance(dy, output[1] * pixelOfY - imageOfY)
      a.advance(frame, stepDown)
    })
    a.advance(frame, -output[0] * stepDown)
    a.advance(dy, imageOfY - output[0] * output[1] * pixelOfY)
    a.advance(x, imageBytes(sizes))
  })
  return {
    outputs: [[parts, kernel[0] * kernel[1], channels, filters]],
    code: a.finish(),
    parts,
    scratchBytes: areas.bytes,
  }
}
