// Pooling over windows and over whole feature maps.
import { numbersOf } from '../attributes.ts'
import { fixedSizes, windowSizes } from './conv.ts'
import { resizeInfer } from './resize.ts'
import { input, one, perChannel, sameAsInput, shapeError } from './rules.ts'

import type { OpRule } from '../types.ts'

const pool: OpRule['infer'] = (context) => {
  const { type, shape } = input(context, 0)
  const kernel = numbersOf(context.attributes, 'kernel_shape', [])
  const sizes = windowSizes(fixedSizes(context, 0, 2), kernel, context.attributes)
  if (kernel.length !== shape.length - 2 || sizes.some((size) => size < 1))
    throw shapeError(context, 'the window must have the rank of the input and fit into it')
  return one(type, [...shape.slice(0, 2), ...sizes])
}

const global: OpRule['infer'] = (context) => {
  const { type, shape } = input(context, 0)
  return one(
    type,
    shape.map((size, axis) => (axis < 2 ? size : 1)),
  )
}

const window = { kernel_shape: 'ints', strides: 'ints', pads: 'ints', ceil_mode: 'int' } as const
const averageWindow = { ...window, count_include_pad: 'int' } as const

const WINDOWS = 'x [batch, channels, ...sizes] -> [batch, channels, ...windows]'
const WHOLE = 'x [batch, channels, ...sizes] -> [batch, channels, 1, ...]'

export const pooling = {
  MaxPool: { attributes: window, shape: WINDOWS, infer: pool },
  AveragePool: { attributes: averageWindow, shape: WINDOWS, infer: pool },
  GlobalAveragePool: { attributes: {}, shape: WHOLE, infer: global },
  GlobalMaxPool: { attributes: {}, shape: WHOLE, infer: global },
  Resize: {
    attributes: {
      mode: 'string',
      coordinate_transformation_mode: 'string',
      nearest_mode: 'string',
      axes: 'ints',
      antialias: 'int',
      cubic_coeff_a: 'float',
    },
    shape: 'x, (region), scales or sizes (constant) -> x with these sizes',
    infer: resizeInfer,
  },
  /** 2x2 max-pooling of an unpadded convolution. */
  ConvMaxPool: {
    composite: true,
    attributes: {},
    shape: "x [batch, in, h, w], weight [out, in, kh, kw], bias [out] -> [batch, out, h', w']",
    infer: (context) => {
      const [x, w] = [input(context, 0), input(context, 1)]
      if (x.shape[1] !== w.shape[1])
        throw shapeError(context, 'weight is [out, in, kh, kw] for x [batch, in, h, w]')
      perChannel(context, 2, w.shape[0]!)
      const kernel = fixedSizes(context, 1, 2)
      const sizes = fixedSizes(context, 0, 2).map((size, axis) =>
        Math.floor((size - kernel[axis]! + 1) / 2),
      )
      if (sizes.some((size) => size < 1))
        throw shapeError(context, 'the input is smaller than one window')
      return one(x.type, [x.shape[0]!, w.shape[0]!, ...sizes])
    },
  },
  /** dx only with `input_gradient`; the first of equal values gets dy. */
  ConvMaxPoolGrad: {
    composite: true,
    attributes: { input_gradient: 'int' },
    shape: 'x, weight, y, dy -> dweight, dbias, dx',
    infer: (context) => {
      const [x, w] = [input(context, 0), input(context, 1)]
      return [w, { type: w.type, shape: [w.shape[0]!] }, x].map(({ type, shape }) => ({
        type,
        shape,
      }))
    },
  },
  /** The first of equal values in a window gets dy. */
  MaxPoolGrad: {
    composite: true,
    attributes: window,
    shape: 'x, dy -> dx, as x',
    infer: sameAsInput,
  },
  AveragePoolGrad: {
    composite: true,
    attributes: averageWindow,
    shape: 'x (for its shape), dy -> dx, as x',
    infer: sameAsInput,
  },
} satisfies Record<string, OpRule>
