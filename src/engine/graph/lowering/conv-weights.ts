// Weights of a convolution as the matrix of one product over patches.
import { reshape, transpose } from '../functions.ts'

import type { Tensor } from '../types.ts'

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
