// Reading and writing by index.
import { numberOf } from '../attributes.ts'
import { normalizeAxis } from '../dimensions.ts'
import { input, one, sameAsInput } from './rules.ts'

import type { OpRule } from '../types.ts'

export const indexing = {
  Gather: {
    attributes: { axis: 'int' },
    infer: (context) => {
      const data = input(context, 0)
      const axis = normalizeAxis(numberOf(context.attributes, 'axis', 0), data.shape.length)
      return one(data.type, [
        ...data.shape.slice(0, axis),
        ...input(context, 1).shape,
        ...data.shape.slice(axis + 1),
      ])
    },
  },
  /** data, indices [..., k], updates: rows are added at the indices when `reduction` is `add`. */
  ScatterND: { attributes: { reduction: 'string' }, infer: sameAsInput },
  /** data, indices [..., k] -> data at those leading indices. */
  GatherND: {
    attributes: {},
    infer: (context) => {
      const [data, indices] = [input(context, 0), input(context, 1)]
      const depth = Number(indices.shape.at(-1))
      return one(data.type, [...indices.shape.slice(0, -1), ...data.shape.slice(depth)])
    },
  },
} satisfies Record<string, OpRule>
