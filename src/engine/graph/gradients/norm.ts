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

import type { Attributes, Tensor } from '../types.ts'
import type { GradientRule } from './rule.ts'

/** A per-channel vector as [1, channels, 1, ...] for a tensor of `like`'s rank. */
const perChannel = (vector: Tensor, like: Tensor): Tensor =>
  unsqueeze(
    vector,
    [...like.shape.keys()].filter((axis) => axis !== 1),
  )

const allButChannels = (x: Tensor): readonly number[] =>
  [...x.shape.keys()].filter((axis) => axis !== 1)

/** x with mean 0 and variance 1 over `axes`, and what it was divided by, inverted. */
const standardised = (
  x: Tensor,
  axes: readonly number[],
  attributes: Attributes,
): { readonly normal: Tensor; readonly inverse: Tensor } => {
  const over = { axes, keepDimensions: true }
  const centred = sub(x, reduceMean(x, over))
  const variance = reduceMean(mul(centred, centred), over)
  const inverse = pow(add(variance, numberOf(attributes, 'epsilon', 1e-5)), -0.5)
  return { normal: mul(centred, inverse), inverse }
}

/** The gradient of x, given that of its standardised form. */
const throughStandardised = (
  dnormal: Tensor,
  {
    normal,
    inverse,
    axes,
  }: { readonly normal: Tensor; readonly inverse: Tensor; readonly axes: readonly number[] },
): Tensor => {
  const over = { axes, keepDimensions: true }
  const inner = mul(normal, reduceMean(mul(dnormal, normal), over))
  return mul(sub(sub(dnormal, reduceMean(dnormal, over)), inner), inverse)
}

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
  LayerNormalization: ({ dy, inputs, attributes, needs }) => {
    const [x, scale, bias] = inputs
    const rank = x!.shape.length
    const axis = normalizeAxis(numberOf(attributes, 'axis', -1), rank)
    const all = [...x!.shape.keys()]
    const leading = { axes: all.slice(0, axis) }
    const { normal, inverse } = standardised(x!, all.slice(axis), attributes)
    const back = { normal, inverse, axes: all.slice(axis) }
    return [
      needs(0) ? throughStandardised(mul(dy, scale!), back) : undefined,
      needs(1) ? reduceSum(mul(dy, normal), leading) : undefined,
      bias && needs(2) ? reduceSum(dy, leading) : undefined,
    ]
  },
  /** Ulyanov, Vedaldi and Lempitsky, "Instance Normalization", 2016. */
  InstanceNormalization: ({ dy, inputs, attributes, needs }) => {
    const [x, scale] = inputs
    const spatial = [...x!.shape.keys()].slice(2)
    const { normal, inverse } = standardised(x!, spatial, attributes)
    const axes = allButChannels(dy)
    const back = { normal, inverse, axes: spatial }
    return [
      needs(0) ? throughStandardised(mul(dy, perChannel(scale!, dy)), back) : undefined,
      needs(1) ? reduceSum(mul(dy, normal), { axes }) : undefined,
      needs(2) ? reduceSum(dy, { axes }) : undefined,
    ]
  },
} satisfies Record<string, GradientRule>
