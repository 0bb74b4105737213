// Convolution and its pieces. `ConvWeightGrad` is a composite because its best form differs between devices.
import { numberOf, numbersOf } from '../attributes.ts'
import { input, one, perChannel, sameType, shapeError } from './rules.ts'

import type { InferenceContext, OpRule } from '../types.ts'

const spatialAttributes = {
  kernel_shape: 'ints',
  strides: 'ints',
  pads: 'ints',
  dilations: 'ints',
  group: 'int',
} as const

/** Spatial settings with ONNX defaults; `pads` are all begins, then all ends. */
export const spatialSettings = (
  attributes: InferenceContext['attributes'],
  kernel: readonly number[],
): {
  readonly strides: readonly number[]
  readonly pads: readonly number[]
  readonly dilations: readonly number[]
  readonly group: number
} => ({
  strides: numbersOf(
    attributes,
    'strides',
    kernel.map(() => 1),
  ),
  pads: numbersOf(
    attributes,
    'pads',
    [...kernel, ...kernel].map(() => 0),
  ),
  dilations: numbersOf(
    attributes,
    'dilations',
    kernel.map(() => 1),
  ),
  group: numberOf(attributes, 'group', 1),
})

export const fixedSizes = (
  context: InferenceContext,
  index: number,
  from: number,
): readonly number[] =>
  input(context, index)
    .shape.slice(from)
    .map((size) => {
      if (typeof size === 'string') throw shapeError(context, 'spatial sizes must be fixed')
      return size
    })

/** Output sizes of a window that slides over `sizes`. */
export const windowSizes = (
  sizes: readonly number[],
  kernel: readonly number[],
  attributes: InferenceContext['attributes'],
): readonly number[] => {
  const { strides, pads, dilations } = spatialSettings(attributes, kernel)
  return sizes.map((size, axis) => {
    const reach = (kernel[axis]! - 1) * dilations[axis]! + 1
    const padded = size + pads[axis]! + pads[axis + sizes.length]!
    const steps = (padded - reach) / strides[axis]!
    if (numberOf(attributes, 'ceil_mode', 0) === 0) return Math.floor(steps) + 1
    // No window may start in the padding at the end (PyTorch's rule, and ONNX's).
    const last = Math.ceil(steps)
    return last * strides[axis]! >= size + pads[axis]! ? last : last + 1
  })
}

const conv: OpRule['infer'] = (context) => {
  const type = sameType(context, 0, 1)
  const [x, w] = [input(context, 0), input(context, 1)]
  const kernel = fixedSizes(context, 1, 2)
  const { group } = spatialSettings(context.attributes, kernel)
  const channels = x.shape[1]
  if (typeof channels !== 'number' || channels !== Number(w.shape[1]) * group) {
    throw shapeError(context, 'weight is [out, in / group, ...kernel] for x [batch, in, ...]')
  }
  if (x.shape.length !== w.shape.length || Number(w.shape[0]) % group !== 0) {
    throw shapeError(context, 'weight has the rank of x and a multiple of `group` filters')
  }
  perChannel(context, 2, w.shape[0]!)
  const sizes = windowSizes(fixedSizes(context, 0, 2), kernel, context.attributes)
  if (sizes.some((size) => size < 1))
    throw shapeError(context, 'the kernel is larger than the input')
  return one(type, [x.shape[0]!, w.shape[0]!, ...sizes])
}

const convTranspose: OpRule['infer'] = (context) => {
  const type = sameType(context, 0, 1)
  const [x, w] = [input(context, 0), input(context, 1)]
  const kernel = fixedSizes(context, 1, 2)
  const { strides, pads, dilations, group } = spatialSettings(context.attributes, kernel)
  if (x.shape[1] !== w.shape[0] || x.shape.length !== w.shape.length) {
    throw shapeError(context, 'weight is [in, out / group, ...kernel] for x [batch, in, ...]')
  }
  perChannel(context, 2, Number(w.shape[1]) * group)
  const extra = numbersOf(
    context.attributes,
    'output_padding',
    kernel.map(() => 0),
  )
  const sizes = fixedSizes(context, 0, 2).map(
    (size, axis) =>
      strides[axis]! * (size - 1) +
      extra[axis]! +
      (kernel[axis]! - 1) * dilations[axis]! +
      1 -
      pads[axis]! -
      pads[axis + kernel.length]!,
  )
  return one(type, [x.shape[0]!, Number(w.shape[1]) * group, ...sizes])
}

export const conv2d = {
  Conv: {
    attributes: spatialAttributes,
    shape:
      'x [batch, in, ...sizes], weight [out, in / group, ...kernel], bias [out] -> [batch, out, ...windows]',
    infer: conv,
  },
  ConvTranspose: {
    attributes: { ...spatialAttributes, output_padding: 'ints' },
    shape:
      'x [batch, in, ...sizes], weight [in, out / group, ...kernel], bias [out] -> [batch, out, ...sizes before Conv]',
    infer: convTranspose,
  },
  ConvWeightGrad: {
    composite: true,
    attributes: spatialAttributes,
    shape: 'x [batch, in, ...], dy [batch, out, ...] -> dw [out, in / group, ...kernel]',
    infer: (context) => {
      const kernel = numbersOf(context.attributes, 'kernel_shape', [])
      const { group } = spatialSettings(context.attributes, kernel)
      const [x, dy] = [input(context, 0), input(context, 1)]
      return one(x.type, [dy.shape[1]!, Number(x.shape[1]) / group, ...kernel])
    },
  },
} satisfies Record<string, OpRule>
