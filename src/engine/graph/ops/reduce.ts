// Reductions over axes (the axes are a constant input, as opset 18 has them), softmax along an axis.
import { numberOf } from '../attributes.ts'
import { normalizeAxis } from '../dimensions.ts'
import { constantValues, input, one, sameAsInput, shapeError } from './rules.ts'

import type { OpRule } from '../types.ts'

const reduction: OpRule = {
  attributes: { keepdims: 'int' },
  shape: 'x, axes (constant, default all) -> without these axes, or of size 1 with `keepdims`',
  infer: (context) => {
    const { type, shape } = input(context, 0)
    const axes = context.inputs[1]
      ? constantValues(context.inputs[1])
      : shape.map((_, axis) => axis)
    if (!axes) throw shapeError(context, 'axes must be constant')
    const reduced = new Set(axes.map((axis) => normalizeAxis(axis, shape.length)))
    if ([...reduced].some((axis) => shape[axis] === undefined)) {
      throw shapeError(context, `there is no axis [${axes.join(', ')}]`)
    }
    const keep = numberOf(context.attributes, 'keepdims', 1) === 1
    return one(
      type,
      shape.flatMap((dimension, axis) => (reduced.has(axis) ? (keep ? [1] : []) : [dimension])),
    )
  },
}

const along: OpRule = { attributes: { axis: 'int' }, shape: 'x -> as x', infer: sameAsInput }

export const reduce = {
  ReduceSum: reduction,
  ReduceMean: reduction,
  ReduceMax: reduction,
  ReduceMin: reduction,
  ReduceProd: reduction,
  ReduceL1: reduction,
  ReduceL2: reduction,
  ReduceSumSquare: reduction,
  ReduceLogSumExp: reduction,
  Softmax: along,
  LogSoftmax: along,
  /** Running sums; `exclusive` leaves out the element itself, `reverse` starts at the end. */
  CumSum: {
    attributes: { exclusive: 'int', reverse: 'int' },
    shape: 'x, axis (constant) -> as x',
    infer: (context) => {
      const { shape } = input(context, 0)
      const [axis] = constantValues(input(context, 1)) ?? []
      if (axis === undefined || shape[normalizeAxis(axis, shape.length)] === undefined)
        throw shapeError(context, 'the axis must be constant and exist')
      return sameAsInput(context)
    },
  },
} satisfies Record<string, OpRule>
