// From stored bytes to what convolutions read. Pixels stay uint8 until inside the graph.
import * as F from '../../engine/graph/functions.ts'

import type { Tensor } from '../../engine/graph/types.ts'

const MAX_BYTE = 255

/** uint8 [batch, height, width, 3] -> float32 [batch, 3, height, width] in [0, 1]. */
export const unitPixels = (x: Tensor): Tensor =>
  F.mul(F.cast(F.transpose(x, [0, 3, 1, 2]), 'float32'), 1 / MAX_BYTE)
