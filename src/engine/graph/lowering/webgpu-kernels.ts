// Where ONNX Runtime's WebGPU kernels (1.30) give wrong numbers or are missing, the same from other operators. Every one of
// these was found by a row of the operator harness.
import {
  add,
  cast,
  concat,
  exp,
  greater,
  less,
  log,
  max,
  reduceMax,
  reduceSum,
  slice,
  split,
  squeeze,
  sub,
} from '../functions.ts'
import { numberOf } from '../attributes.ts'
import { normalizeAxis } from '../dimensions.ts'
import { apply } from '../graph.ts'
import { spatialSettings } from '../ops/conv.ts'

import type { Tensor } from '../types.ts'
import type { Lowering, LoweringTable, LoweredNode } from './lower.ts'

const asIs = ({ graph, node, inputs }: LoweredNode): readonly Tensor[] => {
  const outputs = node.outputs.map((tensor): Tensor => ({ ...tensor, graph }))
  graph.nodes.push({ ...node, inputs, outputs })
  return outputs
}

/**
 * A kernel as large as the image is computed as one product; the kernel looks at the padding in front only, and forgets
 * that at the end. Gradients of weights are such convolutions. One window more in front, cut off again, avoids that path.
 * (Not `Pad`: ONNX Runtime would fuse it into the convolution.)
 */
const conv: Lowering = (lowered) => {
  const { graph, node, inputs } = lowered
  const [x, w] = inputs as readonly [Tensor, Tensor]
  const kernel = w.shape.slice(2).map(Number)
  const { pads, strides } = spatialSettings(node.attributes, kernel)
  const [begins, ends] = [pads.slice(0, kernel.length), pads.slice(kernel.length)]
  const isWhole = kernel.every((size, axis) => size === x.shape[axis + 2])
  if (!isWhole || begins.some((size) => size > 0) || ends.every((size) => size === 0))
    return asIs(lowered)
  const { type, shape } = node.outputs[0]!
  const [batch, out, first, ...others] = shape
  const length = Number(first)
  const longer = apply(graph, 'Conv', inputs, {
    attributes: { ...node.attributes, pads: [strides[0]!, ...pads.slice(1)] },
    declared: [{ type, shape: [batch!, out!, length + 1, ...others] }],
  })
  return [slice(longer, [{ axis: 2, start: 1, end: length + 1 }])]
}

/** Groups of several channels in and one out are mixed up: one transposed convolution per group. */
const convTranspose: Lowering = (lowered) => {
  const { graph, node, inputs } = lowered
  const [x, w, bias] = inputs as readonly [Tensor, Tensor, Tensor?]
  const group = numberOf(node.attributes, 'group', 1)
  const [channels, filters] = [Number(w.shape[0]) / group, Number(w.shape[1])]
  if (group === 1 || filters > 1 || channels === 1) return asIs(lowered)
  const parts = (tensor: Tensor, size: number, axis: number): readonly Tensor[] =>
    split(tensor, Array<number>(group).fill(size), axis)
  const [xs, ws] = [parts(x, channels, 1), parts(w, channels, 0)]
  const biases = bias && parts(bias, filters, 0)
  const attributes = { ...node.attributes, group: 1 }
  const made = xs.map((part, index) =>
    apply(graph, 'ConvTranspose', [part, ws[index]!, ...(biases ? [biases[index]!] : [])], {
      attributes,
    }),
  )
  return [concat(made, 1)]
}

/** Very small, but a number: the largest of nothing but -infinity. */
const LOWEST = -3e38

/** The kernel takes exponentials as they are, which overflow. */
const reduceLogSumExp: Lowering = ({ node, inputs }) => {
  const [x, axesInput] = inputs as readonly [Tensor, Tensor?]
  const { graph } = x
  const constantAxes = axesInput && graph.constants.get(axesInput.name)?.data.data
  const axes = constantAxes ? Array.from(constantAxes, Number) : [...x.shape.keys()]
  const largest = max(reduceMax(x, { axes, keepDimensions: true }), LOWEST)
  const sum = reduceSum(exp(sub(x, largest)), { axes, keepDimensions: true })
  const whole = add(log(sum), largest)
  return [numberOf(node.attributes, 'keepdims', 1) === 1 ? whole : squeeze(whole, axes)]
}

/** No kernel: x - log(sum(exp(x))), from the largest value on. */
const logSoftmax: Lowering = ({ node, inputs }) => {
  const x = inputs[0]!
  const axes = [normalizeAxis(numberOf(node.attributes, 'axis', -1), x.shape.length)]
  const shifted = sub(x, reduceMax(x, { axes, keepDimensions: true }))
  return [sub(shifted, log(reduceSum(exp(shifted), { axes, keepDimensions: true })))]
}

/** No kernel for floats: 1 where x > 0, minus 1 where x < 0. */
const sign: Lowering = (lowered) => {
  const x = lowered.inputs[0]!
  if (x.type !== 'float32') return asIs(lowered)
  return [sub(cast(greater(x, 0), x.type), cast(less(x, 0), x.type))]
}

/** Applied to the nodes that other lowerings have made. */
export const webgpuKernels = (): LoweringTable => ({
  Conv: conv,
  ConvTranspose: convTranspose,
  ReduceLogSumExp: reduceLogSumExp,
  LogSoftmax: logSoftmax,
  Sign: sign,
})
