// Convolution of maps with few channels, such as pictures, for any kernel, stride and padding, and the gradient of its weights.
// Every image is copied into a frame of zeros first; from there on no window reaches over an edge.
import { assembler } from '../jit/assembler.ts'
import { at, everyLane, FLOAT_BYTES, LANES, VECTOR_BYTES } from '../jit/operands.ts'
import { stripsOf } from './product.ts'
import { areasOf, clear, offsetFrom, shareOf } from './scratch.ts'

import type { Assembler } from '../jit/assembler.ts'
import type { Register, Vector } from '../jit/operands.ts'
import type { CompiledKernel } from './kernel.ts'
import type { WindowSizes } from './window-walk.ts'

/** Without dilation. */
export type ThinConvSizes = Omit<WindowSizes, 'dilations'>

const MOST_SUMS = 24
const MOST_COLUMNS = 2

const layoutOf = (sizes: ThinConvSizes) => {
  const { height, width, batch, channels, filters, kernel, strides, pads, output } = sizes
  const frame = [
    (output[0] - 1) * strides[0] + kernel[0],
    (output[1] - 1) * strides[1] + kernel[1],
  ] as const
  const rowOfFrame = frame[1] * FLOAT_BYTES
  const plane = frame[0] * rowOfFrame
  const columns = (filters / LANES) % MOST_COLUMNS === 0 ? MOST_COLUMNS : 1
  return {
    /** Vectors side by side in one block of filters, and how many blocks. */
    columns,
    blocks: filters / LANES / columns,
    rowOfFrame,
    plane,
    imageOfX: channels * height * width * FLOAT_BYTES,
    imageOfY: filters * FLOAT_BYTES,
    pixelOfY: batch * filters * FLOAT_BYTES,
    /** Bytes from a window's first value to each of those that a product reads, in the order of the taps. */
    reads: Array.from({ length: kernel[0] * kernel[1] * channels }, (_, tap) => {
      const [pixel, channel] = [Math.floor(tap / channels), tap % channels]
      const [row, column] = [Math.floor(pixel / kernel[1]), pixel % kernel[1]]
      return channel * plane + row * rowOfFrame + column * FLOAT_BYTES
    }),
    areas: areasOf({ frame: channels * plane + VECTOR_BYTES }),
    /** What of an image lies in the frame. */
    copied: {
      rows: Math.min(height, frame[0] - pads[0]),
      columns: Math.min(width, frame[1] - pads[1]),
      to: pads[0] * rowOfFrame + pads[1] * FLOAT_BYTES,
    },
  }
}

type Layout = ReturnType<typeof layoutOf>

/** Copies one image [channels, height, width] to where it lies in the frame. */
const copyImage = (
  a: Assembler,
  image: Register,
  frame: Register,
  { height, width, channels }: ThinConvSizes,
  { copied, rowOfFrame, plane }: Layout,
): void => {
  const [whole, rest] = [Math.floor(copied.columns / LANES), copied.columns % LANES]
  const rowOfX = width * FLOAT_BYTES
  const [from, to] = [offsetFrom(a, image, 0), offsetFrom(a, frame, copied.to)]
  const value = a.vector()
  const isLeft = a.mask()
  a.firstLanes(isLeft, rest)
  a.loop(channels, () => {
    a.loop(copied.rows, () => {
      for (let vector = 0; vector < whole; vector++) {
        a.unary('load', value, at(from, vector * VECTOR_BYTES))
        a.store(at(to, vector * VECTOR_BYTES), value)
      }
      if (rest > 0) {
        a.keep(value, isLeft, at(from, whole * VECTOR_BYTES))
        a.store(at(to, whole * VECTOR_BYTES), value, 'store', isLeft)
      }
      a.advance(from, rowOfX)
      a.advance(to, rowOfFrame)
    })
    a.advance(from, (height - copied.rows) * rowOfX)
    a.advance(to, plane - copied.rows * rowOfFrame)
  })
  a.release(from, to, value, isLeft)
}

/**
 * x [batch, channels, height, width], taps [kernel, channels, filters] -> y [pixels of the result, batch, filters].
 */
