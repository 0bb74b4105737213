// Several pictures per row: each goes through the same tower, with the same weights, and the row gets the mean over those
// that are there. A row of one picture gets exactly what that picture alone would give.
import { multiply } from '../../engine/graph/dimensions.ts'
import * as F from '../../engine/graph/functions.ts'

import type { Tensor } from '../../engine/graph/types.ts'
import type { Encoded } from '../encoder.ts'

/** bool [batch, most] -> float32 [batch, most, 1]: one over their count for those that are there, else 0. */
const sharesOf = (slots: Tensor): Tensor => {
  const there = F.cast(F.unsqueeze(slots, [2]), 'float32')
  const count = F.reduceSum(there, { axes: [1], keepDimensions: true })
  // A row without any is replaced as a whole; it must only not divide by 0.
  return F.div(there, F.max(count, 1))
}

/**
 * @param x - uint8 [batch, most, height, width, 3]
 * @param slots - bool [batch, most], which of them are there
 * @param encodeOne - the tower: pictures [n, height, width, 3] to encodings [n, ...]
 */
export const encodeSeveral = (
  x: Tensor,
  slots: Tensor,
  encodeOne: (pictures: Tensor) => Encoded,
): Encoded => {
  const [batch, most, ...picture] = x.shape
  const { features, logits } = encodeOne(F.reshape(x, [multiply(batch!, most!), ...picture]))
  const shares = sharesOf(slots)
  const mean = (values: Tensor): Tensor => {
    const perRow = F.reshape(values, [batch!, most!, values.shape[1]!])
    return F.reduceSum(F.mul(perRow, shares), { axes: [1] })
  }
  return {
    ...(features && { features: mean(features) }),
    ...(logits && { logits: mean(logits) }),
  }
}
