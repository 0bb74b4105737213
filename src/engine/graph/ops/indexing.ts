// Reading and writing by index.
import { numberOf } from '../attributes.ts'
import { normalizeAxis, sameShape } from '../dimensions.ts'
import { constantValues, input, one, sameAsInput, shapeError } from './rules.ts'

import type { OpRule } from '../types.ts'

export const indexing = {
  Gather: {
    attributes: { axis: 'int' },
    shape: 'data, indices -> data with the shape of the indices in place of `axis`',
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
  /** Along `axis`, the elements that the indices name. */
  GatherElements: {
    attributes: { axis: 'int' },
    shape: 'data, indices of the rank of data -> shape of the indices',
    infer: (context) => {
      const [data, indices] = [input(context, 0), input(context, 1)]
      if (data.shape.length !== indices.shape.length)
        throw shapeError(context, 'the indices need the rank of the data')
      return one(data.type, indices.shape)
    },
  },
  /** Updates are written along `axis`, or added with `reduction=add`. */
  ScatterElements: {
    attributes: { axis: 'int', reduction: 'string' },
    shape: 'data, indices, updates of the shape of the indices -> as data',
    infer: (context) => {
      if (!sameShape(input(context, 1).shape, input(context, 2).shape))
        throw shapeError(context, 'indices and updates must have one shape')
      return sameAsInput(context)
    },
  },
  /** The k largest values along `axis`, and their indices; the first of equal ones first. */
  TopK: {
    attributes: { axis: 'int', largest: 'int', sorted: 'int' },
    shape: 'x, k (constant) -> values and indices (int64), `axis` of size k',
    infer: (context) => {
      const { type, shape } = input(context, 0)
      const [count] = constantValues(input(context, 1)) ?? []
      const axis = normalizeAxis(numberOf(context.attributes, 'axis', -1), shape.length)
      if (count === undefined || Number(shape[axis]) < count)
        throw shapeError(context, 'k must be constant and at most the size of the axis')
      const found = shape.map((size, index) => (index === axis ? count : size))
      return [
        { type, shape: found },
        { type: 'int64', shape: found },
      ]
    },
  },
  /** Rows replace those at the indices, or add to them with `reduction=add`. */
  ScatterND: {
    attributes: { reduction: 'string' },
    shape: 'data, indices [..., k], updates -> as data',
    infer: sameAsInput,
  },
  GatherND: {
    attributes: {},
    shape: 'data, indices [..., k] -> [..., axes of data after the first k]',
    infer: (context) => {
      const [data, indices] = [input(context, 0), input(context, 1)]
      const depth = Number(indices.shape.at(-1))
      return one(data.type, [...indices.shape.slice(0, -1), ...data.shape.slice(depth)])
    },
  },
} satisfies Record<string, OpRule>
