// A frame of zeros around an image of few channels: from there on no window reaches over an edge.
import { FLOAT_BYTES, VECTOR_BYTES } from '../../../jit/operands.ts'
import { copyingRows } from '../../copy-rows.ts'
import { offsetFrom } from '../../scratch.ts'
import { readsOf } from './blocks.ts'

import type { Assembler } from '../../../jit/assembler.ts'
import type { Register } from '../../../jit/operands.ts'
import type { ThinConvSizes } from '../sizes.ts'

/** A frame [channels, rows, columns] that windows of these sizes read. */
export const frameOf = (sizes: ThinConvSizes) => {
  const { height, width, channels, kernel, strides, pads, output } = sizes
  const [rows, columns] = [
    (output[0] - 1) * strides[0] + kernel[0],
    (output[1] - 1) * strides[1] + kernel[1],
  ]
  const rowBytes = columns * FLOAT_BYTES
  const plane = rows * rowBytes
  return {
    rowBytes,
    plane,
    bytes: channels * plane + VECTOR_BYTES,
    /** Bytes from window to window, across and down. */
    step: strides[1] * FLOAT_BYTES,
    stepDown: strides[0] * rowBytes,
    reads: readsOf(kernel, channels, { row: rowBytes, column: FLOAT_BYTES, channel: plane }),
    /** What of an image lies in the frame, and where. */
    copied: {
      rows: Math.min(height, rows - pads[0]),
      columns: Math.min(width, columns - pads[1]),
      to: pads[0] * rowBytes + pads[1] * FLOAT_BYTES,
    },
  }
}

/** Copies one image [channels, height, width] to where it lies in the frame. */
export const copyImage = (
  a: Assembler,
  { height, width, channels }: ThinConvSizes,
  { image, frame }: { readonly image: Register; readonly frame: Register },
  { copied, rowBytes, plane }: ReturnType<typeof frameOf>,
): void => {
  const rowOfX = width * FLOAT_BYTES
  const [from, to] = [offsetFrom(a, image, 0), offsetFrom(a, frame, copied.to)]
  copyingRows(a, copied.columns, (copyRow) => {
    a.loop(channels, () => {
      a.loop(copied.rows, () => {
        copyRow(from, to)
        a.advance(from, rowOfX)
        a.advance(to, rowBytes)
      })
      a.advance(from, (height - copied.rows) * rowOfX)
      a.advance(to, plane - copied.rows * rowBytes)
    })
  })
  a.release(from, to)
}
