// Gradients of pooling.
import { apply } from '../graph.ts'
import { cast, div, equal, expandLike, mul, reduceSum } from '../functions.ts'
import { noGradient } from './rule.ts'

import type { GradientRule } from './rule.ts'

const notDifferentiable: GradientRule = (context) => {
  throw noGradient(context, 'second derivatives are not supported')
}

export const pooling = {
  MaxPool: ({ dy, inputs, outputs, attributes }) => [
    apply(dy.graph, 'MaxPoolGrad', [inputs[0]!, outputs[0]!, dy], { attributes }),
  ],
  AveragePool: ({ dy, inputs, attributes }) => [
    apply(dy.graph, 'AveragePoolGrad', [inputs[0]!, dy], { attributes }),
  ],
  GlobalAveragePool: ({ dy, inputs }) => {
    const area = inputs[0]!.shape.slice(2).reduce<number>((total, size) => total * Number(size), 1)
    return [expandLike(div(dy, area), inputs[0]!)]
  },
  /** Ties share the gradient evenly. */
  GlobalMaxPool: ({ dy, inputs, outputs }) => {
    const x = inputs[0]!
    const hits = cast(equal(x, outputs[0]!), x.type)
    const axes = [...x.shape.keys()].slice(2)
    return [mul(hits, div(dy, reduceSum(hits, { axes, keepDimensions: true })))]
  },
  Resize: notDifferentiable,
  MaxPoolGrad: notDifferentiable,
  AveragePoolGrad: notDifferentiable,
} satisfies Record<string, GradientRule>
