// Helpers on token sequences: int32 [batch, time], 0 = padding at the end.
import * as F from '../../engine/graph/functions.ts'
import { constant } from '../../engine/graph/graph.ts'

import type { Tensor } from '../../engine/graph/types.ts'

const PADDING = 0

/** float32 of the same shape: 1 for tokens, 0 for padding. */
export const tokenMask = (ids: Tensor): Tensor => {
  const padding = constant(ids.graph, 'padding', {
    type: 'int32',
    shape: [],
    data: Int32Array.of(PADDING),
  })
  return F.cast(F.not(F.equal(ids, padding)), 'float32')
}
