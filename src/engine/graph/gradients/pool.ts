// Gradients of pooling.
import { apply, applyAll } from '../graph.ts'
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
  ConvMaxPool: ({ dy, inputs, outputs, needs }) => {
    const wantsDx = needs(0)
    const [dw, dbias, dx] = applyAll(
      dy.graph,
      'ConvMaxPoolGrad',
      [inputs[0]!, inputs[1]!, outputs[0]!, dy],
      {
        attributes: { input_gradient: wantsDx ? 1 : 0 },
      },
    )
    return [wantsDx ? dx : undefined, dw, dbias]
  },
  ConvMaxPoolGrad: notDifferentiable,
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
