// Reductions and softmax, whose axes moved and whose meaning changed between operator sets.
import * as F from '../../graph/functions.ts'
import { apply, ints } from '../../graph/graph.ts'
import { axisOf, intOf, refuse, tensorAt } from '../context.ts'
import { computed } from '../value.ts'
import { axesOf } from './shape.ts'

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

const isOverAll = (context: NodeContext): boolean => (axesOf(context) ?? []).length === 0

const reduction =
  (op: OpName, after: (y: Tensor) => Tensor = (y) => y): Converter =>
  (context) => {
    const x = tensorAt(context, 0)
    if (isOverAll(context) && intOf(context, 'noop_with_empty_axes', 0) === 1)
      throw refuse(context, 'it reduces over no axis')
    const axes = isOverAll(context) ? [] : [ints(context.graph, axesOf(context)!)]
    const attributes = { keepdims: intOf(context, 'keepdims', 1) }
    return [computed(after(apply(context.graph, op, [x, ...axes], { attributes })))]
  }

const reductions = [
  'ReduceL1',
  'ReduceL2',
  'ReduceLogSumExp',
  'ReduceMax',
  'ReduceMean',
  'ReduceMin',
  'ReduceProd',
  'ReduceSum',
  'ReduceSumSquare',
] as const

export const reduce: Readonly<Record<string, Converter>> = {
  ...Object.fromEntries(reductions.map((op) => [op, reduction(op)])),
  LogSoftmax: softmax(F.logSoftmax),
  ReduceLogSum: reduction('ReduceSum', F.log),
  Softmax: softmax(F.softmax),
}
