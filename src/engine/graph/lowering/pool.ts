// Gradients of pooling whose windows do not overlap: enlarge what came back to the input's size.
import { averagePool, cast, div, equal, mul, pad, slice } from '../functions.ts'
import { apply, constant } from '../graph.ts'
import { graphErrors } from '../errors.ts'
import { numbersOf } from '../attributes.ts'
import { float32 } from '../../../base/arrays.ts'

import type { Node, Tensor } from '../types.ts'
import type { Lowering } from './lower.ts'

const windowOf = (node: Node): readonly number[] => {
  const kernel = numbersOf(node.attributes, 'kernel_shape', [])
  const strides = numbersOf(
    node.attributes,
    'strides',
    kernel.map(() => 1),
  )
  const pads = numbersOf(node.attributes, 'pads', [])
  if (kernel.some((size, axis) => size !== strides[axis]) || pads.some((size) => size !== 0)) {
    throw graphErrors.error('no-gradient', {
      op: node.op,
      why: 'windows must not overlap and need no padding',
      tensor: node.outputs[0]!.name,
    })
  }
  return kernel
}

/** Every value repeated over its window. */
const enlarge = (x: Tensor, kernel: readonly number[]): Tensor => {
  const scales = constant(x.graph, 'scales', float32([2 + kernel.length], [1, 1, ...kernel]))
  return apply(x.graph, 'Resize', [x, undefined, scales], {
    attributes: {
      mode: 'nearest',
      coordinate_transformation_mode: 'asymmetric',
      nearest_mode: 'floor',
    },
  })
}

/** The part of the input that windows cover, and back. */
const covered = (x: Tensor, dy: Tensor, kernel: readonly number[]): Tensor => {
  const ranges = kernel.flatMap((size, axis) => {
    const end = Number(dy.shape[axis + 2]) * size
    return end === x.shape[axis + 2] ? [] : [{ axis: axis + 2, start: 0, end }]
  })
  return ranges.length > 0 ? slice(x, ranges) : x
}

const uncovered = (dx: Tensor, x: Tensor): Tensor => {
  const rest = x.shape.map((size, axis) => (axis < 2 ? 0 : Number(size) - Number(dx.shape[axis])))
  return pad(dx, [...rest.map(() => 0), ...rest])
}

export const maxPoolGrad: Lowering = ({ node, inputs }) => {
  const [x, y, dy] = inputs as readonly [Tensor, Tensor, Tensor]
  const kernel = windowOf(node)
  const part = covered(x, dy, kernel)
  const mask = cast(equal(part, enlarge(y, kernel)), x.type)
  // Equal values are common in posters (borders, plain sky): without sharing they would multiply the gradient.
  const area = kernel.reduce((a, b) => a * b, 1)
  const count = mul(averagePool(mask, { kernel }), area)
  const shared = enlarge(div(dy, count), kernel)
  return [uncovered(mul(shared, mask), x)]
}

export const averagePoolGrad: Lowering = ({ node, inputs }) => {
  const [x, dy] = inputs as readonly [Tensor, Tensor]
  const kernel = windowOf(node)
  const area = kernel.reduce((a, b) => a * b, 1)
  return [uncovered(enlarge(div(dy, area), kernel), x)]
}
