// Gradients of reading by index: added back to the rows they were read from.
import { multiply, normalizeAxis } from '../dimensions.ts'
import { numberOf } from '../attributes.ts'
import { reshape, scatterAddRows, zerosLike } from '../functions.ts'
import { apply } from '../graph.ts'
import { noGradient } from './rule.ts'

import type { Tensor } from '../types.ts'
import type { GradientRule } from './rule.ts'

export const indexing = {
  Gather: (context) => {
    const { dy, inputs, attributes } = context
    const [data, indices] = [inputs[0]!, inputs[1]!]
    if (normalizeAxis(numberOf(attributes, 'axis', 0), data.shape.length) !== 0) {
      throw noGradient(context, 'only axis 0')
    }
    const count = multiply(...indices.shape)
    const rows = reshape(dy, [count, ...data.shape.slice(1)])
    return [scatterAddRows(zerosLike(data), reshape(indices, [count]), rows)]
  },
  ScatterND: (context) => {
    const { dy, inputs, attributes, needs } = context
    if (attributes['reduction'] !== 'add') throw noGradient(context, 'only reduction=add')
    const updates = (): Tensor => apply(dy.graph, 'GatherND', [dy, inputs[1]!])
    return [dy, undefined, needs(2) ? updates() : undefined]
  },
  GatherND: ({ dy, inputs }) => [
    apply(dy.graph, 'ScatterND', [zerosLike(inputs[0]!), inputs[1]!, dy], {
      attributes: { reduction: 'add' },
    }),
  ],
} satisfies Record<string, GradientRule>
