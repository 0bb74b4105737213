// The weight gradient of a convolution as another convolution, whose batch is the channels and whose channels are the batch:
// strides and dilations change places. Slower than products of patches, but it works for every stride, dilation and group.
import { reshape, slice, transpose } from '../functions.ts'
import { apply } from '../graph.ts'
import { multiply } from '../dimensions.ts'
import { spatialSettings } from '../ops/conv.ts'

import type { Attributes, Tensor } from '../types.ts'

interface Gradient {
  readonly x: Tensor
  readonly dy: Tensor
  /** Of the convolution, and the shape of its weights [out, in / group, ...kernel]. */
  readonly attributes: Attributes
  readonly shape: readonly number[]
}

export const weightGradient = ({ x, dy, attributes, shape }: Gradient): Tensor => {
  const [out, perGroup, ...kernel] = shape as [number, number, ...number[]]
  const { strides, pads, dilations, group } = spatialSettings(attributes, kernel)
  const sizes = x.shape.slice(2).map(Number)
  const space = kernel.map((_, axis) => axis + 2)
  const batch = x.shape[0]!
  const swapped =
    group === 1
      ? transpose(x, [1, 0, ...space])
      : reshape(
          transpose(reshape(x, [batch, group, perGroup, ...sizes]), [
            2,
            1,
            0,
            ...space.map((axis) => axis + 1),
          ]),
          [perGroup, multiply(batch, group), ...sizes],
        )
  // Input rows that no window reached make the result larger than the kernel.
  const grown = kernel.map((_, axis) => {
    const padded = sizes[axis]! + pads[axis]! + pads[axis + kernel.length]!
    const reach = (Number(dy.shape[axis + 2]) - 1) * strides[axis]! + 1
    return Math.floor((padded - reach) / dilations[axis]!) + 1
  })
  const whole = apply(x.graph, 'Conv', [swapped, transpose(dy, [1, 0, ...space])], {
    attributes: {
      kernel_shape: dy.shape.slice(2).map(Number),
      strides: dilations,
      dilations: strides,
      pads,
      group,
    },
    declared: [{ type: x.type, shape: [perGroup, out, ...grown] }],
  })
  const cut = slice(
    whole,
    kernel.map((size, axis) => ({ axis: axis + 2, start: 0, end: size })),
  )
  return transpose(cut, [1, 0, ...space])
}
