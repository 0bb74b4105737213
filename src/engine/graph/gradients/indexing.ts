// Gradients of reading by index: added back to the rows they were read from.
import { multiply, normalizeAxis } from '../dimensions.ts'
import { numberOf, stringOf } from '../attributes.ts'
import {
  gatherElements,
  reshape,
  scatterAddRows,
  scatterElements,
  transpose,
  zerosLike,
} from '../functions.ts'
import { apply } from '../graph.ts'
import { noGradient } from './rule.ts'

import type { Tensor } from '../types.ts'
import type { GradientRule } from './rule.ts'

export const indexing = {
  Gather: ({ dy, inputs, attributes }) => {
    const [data, indices] = [inputs[0]!, inputs[1]!]
    const rank = data.shape.length
    const axis = normalizeAxis(numberOf(attributes, 'axis', 0), rank)
    // The axis that was read goes to the front, and back afterwards.
    const others = [...data.shape.keys()].filter((index) => index !== axis)
    const read = [...indices.shape.keys()].map((index) => index + axis)
    const around = others.map((index) => (index < axis ? index : index + read.length - 1))
    const count = multiply(...indices.shape)
    const front = axis === 0 ? dy : transpose(dy, [...read, ...around])
    const rows = reshape(front, [count, ...others.map((index) => data.shape[index]!)])
    const empty = zerosLike(axis === 0 ? data : transpose(data, [axis, ...others]))
    const sums = scatterAddRows(empty, reshape(indices, [count]), rows)
    const order = [axis, ...others]
    return [
      axis === 0
        ? sums
        : transpose(
            sums,
            [...order.keys()].map((index) => order.indexOf(index)),
          ),
    ]
  },
  GatherElements: ({ dy, inputs, attributes }) => [
    scatterElements(zerosLike(inputs[0]!), inputs[1]!, {
      updates: dy,
      axis: numberOf(attributes, 'axis', 0),
      reduction: 'add',
    }),
  ],
  ScatterElements: (context) => {
    const { dy, inputs, attributes, needs } = context
    const reduction = stringOf(attributes, 'reduction', 'none')
    const axis = numberOf(attributes, 'axis', 0)
    const [, indices, updates] = inputs as readonly [Tensor, Tensor, Tensor]
    if (reduction !== 'none' && reduction !== 'add')
      throw noGradient(context, 'only plain writing and reduction=add')
    const overwritten = (): Tensor =>
      scatterElements(dy, indices, { updates: zerosLike(updates), axis, reduction: 'none' })
    return [
      needs(0) ? (reduction === 'add' ? dy : overwritten()) : undefined,
      undefined,
      needs(2) ? gatherElements(dy, indices, axis) : undefined,
    ]
  },
  TopK: (context) => {
    const { inputs, outputs, gradients, attributes } = context
    const values = gradients[0]
    if (!values) return []
    const axis = numberOf(attributes, 'axis', -1)
    const into = zerosLike(inputs[0]!)
    return [scatterElements(into, outputs[1]!, { updates: values, axis, reduction: 'add' })]
  },
  ScatterND: (context) => {
    const { dy, inputs, attributes, needs } = context
    const reduction = stringOf(attributes, 'reduction', 'none')
    const [, indices, updates] = inputs as readonly [Tensor, Tensor, Tensor]
    if (reduction !== 'none' && reduction !== 'add')
      throw noGradient(context, 'only plain writing and reduction=add')
    const overwritten = (): Tensor =>
      apply(dy.graph, 'ScatterND', [dy, indices, zerosLike(updates)])
    return [
      needs(0) ? (reduction === 'add' ? dy : overwritten()) : undefined,
      undefined,
      needs(2) ? apply(dy.graph, 'GatherND', [dy, indices]) : undefined,
    ]
  },
  GatherND: ({ dy, inputs }) => [
    apply(dy.graph, 'ScatterND', [zerosLike(inputs[0]!), inputs[1]!, dy], {
      attributes: { reduction: 'add' },
    }),
  ],
} satisfies Record<string, GradientRule>
