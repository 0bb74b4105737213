// The gradient of a maximum over several tensors, such as the positions of a pooling window.
import { cast, equal, mul, sub } from '../functions.ts'

import type { Tensor } from '../types.ts'

/**
 * The gradient of each position: dy where it was the (first) maximum of its window.
 *
 * @param positions - [windows, ...] each
 * @param best - their maximum
 */
export const sharesOfMaxima = (
  positions: readonly Tensor[],
  best: Tensor,
  dy: Tensor,
): readonly Tensor[] => {
  let left = dy
  return positions.map((product, index) => {
    // What is left after the others had their chance belongs to the last one.
    if (index === positions.length - 1) return left
    const share = mul(left, cast(equal(product, best), dy.type))
    left = sub(left, share)
    return share
  })
}
