// Where ONNX Runtime's WebGPU kernels (1.30) give wrong numbers or are missing, the same from other operators. Every one of
// these was found by a row of the operator harness.
import {
  abs,
  add,
  cast,
  concat,
  div,
  exp,
  greater,
  less,
  log,
  max,
  mul,
  reduceMax,
  reduceSum,
  reshape,
  slice,
  split,
  squeeze,
  sub,
} from '../functions.ts'
import { numberOf, stringOf } from '../attributes.ts'
import { normalizeAxis } from '../dimensions.ts'
import { apply } from '../graph.ts'
import { spatialSettings } from '../ops/conv.ts'
import { copyNode } from './lower.ts'

import type { Node, Tensor } from '../types.ts'
import type { Lowering, LoweringTable } from './lower.ts'

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
    return copyNode(lowered)
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
  if (group === 1 || filters > 1 || channels === 1) return copyNode(lowered)
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
  if (x.type !== 'float32') return copyNode(lowered)
  return [sub(cast(greater(x, 0), x.type), cast(less(x, 0), x.type))]
}

/** Klambauer et al., "Self-Normalizing Neural Networks", 2017; ONNX's defaults. */
const SELU = { alpha: 1.6732632423543772, gamma: 1.0507009873554805 } as const

/** No kernel: a scaled Elu. */
const selu: Lowering = ({ graph, node, inputs }) => {
  const alpha = numberOf(node.attributes, 'alpha', SELU.alpha)
  const gamma = numberOf(node.attributes, 'gamma', SELU.gamma)
  return [mul(apply(graph, 'Elu', inputs, { attributes: { alpha } }), gamma)]
}

/** No kernel. */
const softsign: Lowering = ({ inputs: [x] }) => [div(x!, add(abs(x!), 1))]

const producerOf = (tensor: Tensor): Node | undefined =>
  tensor.graph.nodes.findLast(({ outputs }) => outputs.some(({ name }) => name === tensor.name))

/**
 * Sums into whole rows, as gradients of embeddings are: their row numbers would be repeated for every column, in int64 and
 * on the CPU. `ScatterND` takes them once; here repeated numbers add up, unlike on the CPU.
 */
const scatterElements: Lowering = (lowered) => {
  const { graph, node, inputs } = lowered
  const [data, indices, updates] = inputs as readonly [Tensor, Tensor, Tensor]
  const isSum = stringOf(node.attributes, 'reduction', 'none') === 'add'
  const repeated = producerOf(indices)
  const rows = repeated?.op === 'Expand' ? repeated.inputs[0]! : undefined
  const isOfRows = rows?.shape.slice(1).every((size) => size === 1) === true
  if (!isSum || !isOfRows || numberOf(node.attributes, 'axis', 0) !== 0) return copyNode(lowered)
  const count = rows.shape[0]!
  const numbers = producerOf(rows)?.inputs[0]
  const narrow =
    numbers && producerOf(numbers)?.op === 'Cast' ? producerOf(numbers)?.inputs[0] : undefined
  const places =
    narrow?.type === 'int32' && narrow.shape.length === 1
      ? cast(reshape(narrow, [count, 1]), 'int64')
      : reshape(rows, [count, 1])
  const attributes = { reduction: 'add' }
  return [apply(graph, 'ScatterND', [data, places, updates], { attributes })]
}

/** Applied to the nodes that other lowerings have made. */
export const webgpuKernels = (): LoweringTable => ({
  Conv: conv,
  ConvTranspose: convTranspose,
  ReduceLogSumExp: reduceLogSumExp,
  LogSoftmax: logSoftmax,
  Sign: sign,
  Selu: selu,
  Softsign: softsign,
  ScatterElements: scatterElements,
})
