// What shape rules share: reading inputs and complaining by name.
import { sizeOf } from '../../../base/arrays.ts'
import { broadcast, sameShape, showShape } from '../dimensions.ts'
import { graphErrors } from '../errors.ts'

import type { MedleyError } from '../../../base/errors.ts'
import type { Dimension, InferenceContext, OpRule, Shape, Signature, Tensor } from '../types.ts'

const describe = (tensors: readonly (Tensor | undefined)[]): string =>
  tensors
    .map((tensor) =>
      tensor ? `${tensor.name} ${tensor.type}${showShape(tensor.shape)}` : '(none)',
    )
    .join(', ')

export const shapeError = ({ op, inputs }: InferenceContext, rule: string): MedleyError =>
  graphErrors.error('shape-mismatch', { op, rule, got: describe(inputs) })

/** The input at `index`; an absent required input is a programming error. */
export const input = (context: InferenceContext, index: number): Tensor => {
  const tensor = context.inputs[index]
  if (!tensor) throw shapeError(context, `input ${index} is required`)
  return tensor
}

/** All given inputs must have one element type. */
export const sameType = (
  context: InferenceContext,
  ...indices: readonly number[]
): Tensor['type'] => {
  const tensors = indices.map((index) => input(context, index))
  const first = tensors[0]!
  if (tensors.some((tensor) => tensor.type !== first.type)) {
    throw graphErrors.error('type-mismatch', {
      op: context.op,
      expected: 'one element type',
      got: describe(tensors),
    })
  }
  return first.type
}

export const broadcastAll = (context: InferenceContext, tensors: readonly Tensor[]): Shape =>
  tensors.slice(1).reduce<Shape>((shape, tensor) => {
    const joined = broadcast(shape, tensor.shape)
    if (!joined) throw shapeError(context, 'shapes must broadcast')
    return joined
  }, tensors[0]!.shape)

/** The optional vector at `index` has one value per channel. */
export const perChannel = (context: InferenceContext, index: number, channels: Dimension): void => {
  const vector = context.inputs[index]
  if (vector && !sameShape(vector.shape, [channels])) {
    throw shapeError(context, `${vector.name} must be [${channels}], one value per channel`)
  }
}

/** The values of a small constant input (shapes, axes, scales), or `undefined` when it is computed at run time. */
export const constantValues = (tensor: Tensor | undefined): readonly number[] | undefined => {
  const constant = tensor?.graph.constants.get(tensor.name)
  if (!constant || sizeOf(constant.data.shape) > 64) return undefined
  return Array.from(constant.data.data, Number)
}

/** Output = first input's type and shape. */
export const sameAsInput: OpRule['infer'] = (context) => {
  const { type, shape } = input(context, 0)
  return [{ type, shape }]
}

export const one = (type: Signature['type'], shape: Shape): readonly Signature[] => [
  { type, shape },
]
