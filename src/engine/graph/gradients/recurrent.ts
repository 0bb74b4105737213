// Gradients of the training LSTM and GRU. `LstmGrad` and `GruGrad` walk back in time; the weight gradients are big products
// after the loop.
import { multiply } from '../dimensions.ts'
import { numberOf } from '../attributes.ts'
import { concat, gemm, pad, reduceSum, reshape, split, zerosLike } from '../functions.ts'
import { apply, applyAll } from '../graph.ts'
import { firstOrderOnly, noGradient } from './rule.ts'

import type { Tensor } from '../types.ts'
import type { GradientRule, NoGradient } from './rule.ts'

const useComposite: NoGradient = {
  noGradientBecause: 'train with the composite Lstm or Gru instead',
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
    return [dprojected, stepProducts(previousStates(y!), dprojected)]
  },
  Gru: (context) => {
    const { inputs, outputs, gradients, attributes, needs } = context
    if (gradients[1] ?? gradients[2] ?? gradients[3])
      throw noGradient(context, 'only the states y and h_last may be used')
    const [, recurrentWeight, mask, bias] = inputs
    const [y, gates, candidate, inner, last] = outputs
    const hidden = Number(y!.shape[2])
    const [dprojected, dproduct] = applyAll(
      y!.graph,
      'GruGrad',
      [
        recurrentWeight!,
        mask!,
        y!,
        gates!,
        candidate!,
        inner!,
        gradients[0] ?? zerosLike(y!),
        gradients[4] ?? zerosLike(last!),
      ],
      { attributes },
    ) as [Tensor, Tensor]
    const dbias = bias && needs(3) ? reduceSum(dproduct, { axes: [0, 1] }) : undefined
    if (!needs(1)) return [dprojected, undefined, undefined, dbias]
    const before = previousStates(y!)
    const resetsAfter = numberOf(attributes, 'linear_before_reset', 0) === 1
    const [dgates] = split(dprojected, [2 * hidden, hidden], 2)
    const drecurrent = resetsAfter
      ? stepProducts(before, concat([dgates!, dproduct], 2))
      : concat([stepProducts(before, dgates!), stepProducts(inner!, dproduct)], 1)
    return [dprojected, drecurrent, undefined, dbias]
  },
  LstmGrad: firstOrderOnly,
  LSTM: useComposite,
  GruGrad: firstOrderOnly,
  GRU: useComposite,
  Scan: useComposite,
} satisfies Record<string, GradientRule | NoGradient>

/**
 * h_(t-1) for every t: one step of zeros in front, the last step cut off (a negative pad). Where a step is masked, `y`
 * holds 0 instead of the carried state, which does no harm: a masked step has no gradient.
 */
const previousStates = (y: Tensor): Tensor => pad(y, [1, 0, 0, -1, 0, 0])

/** The sum over steps and rows of outer products: one big product after the loop. */
const stepProducts = (before: Tensor, dproduct: Tensor): Tensor => {
  const flat = (x: Tensor): Tensor => reshape(x, [multiply(x.shape[0]!, x.shape[1]!), x.shape[2]!])
  return gemm(flat(before), flat(dproduct), { transposeA: true })
}
