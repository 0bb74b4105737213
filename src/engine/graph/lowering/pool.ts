// Gradients of pooling for ONNX Runtime's CPU kernels: windows may overlap, be padded or only partly filled.
import { div, reshape, scatterElements, zerosLike } from '../functions.ts'
import { apply, applyAll, constant } from '../graph.ts'
import { multiply } from '../dimensions.ts'
import { numberOf, numbersOf } from '../attributes.ts'
import { spatialSettings } from '../ops/conv.ts'

import type { Node, Shape, Tensor } from '../types.ts'
import type { Lowering } from './lower.ts'

/**
 * The forward kernel also says which value won (the first of equal ones, as in PyTorch); each winner gets what its windows
 * got. Measured: as fast as comparing shifted copies, and nothing about windows has to be said twice.
 */
export const maxPoolGrad: Lowering = ({ graph, node, inputs }) => {
  const [x, dy] = inputs as readonly [Tensor, Tensor]
  const [, winners] = applyAll(graph, 'MaxPool', [x], {
    attributes: node.attributes,
    declared: [
      { type: x.type, shape: dy.shape },
      { type: 'int64', shape: dy.shape },
    ],
  })
  const flat = (tensor: Tensor): Tensor => reshape(tensor, [multiply(...tensor.shape)])
  const dx = scatterElements(zerosLike(flat(x)), flat(winners!), {
    updates: flat(dy),
    axis: 0,
    reduction: 'add',
  })
  return [reshape(dx, x.shape)]
}

interface Window {
  readonly kernel: readonly number[]
  readonly strides: readonly number[]
  readonly pads: readonly number[]
}

const windowOf = ({ attributes }: Node): Window => {
  const kernel = numbersOf(attributes, 'kernel_shape', [])
  const { strides, pads } = spatialSettings(attributes, kernel)
  return { kernel, strides, pads }
}

const product = (sizes: readonly number[]): number => sizes.reduce((a, b) => a * b, 1)

/** How many values the mean of every window was taken over: [1, 1, ...windows]. */
const counts = (x: Tensor, dy: Tensor, node: Node): Float32Array => {
  const { kernel, strides, pads } = windowOf(node)
  const countsPadding = numberOf(node.attributes, 'count_include_pad', 0) === 1
  const perAxis = kernel.map((size, axis) => {
    const length = Number(x.shape[axis + 2])
    const [first, last] = countsPadding
      ? [-pads[axis]!, length + pads[axis + kernel.length]!]
      : [0, length]
    return Array.from({ length: Number(dy.shape[axis + 2]) }, (_, place) => {
      const start = place * strides[axis]! - pads[axis]!
      return Math.min(start + size, last) - Math.max(start, first)
    })
  })
  return Float32Array.from(
    perAxis.reduce<number[]>((all, axis) => all.flatMap((a) => axis.map((b) => a * b)), [1]),
  )
}

/** Every mean is spread evenly over its window: a transposed convolution with ones, channel by channel. */
export const averagePoolGrad: Lowering = ({ graph, node, inputs }) => {
  const [x, dy] = inputs as readonly [Tensor, Tensor]
  const { kernel, strides, pads } = windowOf(node)
  const rank = kernel.length
  const windows = dy.shape.slice(2).map(Number)
  const filled = (name: string, shape: readonly number[], data: Float32Array): Tensor =>
    constant(graph, name, { type: 'float32', shape, data })
  const count = filled('window_counts', [1, 1, ...windows], counts(x, dy, node))
  const ones = filled('window', [1, 1, ...kernel], new Float32Array(product(kernel)).fill(1))
  const images = (shape: Shape): Shape => [multiply(shape[0]!, shape[1]!), 1, ...shape.slice(2)]
  // Rows beyond the last window come back as zeros, what windows hang over the edge is cut.
  const overhang = windows.map(
    (count, axis) =>
      (count - 1) * strides[axis]! + kernel[axis]! - pads[axis]! - Number(x.shape[axis + 2]),
  )
  const spread = apply(graph, 'ConvTranspose', [reshape(div(dy, count), images(dy.shape)), ones], {
    attributes: {
      kernel_shape: kernel,
      strides,
      pads: [...pads.slice(0, rank), ...overhang.map((size) => Math.max(0, size))],
      output_padding: overhang.map((size) => Math.max(0, -size)),
    },
  })
  return [reshape(spread, x.shape)]
}
