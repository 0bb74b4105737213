// Element-wise operators that are a few of the graph's own, or that changed between operator sets.
import * as F from '../../graph/functions.ts'
import { apply, scalar } from '../../graph/graph.ts'
import { floatOf, refuse, stringOf, tensorAt, valueAt } from '../context.ts'
import { computed } from '../value.ts'
import { applyNode, inputTensors } from './pass-through.ts'

import type { Tensor } from '../../graph/types.ts'
import type { Converter, NodeContext } from '../context.ts'

const tensors = (context: NodeContext): readonly Tensor[] =>
  context.inputs.map((_, index) => tensorAt(context, index))

const of =
  (make: (x: Tensor, context: NodeContext) => Tensor): Converter =>
  (context) => [computed(make(tensorAt(context, 0), context))]

const clamp = (x: Tensor, low: number, high: number): Tensor => F.min(F.max(x, low), high)

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

/** The slope broadcasts to x from the right. */
const prelu: Converter = (context) => {
  const x = tensorAt(context, 0)
  return [computed(F.add(F.relu(x), F.mul(tensorAt(context, 1), F.min(x, 0))))]
}

const elu = (x: Tensor, alpha: number): Tensor => F.mul(F.sub(F.exp(F.min(x, 0)), 1), alpha)

const hardSigmoid = (x: Tensor, alpha: number, beta: number): Tensor =>
  clamp(F.add(F.mul(x, alpha), beta), 0, 1)

/** Hendrycks and Gimpel, "Gaussian Error Linear Units", 2016; the tanh form is their approximation. */
const gelu = (x: Tensor, context: NodeContext): Tensor => {
  const isTanh = stringOf(context, 'approximate', 'none') === 'tanh'
  const inner = isTanh
    ? F.tanh(F.mul(F.add(x, F.mul(F.mul(x, F.mul(x, x)), 0.044715)), Math.sqrt(2 / Math.PI)))
    : F.erf(F.mul(x, Math.SQRT1_2))
  return F.mul(F.mul(x, 0.5), F.add(inner, 1))
}

/** Klambauer et al., "Self-Normalizing Neural Networks", 2017. */
const SELU_ALPHA = 1.6732631921768188
const SELU_GAMMA = 1.0507010221481323

/** Those that have to be prepared even where the graph has the operator. */
export const pointwise: Readonly<Record<string, Converter>> = {
  Clip: clip,
  Max: (context) =>
    context.inputs.length === 1 ? [valueAt(context, 0)] : applyNode(context, inputTensors(context)),
  Min: (context) =>
    context.inputs.length === 1 ? [valueAt(context, 0)] : applyNode(context, inputTensors(context)),
  Pow: pow,
}

/** Those that are used only where the graph does not have the operator. */
export const composedPointwise: Readonly<Record<string, Converter>> = {
  Ceil: of((x) => F.neg(apply(x.graph, 'Floor', [F.neg(x)]))),
  Celu: of((x, context) => {
    const alpha = floatOf(context, 'alpha', 1)
    return F.add(F.relu(x), elu(F.div(x, alpha), alpha))
  }),
  Gelu: of(gelu),
  HardSigmoid: of((x, context) =>
    hardSigmoid(x, floatOf(context, 'alpha', 0.2), floatOf(context, 'beta', 0.5)),
  ),
  HardSwish: of((x) => F.mul(x, hardSigmoid(x, 1 / 6, 0.5))),
  Mean: (context) => [computed(F.div(tensors(context).reduce(F.add), context.inputs.length))],
  Mish: of((x) => F.mul(x, F.tanh(F.softplus(x)))),
  PRelu: prelu,
  Selu: of((x, context) =>
    F.mul(
      F.add(F.relu(x), elu(x, floatOf(context, 'alpha', SELU_ALPHA))),
      floatOf(context, 'gamma', SELU_GAMMA),
    ),
  ),
  Softsign: of((x) => F.div(x, F.add(F.abs(x), 1))),
  Sum: (context) => [computed(tensors(context).reduce(F.add))],
  ThresholdedRelu: of((x, context) =>
    F.mul(x, F.cast(F.greater(x, floatOf(context, 'alpha', 1)), x.type)),
  ),
}
