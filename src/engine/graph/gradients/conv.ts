// Gradients of convolution. The weight gradient is a composite: its best form depends on the device.
import { numbersOf } from '../attributes.ts'
import { reduceSum, slice, transpose } from '../functions.ts'
import { apply, ints } from '../graph.ts'
import { spatialSettings } from '../ops/conv.ts'
import { firstOrderOnly } from './rule.ts'

import type { Tensor } from '../types.ts'
import type { GradientContext, GradientRule, NoGradient } from './rule.ts'

/** Sum over everything but channels. */
const biasGradient = (dy: Tensor): Tensor =>
  reduceSum(dy, { axes: [...dy.shape.keys()].filter((axis) => axis !== 1) })

/** w [out, in, kh, kw] -> [in, out, kh, kw] with the kernel turned by 180 degrees. */
const flipped = (w: Tensor): Tensor => {
  const axes = [...w.shape.keys()].slice(2)
  const bound = (value: number): Tensor =>
    ints(
      w.graph,
      axes.map(() => value),
    )
  // Slice backwards: from the last element to before the first.
  const turned = apply(
    w.graph,
    'Slice',
    [w, bound(-1), bound(Number.MIN_SAFE_INTEGER), ints(w.graph, axes), bound(-1)],
    { declared: [{ type: w.type, shape: w.shape }] },
  )
  return transpose(turned, [1, 0, ...axes])
}

const inputGradient = ({ dy, inputs, attributes }: GradientContext): Tensor => {
  const [x, w] = [inputs[0]!, inputs[1]!]
  const kernel = w.shape.slice(2).map(Number)
  const { strides, pads, dilations, group } = spatialSettings(attributes, kernel)
  const rank = kernel.length
  const dense = group === 1 && [...strides, ...dilations].every((step) => step === 1)
  const fullPads = kernel.map((size, axis) => size - 1 - pads[axis]!)
  const endPads = kernel.map((size, axis) => size - 1 - pads[axis + rank]!)
  if (dense && [...fullPads, ...endPads].every((size) => size >= 0)) {
    return apply(dy.graph, 'Conv', [dy, flipped(w)], {
      attributes: { kernel_shape: kernel, pads: [...fullPads, ...endPads] },
    })
  }
  // What the forward windows did not reach at the far end comes back as output padding.
  const produced = dy.shape
    .slice(2)
    .map(
      (size, axis) =>
        strides[axis]! * (Number(size) - 1) + (kernel[axis]! - 1) * dilations[axis]! + 1,
    )
  const rest = x.shape
    .slice(2)
    .map((size, axis) => Number(size) + pads[axis]! + pads[axis + rank]! - produced[axis]!)
  return apply(dy.graph, 'ConvTranspose', [dy, w], {
    attributes: { kernel_shape: kernel, strides, pads, dilations, group, output_padding: rest },
  })
}

export const conv2d = {
  Conv: (context) => {
    const { dy, inputs, attributes, needs } = context
    const kernel = numbersOf(attributes, 'kernel_shape', inputs[1]!.shape.slice(2).map(Number))
    return [
      needs(0) ? inputGradient(context) : undefined,
      needs(1)
        ? apply(dy.graph, 'ConvWeightGrad', [inputs[0]!, dy], {
            attributes: { ...attributes, kernel_shape: kernel },
          })
        : undefined,
      inputs[2] && needs(2) ? biasGradient(dy) : undefined,
    ]
  },
  /** The transpose of a convolution: its input gradient is a convolution with the same weights. */
  ConvTranspose: (context) => {
    const { dy, inputs, attributes, needs } = context
    const w = inputs[1]!
    const kernel = w.shape.slice(2).map(Number)
    const { strides, pads, dilations, group } = spatialSettings(attributes, kernel)
    // Output padding takes back cropping at the end; what is left of it is a border that no window may read.
    const extra = numbersOf(
      attributes,
      'output_padding',
      kernel.map(() => 0),
    )
    const endPads = pads.slice(kernel.length).map((size, axis) => size - extra[axis]!)
    const trimmed = trimEnd(
      dy,
      endPads.map((size) => Math.max(0, -size)),
    )
    const settings = {
      kernel_shape: kernel,
      strides,
      pads: [...pads.slice(0, kernel.length), ...endPads.map((size) => Math.max(0, size))],
      dilations,
      group,
    }
    return [
      needs(0) ? apply(dy.graph, 'Conv', [trimmed, w], { attributes: settings }) : undefined,
      needs(1)
        ? apply(dy.graph, 'ConvWeightGrad', [trimmed, inputs[0]!], { attributes: settings })
        : undefined,
      inputs[2] && needs(2) ? biasGradient(dy) : undefined,
    ]
  },
  ConvWeightGrad: firstOrderOnly,
} satisfies Record<string, GradientRule | NoGradient>

const trimEnd = (x: Tensor, extra: readonly number[]): Tensor => {
  const ranges = extra.flatMap((size, axis) =>
    size > 0 ? [{ axis: axis + 2, start: 0, end: Number(x.shape[axis + 2]) - size }] : [],
  )
  return ranges.length > 0 ? slice(x, ranges) : x
}
