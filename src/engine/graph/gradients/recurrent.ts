// Gradient of the training LSTM. `LstmGrad` walks back in time; the weight gradients are big products after the loop.
import { multiply } from '../dimensions.ts'
import { gemm, pad, reshape, zerosLike } from '../functions.ts'
import { apply } from '../graph.ts'
import { noGradient } from './rule.ts'

import type { Tensor } from '../types.ts'
import type { GradientContext, GradientRule } from './rule.ts'

const madeByLowerings: GradientRule = (context: GradientContext) => {
  throw noGradient(context, 'train with the composite Lstm instead')
}

export const recurrent = {
  Lstm: (context) => {
    const { inputs, outputs, gradients, needs } = context
    if (gradients[1] ?? gradients[2] ?? gradients[3]) {
      throw noGradient(context, 'only the states y and h_last may be used')
    }
    const [, recurrentWeight, mask] = inputs
    const [y, gates, candidate, cells, last] = outputs
    const dprojected = apply(y!.graph, 'LstmGrad', [
      recurrentWeight!,
      mask!,
      gates!,
      candidate!,
      cells!,
      gradients[0] ?? zerosLike(y!),
      gradients[4] ?? zerosLike(last!),
    ])
    if (!needs(1)) return [dprojected]
    const width = dprojected.shape[2]!
    const flat = (x: Tensor, size: Tensor['shape'][0]): Tensor =>
      reshape(x, [multiply(x.shape[0]!, x.shape[1]!), size])
    return [
      dprojected,
      gemm(flat(previousStates(y!), y!.shape[2]!), flat(dprojected, width), { transposeA: true }),
    ]
  },
  LstmGrad: madeByLowerings,
  LSTM: madeByLowerings,
  Scan: madeByLowerings,
} satisfies Record<string, GradientRule>

/**
 * h_(t-1) for every t: one step of zeros in front, the last step cut off (a negative pad). Where a step is masked, `y`
 * holds 0 instead of the carried state, which does no harm: a masked step has no gradient.
 */
const previousStates = (y: Tensor): Tensor => pad(y, [1, 0, 0, -1, 0, 0])
