// Gradients of normalisation layers.
import { numberOf } from '../attributes.ts'
import { normalizeAxis } from '../dimensions.ts'
import {
  add,
  div,
  mul,
  neg,
  pow,
  reduceMean,
  reduceSum,
  sqrt,
  sub,
  unsqueeze,
} from '../functions.ts'
import { noGradient } from './rule.ts'

import type { Tensor } from '../types.ts'
import type { GradientRule } from './rule.ts'

/** A per-channel vector as [1, channels, 1, ...] for a tensor of `like`'s rank. */
const perChannel = (vector: Tensor, like: Tensor): Tensor =>
  unsqueeze(
    vector,
    [...like.shape.keys()].filter((axis) => axis !== 1),
  )

const allButChannels = (x: Tensor): readonly number[] =>
  [...x.shape.keys()].filter((axis) => axis !== 1)

export const norm = {
  BatchNormalization: ({ dy, inputs, attributes, needs }) => {
    const [x, scale, , mean, variance] = inputs
    const deviation = sqrt(add(variance!, numberOf(attributes, 'epsilon', 1e-5)))
    const axes = allButChannels(dy)
    const centred = (): Tensor => div(sub(x!, perChannel(mean!, dy)), perChannel(deviation, dy))
    return [
      needs(0) ? mul(dy, perChannel(div(scale!, deviation), dy)) : undefined,
      needs(1) ? reduceSum(mul(dy, centred()), { axes }) : undefined,
      needs(2) ? reduceSum(dy, { axes }) : undefined,
    ]
  },
  /** Ioffe and Szegedy, "Batch Normalization", 2015, section 3. */
  BatchNormTraining: (context) => {
    const { dy, inputs, outputs, gradients, attributes, needs } = context
    if (gradients[1] ?? gradients[2])
      throw noGradient(context, 'the batch statistics are constants')
    const [x, scale] = inputs
    const [, mean, variance] = outputs
    const inverse = pow(add(variance!, numberOf(attributes, 'epsilon', 1e-5)), -0.5)
    const axes = allButChannels(dy)
    // x - mean once; the rest is folded into per-channel factors, which are small.
    const centred = sub(x!, perChannel(mean!, dy))
    const dbias = reduceSum(dy, { axes })
    const product = mul(dy, centred)
    const dscale = mul(reduceSum(product, { axes }), inverse)
    if (!needs(0)) return [undefined, dscale, dbias]
    const meanOfDy = reduceMean(dy, { axes })
    const meanOfProduct = reduceMean(product, { axes })
    const factor = mul(scale!, inverse)
    const slope = neg(mul(factor, mul(meanOfProduct, mul(inverse, inverse))))
    const shift = neg(mul(factor, meanOfDy))
    const dx = add(
      add(mul(dy, perChannel(factor, dy)), mul(centred, perChannel(slope, dy))),
      perChannel(shift, dy),
    )
    return [dx, dscale, dbias]
  },
  /** Ba, Kiros and Hinton, "Layer Normalization", 2016. */
  LayerNormalization: (context) => {
    const { dy, inputs, attributes, needs } = context
    const [x, scale, bias] = inputs
    const last = x!.shape.length - 1
    if (normalizeAxis(numberOf(attributes, 'axis', -1), x!.shape.length) !== last) {
      throw noGradient(context, 'only the last axis')
    }
    const overLast = { axes: [-1], keepDimensions: true }
    const leading = { axes: [...Array(last).keys()] }
    const centred = sub(x!, reduceMean(x!, overLast))
    const variance = reduceMean(mul(centred, centred), overLast)
    const inverse = pow(add(variance, numberOf(attributes, 'epsilon', 1e-5)), -0.5)
    const normal = mul(centred, inverse)
    const scaled = mul(dy, scale!)
    const inner = mul(normal, reduceMean(mul(scaled, normal), overLast))
    const dx = mul(sub(sub(scaled, reduceMean(scaled, overLast)), inner), inverse)
    return [
      dx,
      needs(1) ? reduceSum(mul(dy, normal), leading) : undefined,
      bias && needs(2) ? reduceSum(dy, leading) : undefined,
    ]
  },
} satisfies Record<string, GradientRule>
