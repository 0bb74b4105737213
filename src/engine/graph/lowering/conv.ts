// Convolution for ONNX Runtime's CPU kernels.
import { add, concat, matMul, reduceSum, reshape, slice, split, transpose } from '../functions.ts'
import { apply } from '../graph.ts'
import { spatialSettings } from '../ops/conv.ts'
import { hasPlainPatches, patches, patchWeights, unpatchWeights } from './im2col.ts'

import type { Node, Tensor } from '../types.ts'
import type { Lowering, LoweredNode } from './lower.ts'
import type { Patches } from './im2col.ts'

/** Below this many input channels ONNX Runtime's own `Conv` is faster than a product over patches (measured). */
const MIN_CHANNELS = 16

interface ConvLowerings {
  readonly Conv: Lowering
  readonly ConvWeightGrad: Lowering
}

/** Lowerings that share patches between a convolution and its weight gradient within one graph. */
export const convLowerings = (live: readonly Node[]): ConvLowerings => {
  const shared = new Map<string, Patches>()
  const differentiated = new Set(
    live.filter(({ op }) => op === 'ConvWeightGrad').map(({ inputs }) => inputs[0]!.name),
  )
  const patchesOf = ({ node, inputs }: LoweredNode, kernel: readonly number[]): Patches => {
    const settings = spatialSettings(node.attributes, kernel)
    const key = JSON.stringify([node.inputs[0]!.name, kernel, settings])
    const known = shared.get(key)
    if (known) return known
    const made = patches(inputs[0]!, node.attributes, kernel)
    shared.set(key, made)
    return made
  }
  return {
    Conv: (lowered) => {
      const { graph, node, inputs } = lowered
      const [x, w, bias] = inputs as readonly Tensor[]
      const kernel = w!.shape.slice(2).map(Number)
      const sharing =
        differentiated.has(node.inputs[0]!.name) &&
        hasPlainPatches(node.attributes, kernel) &&
        Number(x!.shape[1]) >= MIN_CHANNELS
      if (!sharing) return [apply(graph, 'Conv', inputs, { attributes: node.attributes })]
      const { columns } = patchesOf(lowered, kernel)
      const product = matMul(patchWeights(w!), columns)
      const biased = bias ? add(product, reshape(bias, [Number(w!.shape[0]), 1])) : product
      return [reshape(biased, node.outputs[0]!.shape)]
    },
    ConvWeightGrad: (lowered) => {
      const { node, inputs } = lowered
      const [x, dy] = inputs as readonly [Tensor, Tensor]
      const shape = node.outputs[0]!.shape
      const kernel = shape.slice(2).map(Number)
      if (!hasPlainPatches(node.attributes, kernel)) return [bySwappedAxes(x, dy, node)]
      const { columns } = patchesOf(lowered, kernel)
      const [batch, out] = dy.shape as [Tensor['shape'][0], number]
      const flat = reshape(dy, [batch, out, columns.shape[2]!])
      const perRow = apply(dy.graph, 'FusedMatMul', [flat, columns], { attributes: { transB: 1 } })
      return [unpatchWeights(reduceSum(perRow, { axes: [0] }), shape)]
    },
  }
}

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
