// Element-wise operators that are a few of the graph's own, or that changed between operator sets.
import * as F from '../../graph/functions.ts'
import { scalar } from '../../graph/graph.ts'
import { floatOf, refuse, tensorAt, valueAt } from '../context.ts'
import { computed } from '../value.ts'
import { applyNode, inputTensors } from './pass-through.ts'

import type { Tensor } from '../../graph/types.ts'
import type { Converter, NodeContext } from '../context.ts'

const tensors = (context: NodeContext): readonly Tensor[] =>
  context.inputs.map((_, index) => tensorAt(context, index))

const of =
  (make: (x: Tensor, context: NodeContext) => Tensor): Converter =>
  (context) => [computed(make(tensorAt(context, 0), context))]

/** Bounds were attributes until opset 11. */
const clip: Converter = (context) => {
  const x = tensorAt(context, 0)
  const bound = (name: string, index: number): Tensor | undefined => {
    const attribute = context.node.attributes[name]
    if (attribute?.kind === 'float') return scalar(context.graph, attribute.value, x.type)
    const value = context.inputs[index]
    if (value && !value.constant) throw refuse(context, 'its bounds are known only while it runs')
    return value?.constant?.()
  }
  return applyNode(context, [x, bound('min', 1), bound('max', 2)])
}

/** Since opset 12 the exponent may have another type. */
const pow: Converter = (context) => {
  const x = tensorAt(context, 0)
  const exponent = tensorAt(context, 1)
  const isWhole = x.type !== exponent.type && !x.type.startsWith('float')
  if (isWhole) throw refuse(context, 'it raises whole numbers to a power of another type')
  return [computed(F.pow(x, F.cast(exponent, x.type)))]
}

const elu = (x: Tensor, alpha: number): Tensor => F.mul(F.sub(F.exp(F.min(x, 0)), 1), alpha)

export const pointwise: Readonly<Record<string, Converter>> = {
  Celu: of((x, context) => {
    const alpha = floatOf(context, 'alpha', 1)
    return F.add(F.relu(x), elu(F.div(x, alpha), alpha))
  }),
  Clip: clip,
  Max: (context) =>
    context.inputs.length === 1 ? [valueAt(context, 0)] : applyNode(context, inputTensors(context)),
  Min: (context) =>
    context.inputs.length === 1 ? [valueAt(context, 0)] : applyNode(context, inputTensors(context)),
  Mean: (context) => [computed(F.div(tensors(context).reduce(F.add), context.inputs.length))],
  Pow: pow,
  Sum: (context) => [computed(tensors(context).reduce(F.add))],
  ThresholdedRelu: of((x, context) =>
    F.mul(x, F.cast(F.greater(x, floatOf(context, 'alpha', 1)), x.type)),
  ),
}
