// Gradients of reductions and softmax.
import { numberOf } from '../attributes.ts'
import { normalizeAxis, multiply } from '../dimensions.ts'
import {
  cast,
  div,
  equal,
  exp,
  expandLike,
  mul,
  onesLike,
  reduceSum,
  sign,
  sub,
  unsqueeze,
  where,
  zerosLike,
} from '../functions.ts'
import { apply, ints, scalar } from '../graph.ts'
import { constantValues } from '../ops/rules.ts'

import type { Tensor } from '../types.ts'
import type { GradientContext, GradientRule } from './rule.ts'

const reducedAxes = ({ inputs }: GradientContext): readonly number[] => {
  const rank = inputs[0]!.shape.length
  return (constantValues(inputs[1]) ?? [...Array(rank).keys()]).map((axis) =>
    normalizeAxis(axis, rank),
  )
}

/** A reduced tensor with its axes back as size 1. */
const restore = (context: GradientContext, tensor: Tensor): Tensor =>
  numberOf(context.attributes, 'keepdims', 1) === 1
    ? tensor
    : unsqueeze(
        tensor,
        [...reducedAxes(context)].sort((a, b) => a - b),
      )

/** The extreme values of a group share its gradient evenly (PyTorch's amax / amin). */
const extreme: GradientRule = (context) => {
  const x = context.inputs[0]!
  const hits = cast(equal(x, restore(context, context.outputs[0]!)), x.type)
  const count = reduceSum(hits, { axes: reducedAxes(context), keepDimensions: true })
  return [mul(hits, div(restore(context, context.dy), count))]
}

export const reduce = {
  ReduceSum: (context) => [expandLike(restore(context, context.dy), context.inputs[0]!)],
  ReduceMean: (context) => {
    const x = context.inputs[0]!
    const dy = expandLike(restore(context, context.dy), x)
    const count = multiply(...reducedAxes(context).map((axis) => x.shape[axis]!))
    if (typeof count === 'number') return [div(dy, count)]
    // The count is known at run time only.
    const ones = expandLike(scalar(x.graph, 1, x.type), x)
    return [div(dy, reduceSum(ones, { axes: reducedAxes(context), keepDimensions: true }))]
  },
  ReduceMax: extreme,
  ReduceMin: extreme,
  ReduceProd: (context) => {
    // The product of all others, without dividing by zero: with one zero in a group only that one has a gradient.
    const x = context.inputs[0]!
    const axes = reducedAxes(context)
    const isZero = equal(x, 0)
    const others = where(isZero, onesLike(x), x)
    const product = apply(x.graph, 'ReduceProd', [others, ints(x.graph, axes)])
    const zeros = cast(isZero, x.type)
    const otherZeros = sub(reduceSum(zeros, { axes, keepDimensions: true }), zeros)
    const slope = where(equal(otherZeros, 0), div(product, others), zerosLike(x))
    return [mul(restore(context, context.dy), slope)]
  },
  ReduceL1: (context) => [mul(restore(context, context.dy), sign(context.inputs[0]!))],
  ReduceSumSquare: (context) => [mul(mul(restore(context, context.dy), 2), context.inputs[0]!)],
  ReduceLogSumExp: (context) => [
    mul(
      restore(context, context.dy),
      exp(sub(context.inputs[0]!, restore(context, context.outputs[0]!))),
    ),
  ],
  ReduceL2: (context) => {
    const x = context.inputs[0]!
    const norm = restore(context, context.outputs[0]!)
    const scaled = mul(x, div(restore(context, context.dy), norm))
    // The norm of a zero vector has gradient 0 (PyTorch), not 0 / 0.
    return [where(equal(norm, 0), zerosLike(x), scaled)]
  },
  Softmax: ({ dy, outputs, attributes }) => {
    const y = outputs[0]!
    const axis = numberOf(attributes, 'axis', -1)
    const inner = reduceSum(mul(dy, y), { axes: [axis], keepDimensions: true })
    return [mul(sub(dy, inner), y)]
  },
  CumSum: ({ dy, inputs, attributes }) => [
    apply(dy.graph, 'CumSum', [dy, inputs[1]!], {
      attributes: { ...attributes, reverse: 1 - numberOf(attributes, 'reverse', 0) },
    }),
  ],
  LogSoftmax: ({ dy, outputs, attributes }) => {
    const total = reduceSum(dy, { axes: [numberOf(attributes, 'axis', -1)], keepDimensions: true })
    return [sub(dy, mul(exp(outputs[0]!), total))]
  },
} satisfies Record<string, GradientRule>
