// Pooling over windows and over whole feature maps.
import { numbersOf } from '../attributes.ts'
import { fixedSizes, windowSizes } from './conv.ts'
import { constantValues, input, one, sameAsInput, shapeError } from './rules.ts'

import type { OpRule } from '../types.ts'

const pool: OpRule['infer'] = (context) => {
  const { type, shape } = input(context, 0)
  const kernel = numbersOf(context.attributes, 'kernel_shape', [])
  return one(type, [
    ...shape.slice(0, 2),
    ...windowSizes(fixedSizes(context, 0, 2), kernel, context.attributes),
  ])
}

const global: OpRule['infer'] = (context) => {
  const { type, shape } = input(context, 0)
  return one(
    type,
    shape.map((size, axis) => (axis < 2 ? size : 1)),
  )
}

const window = { kernel_shape: 'ints', strides: 'ints', pads: 'ints' } as const

export const pooling = {
  MaxPool: { attributes: window, infer: pool },
  AveragePool: { attributes: { ...window, count_include_pad: 'int' }, infer: pool },
  GlobalAveragePool: { attributes: {}, infer: global },
  GlobalMaxPool: { attributes: {}, infer: global },
  /** Nearest-neighbour enlargement by the constant `scales` (third input). */
  Resize: {
    attributes: {
      mode: 'string',
      coordinate_transformation_mode: 'string',
      nearest_mode: 'string',
    },
    infer: (context) => {
      const { type, shape } = input(context, 0)
      const scales = constantValues(context.inputs[2])
      if (!scales) throw shapeError(context, 'scales must be constant')
      return one(
        type,
        shape.map((size, axis) =>
          typeof size === 'number' ? Math.floor(size * scales[axis]!) : size,
        ),
      )
    },
  },
  /** x, y = MaxPool(x), dy -> dx, for windows that do not overlap; ties share dy evenly. */
  MaxPoolGrad: { composite: true, attributes: window, infer: sameAsInput },
  /** x (for its shape), dy -> dx, for windows that do not overlap and no padding. */
  AveragePoolGrad: { composite: true, attributes: window, infer: sameAsInput },
} satisfies Record<string, OpRule>