export const thinConv = (sizes: ThinConvSizes): CompiledKernel => {
  const { batch, parts, filters, strides, output } = sizes
  const share = batch / parts
  const layout = layoutOf(sizes)
  const { areas, imageOfX, imageOfY, pixelOfY, rowOfFrame, columns, blocks, reads } = layout
  const a = assembler()
  const x = shareOf(a, 0, share * imageOfX)
  const taps = a.argument(1)
  const y = shareOf(a, 2, share * imageOfY)
  const frame = shareOf(a, 3, areas.bytes)
  clear(a, frame, areas.bytes)
  const step = strides[1] * FLOAT_BYTES
  const blockBytes = columns * VECTOR_BYTES
  const multiply = (windows: number): void => {
    const sums = Array.from({ length: windows }, () => a.vectors(columns))
    const tap = a.vectors(columns)
    for (const sum of sums.flat()) a.zero(sum)
    for (const [index, read] of reads.entries()) {
      for (const [column, vector] of tap.entries())
        a.unary('load', vector, at(taps, index * imageOfY + column * VECTOR_BYTES))
      for (const [window, row] of sums.entries())
        for (const [column, sum] of row.entries())
          a.fused('multiplyAdd', sum, tap[column]!, everyLane(at(frame, window * step + read)))
    }
    for (const [window, row] of sums.entries())
      for (const [column, sum] of row.entries())
        a.store(at(y, window * pixelOfY + column * VECTOR_BYTES), sum)
    a.release(...tap, ...sums.flat())
  }
  a.loop(share, () => {
    copyImage(a, x, frame, sizes, layout)
    a.loop(output[0], () => {
      for (const { height: windows, count } of stripsOf(output[1], MOST_SUMS / columns))
        a.loop(count, () => {
          a.loop(blocks, () => {
            multiply(windows)
            for (const register of [taps, y]) a.advance(register, blockBytes)
          })
          a.advance(taps, -imageOfY)
          a.advance(y, windows * pixelOfY - imageOfY)
          a.advance(frame, windows * step)
        })
      a.advance(frame, strides[0] * rowOfFrame - output[1] * step)
    })
    a.advance(frame, -output[0] * strides[0] * rowOfFrame)
    a.advance(y, imageOfY - output[0] * output[1] * pixelOfY)
    a.advance(x, imageOfX)
  })
  return {
    outputs: [[output[0] * output[1], batch, filters]],
    code: a.finish(),
    parts,
    scratchBytes: areas.bytes,
  }
}

/** x as above, dy [pixels of the result, batch, filters] -> dtaps [parts, kernel, channels, filters]. */
export const thinConvWeightGradient = (sizes: ThinConvSizes): CompiledKernel => {
  const { batch, parts, channels, filters, kernel, strides, output } = sizes
  const share = batch / parts
  const layout = layoutOf(sizes)
  const { areas, imageOfX, imageOfY, pixelOfY, rowOfFrame, columns, blocks, reads } = layout
  const a = assembler()
  const x = shareOf(a, 0, share * imageOfX)
  const dy = shareOf(a, 1, share * imageOfY)
  const dTaps = shareOf(a, 2, reads.length * imageOfY)
  const frame = shareOf(a, 3, areas.bytes)
  clear(a, frame, areas.bytes)
  clear(a, dTaps, reads.length * imageOfY)
  const step = strides[1] * FLOAT_BYTES
  const blockBytes = columns * VECTOR_BYTES
  const addTaps = (first: number, count: number): void => {
    const sums = Array.from({ length: count }, () => a.vectors(columns))
    const forEachSum = (body: (sum: Vector, place: ReturnType<typeof at>) => void): void => {
      for (const [tap, row] of sums.entries())
        for (const [column, sum] of row.entries())
          body(sum, at(dTaps, (first + tap) * imageOfY + column * VECTOR_BYTES))
    }
    forEachSum((sum, place) => {
      a.unary('load', sum, place)
    })
    const gradient = a.vectors(columns)
    a.loop(output[1], () => {
      for (const [column, vector] of gradient.entries())
        a.unary('load', vector, at(dy, column * VECTOR_BYTES))
      for (const [tap, row] of sums.entries())
        for (const [column, sum] of row.entries())
          a.fused('multiplyAdd', sum, gradient[column]!, everyLane(at(frame, reads[first + tap])))
      a.advance(dy, pixelOfY)
      a.advance(frame, step)
    })
    a.advance(dy, -output[1] * pixelOfY)
    a.advance(frame, -output[1] * step)
    forEachSum((sum, place) => {
      a.store(place, sum)
    })
    a.release(...gradient, ...sums.flat())
  }
  a.loop(share, () => {
    copyImage(a, x, frame, sizes, layout)
    a.loop(output[0], () => {
      a.loop(blocks, () => {
        let first = 0
        for (const { height: taps, count } of stripsOf(reads.length, MOST_SUMS / columns))
          for (let strip = 0; strip < count; strip++, first += taps) addTaps(first, taps)
        for (const register of [dTaps, dy]) a.advance(register, blockBytes)
      })
      a.advance(dTaps, -imageOfY)
      a.advance(dy, output[1] * pixelOfY - imageOfY)
      a.advance(frame, strides[0] * rowOfFrame)
    })
    a.advance(frame, -output[0] * strides[0] * rowOfFrame)
    a.advance(dy, imageOfY - output[0] * output[1] * pixelOfY)
    a.advance(x, imageOfX)
  })
  return {
    outputs: [[parts, kernel[0] * kernel[1], channels, filters]],
    code: a.finish(),
    parts,
    scratchBytes: areas.bytes,
  }
}
