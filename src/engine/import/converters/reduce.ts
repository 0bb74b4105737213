// Reductions and softmax, whose axes moved and whose meaning changed between operator sets.
import * as F from '../../graph/functions.ts'
import { apply, ints } from '../../graph/graph.ts'
import { axisOf, intOf, refuse, tensorAt } from '../context.ts'
import { computed } from '../value.ts'
import { axesOf } from './shape.ts'
import { isGraphOperator } from './pass-through.ts'

import type { OpName } from '../../graph/ops/index.ts'
import type { Tensor } from '../../graph/types.ts'
import type { Converter, NodeContext } from '../context.ts'

/** Softmax over all dimensions from `axis` on, until opset 13; over one dimension since. */
const softmax =
  (along: (x: Tensor, axis: number) => Tensor): Converter =>
  (context) => {
    const x = tensorAt(context, 0)
    const rank = x.shape.length
    const isFlattening = context.opset < 13
    const axis = axisOf(context, intOf(context, 'axis', isFlattening ? 1 : -1), rank)
    const rest = x.shape.slice(axis + 1)
    if (!isFlattening || rest.every((size) => size === 1)) return [computed(along(x, axis))]
    const joined = x.shape.slice(axis).reduce<number>((total, size) => {
      if (typeof size === 'string') throw refuse(context, 'it joins dimensions of open size')
      return total * size
    }, 1)
    const flat = F.reshape(x, [...x.shape.slice(0, axis), joined])
    return [computed(F.reshape(along(flat, axis), x.shape))]
  }

type Reduce = (x: Tensor, op: OpName) => Tensor

const reduceWith = (context: NodeContext): Reduce | undefined => {
  const axes = axesOf(context)
  if (axes?.length === 0 && intOf(context, 'noop_with_empty_axes', 0) === 1) return undefined
  if (!axes && context.inputs[1] === undefined && intOf(context, 'noop_with_empty_axes', 0) === 1)
    return undefined
  const attributes = { keepdims: intOf(context, 'keepdims', 1) }
  return (x, op) => {
    const given = axes && axes.length > 0 ? [ints(context.graph, axes)] : []
    return apply(context.graph, op, [x, ...given], { attributes })
  }
}

/** A reduction of something made of x, and something made of the result. */
const reduction =
  (
    op: OpName,
    before: (x: Tensor) => Tensor = (x) => x,
    after: (y: Tensor) => Tensor = (y) => y,
  ): Converter =>
  (context) => {
    const x = before(tensorAt(context, 0))
    const reduce = reduceWith(context)
    return [computed(after(reduce ? reduce(x, op) : x))]
  }

const squared = (x: Tensor): Tensor => F.mul(x, x)

/** Largest values are taken out first, so that no exponential overflows. */
const logSumExp: Converter = (context) => {
  const x = tensorAt(context, 0)
  const reduce = reduceWith(context)
  if (!reduce) return [computed(x)]
  const axes = axesOf(context)
  const keepDimensions = true
  const top = F.reduceMax(x, { keepDimensions, ...(axes?.length ? { axes } : {}) })
  const sum = reduce(F.exp(F.sub(x, top)), 'ReduceSum')
  return [computed(F.add(F.log(sum), reduce(top, 'ReduceMax')))]
}

/** What stands in for reductions that the graph does not have under their own name. */
const composed: Readonly<Record<string, Converter>> = {
  ReduceL1: reduction('ReduceSum', F.abs),
  ReduceLogSum: reduction('ReduceSum', undefined, F.log),
  ReduceLogSumExp: logSumExp,
  ReduceSumSquare: reduction('ReduceSum', squared),
}

export const reduce: Readonly<Record<string, Converter>> = {
  ...composed,
  ...Object.fromEntries(
    ['ReduceL2', 'ReduceMax', 'ReduceMean', 'ReduceMin', 'ReduceProd', 'ReduceSum']
      .filter(isGraphOperator)
      .map((op) => [op, reduction(op)]),
  ),
  LogSoftmax: softmax(F.logSoftmax),
  Softmax: softmax(F.softmax),
}
