// Convolution for ONNX Runtime's CPU kernels.
import { add, concat, matMul, reduceSum, reshape, slice, split, transpose } from '../functions.ts'
import { apply } from '../graph.ts'
import { spatialSettings } from '../ops/conv.ts'
import { multiply } from '../dimensions.ts'
import { patchesByRow } from './conv-patches.ts'
import { hasPlainPatches, patches, patchWeights, unpatchWeights } from './im2col.ts'

import type { Attributes, Dimension, Node, Tensor } from '../types.ts'
import type { Lowering, LoweredNode } from './lower.ts'
import type { Patches } from './im2col.ts'

/** Below this many input channels patches are made row by row, with the batch inside (measured). */
const MIN_CHANNELS = 16

/**
 * How a convolution whose weights are trained is computed: `image` shares patches of whole images, `row` patches of rows of
 * the result; what neither can do stays ONNX Runtime's `Conv`.
 */
const schemeOf = (x: Tensor, attributes: Attributes, kernel: readonly number[]): Scheme => {
  const { group } = spatialSettings(attributes, kernel)
  if (kernel.length !== 2 || group !== 1) return 'kernel'
  if (Number(x.shape[1]) < MIN_CHANNELS) return 'row'
  return hasPlainPatches(attributes, kernel) ? 'image' : 'kernel'
}

type Scheme = 'image' | 'row' | 'kernel'

interface ConvLowerings {
  readonly Conv: Lowering
  readonly ConvWeightGrad: Lowering
}

/** Lowerings that share patches between a convolution and its weight gradient within one graph. */
export const convLowerings = (live: readonly Node[]): ConvLowerings => {
  const images = new Map<string, Patches>()
  const rows = new Map<string, Tensor>()
  const differentiated = new Set(
    live.filter(({ op }) => op === 'ConvWeightGrad').map(({ inputs }) => inputs[0]!.name),
  )
  const shared =
    <T>(known: Map<string, T>, make: (x: Tensor, attributes: Attributes, kernel: Pair) => T) =>
    ({ node, inputs }: LoweredNode, kernel: readonly number[]): T => {
      const settings = spatialSettings(node.attributes, kernel)
      const key = JSON.stringify([node.inputs[0]!.name, kernel, settings])
      const made = known.get(key) ?? make(inputs[0]!, node.attributes, kernel as Pair)
      known.set(key, made)
      return made
    }
  const imagePatches = shared(images, patches)
  const rowPatches = shared(rows, patchesByRow)
  return {
    Conv: (lowered) => {
      const { graph, node, inputs } = lowered
      const [x, w, bias] = inputs as readonly [Tensor, Tensor, Tensor | undefined]
      const kernel = w.shape.slice(2).map(Number)
      const scheme = schemeOf(x, node.attributes, kernel)
      if (!differentiated.has(node.inputs[0]!.name) || scheme === 'kernel')
        return [apply(graph, 'Conv', inputs, { attributes: node.attributes })]
      const columns =
        scheme === 'image' ? imagePatches(lowered, kernel).columns : rowPatches(lowered, kernel)
      const product = matMul(patchWeights(w), columns)
      const biased = bias ? add(product, reshape(bias, [Number(w.shape[0]), 1])) : product
      const { shape } = node.outputs[0]!
      const [batch, out, height, width] = shape as [Dimension, number, number, number]
      return scheme === 'image'
        ? [reshape(biased, shape)]
        : [transpose(reshape(biased, [height, out, width, batch]), [3, 1, 0, 2])]
    },
    ConvWeightGrad: (lowered) => {
      const { node, inputs } = lowered
      const [x, dy] = inputs as readonly [Tensor, Tensor]
      const { shape } = node.outputs[0]!
      const kernel = shape.slice(2).map(Number)
      const scheme = schemeOf(x, node.attributes, kernel)
      const sumOfProducts = (flat: Tensor, columns: Tensor): readonly Tensor[] => {
        const parts = apply(dy.graph, 'FusedMatMul', [flat, columns], { attributes: { transB: 1 } })
        return [unpatchWeights(reduceSum(parts, { axes: [0] }), shape)]
      }
      const [batch, out, height, width] = dy.shape as [Dimension, number, number, number]
      switch (scheme) {
        case 'kernel':
          return [bySwappedAxes(x, dy, node)]
        case 'image':
          return sumOfProducts(
            reshape(dy, [batch, out, height * width]),
            imagePatches(lowered, kernel).columns,
          )
        case 'row':
          return sumOfProducts(
            reshape(transpose(dy, [2, 1, 3, 0]), [height, out, multiply(batch, width)]),
            rowPatches(lowered, kernel),
          )
      }
    },
  }
}

type Pair = readonly [number, number]

/**
 * dw as a convolution whose batch axis is the channels: strides and dilations change places. Slower than patches, but
 * it works for every stride, dilation and group.
 */
const bySwappedAxes = (x: Tensor, dy: Tensor, node: Node): Tensor => {
  const [out, perGroup, ...kernel] = node.outputs[0]!.shape.map(Number) as [
    number,
    number,
    ...number[],
  ]
  const { strides, pads, dilations, group } = spatialSettings(node.attributes, kernel)
  const axes = kernel.map((_, axis) => axis + 2)
  const one = (xs: Tensor, dys: Tensor): Tensor => {
    const grown = apply(
      x.graph,
      'Conv',
      [transpose(xs, [1, 0, ...axes]), transpose(dys, [1, 0, ...axes])],
      {
        attributes: {
          kernel_shape: dys.shape.slice(2).map(Number),
          strides: dilations,
          dilations: strides,
          pads,
        },
        declared: [{ type: x.type, shape: [perGroup, out / group, ...grownSizes(xs, dys, node)] }],
      },
    )
    // Input rows that no window reached make the result larger than the kernel.
    const cut = slice(
      grown,
      kernel.map((size, axis) => ({ axis: axis + 2, start: 0, end: size })),
    )
    return transpose(cut, [1, 0, ...axes])
  }
  if (group === 1) return one(x, dy)
  const parts = (tensor: Tensor, size: number): readonly Tensor[] =>
    split(tensor, Array<number>(group).fill(size), 1)
  const dys = parts(dy, out / group)
  return concat(
    parts(x, perGroup).map((xs, index) => one(xs, dys[index]!)),
    0,
  )
}

const grownSizes = (x: Tensor, dy: Tensor, node: Node): readonly number[] => {
  const kernel = node.outputs[0]!.shape.slice(2).map(Number)
  const { strides, pads, dilations } = spatialSettings(node.attributes, kernel)
  return kernel.map((_, axis) => {
    const padded = Number(x.shape[axis + 2]) + pads[axis]! + pads[axis + kernel.length]!
    const reach = (Number(dy.shape[axis + 2]) - 1) * strides[axis]! + 1
    return Math.floor((padded - reach) / dilations[axis]!) + 1
  })
}
