// Convolution as one matrix product over patches. The patches are the same for the forward product and the weight
// gradient, so a training graph makes them once and keeps them.
import { multiply } from '../dimensions.ts'
import { concat, pad, reshape, slice, transpose } from '../functions.ts'
import { spatialSettings } from '../ops/conv.ts'

import type { Attributes, Tensor } from '../types.ts'

export interface Patches {
  /** [batch, kh * kw * in, oh * ow], the kernel position being the slower part of the middle axis. */
  readonly columns: Tensor
  readonly outputSizes: readonly [number, number]
}

/** Whether patches are plain shifted copies: 2-D, stride 1, dilation 1, one group. */
export const hasPlainPatches = (attributes: Attributes, kernel: readonly number[]): boolean => {
  const { strides, dilations, group } = spatialSettings(attributes, kernel)
  return (
    kernel.length === 2 && group === 1 && [...strides, ...dilations].every((step) => step === 1)
  )
}

export const patches = (x: Tensor, attributes: Attributes, kernel: readonly number[]): Patches => {
  const [kh, kw] = kernel as [number, number]
  const { pads } = spatialSettings(attributes, kernel)
  const padded = pad(x, [0, 0, pads[0]!, pads[1]!, 0, 0, pads[2]!, pads[3]!])
  const [batch, channels, height, width] = padded.shape as [
    Tensor['shape'][0],
    number,
    number,
    number,
  ]
  const [oh, ow] = [height - kh + 1, width - kw + 1]
  const shifted = Array.from({ length: kh * kw }, (_, index) => {
    const [dy, dx] = [Math.floor(index / kw), index % kw]
    return slice(padded, [
      { axis: 2, start: dy, end: dy + oh },
      { axis: 3, start: dx, end: dx + ow },
    ])
  })
  const columns = reshape(concat(shifted, 1), [batch, kh * kw * channels, multiply(oh, ow)])
  return { columns, outputSizes: [oh, ow] }
}

/** w [out, in, kh, kw] -> [out, kh * kw * in], in the order of the patches. */
export const patchWeights = (w: Tensor): Tensor => {
  const [out, channels, kh, kw] = w.shape as [number, number, number, number]
  return reshape(transpose(w, [0, 2, 3, 1]), [out, kh * kw * channels])
}

/** The inverse of `patchWeights`. */
export const unpatchWeights = (matrix: Tensor, shape: Tensor['shape']): Tensor => {
  const [out, channels, kh, kw] = shape as [number, number, number, number]
  return transpose(reshape(matrix, [out, kh, kw, channels]), [0, 3, 1, 2])
}
