// Every form that operator sets 7 to 22 give an operator, against ONNX Runtime on the same file.
import { expect, test } from 'vitest'

import { expectClose } from '../../graph/testing/close.ts'
import { float, floats, int, ints, node, string } from '../../onnx/types.ts'
import { int64, modelWith, noise, runImported, runOriginal } from '../testing/models.ts'

import type { TensorData } from '../../../base/arrays.ts'
import type { Attributes, OnnxModel } from '../../onnx/types.ts'

interface Case {
  readonly opset: number
  readonly op: string
  readonly x?: TensorData
  readonly attributes?: Attributes
  /** Inputs after x. */
  readonly rest?: readonly (TensorData | undefined)[]
}

const image = noise([2, 3, 7, 6])
const scalar = (value: number): TensorData => ({
  type: 'float32',
  shape: [],
  data: Float32Array.of(value),
})
const floatVector = (...values: readonly number[]): TensorData => ({
  type: 'float32',
  shape: [values.length],
  data: Float32Array.from(values),
})

const cases: readonly Case[] = [
  { opset: 7, op: 'Squeeze', x: noise([2, 1, 3]), attributes: { axes: ints([1]) } },
  { opset: 13, op: 'Squeeze', x: noise([2, 1, 3]), rest: [int64(-2)] },
  { opset: 13, op: 'Squeeze', x: noise([2, 1, 3]) },
  { opset: 7, op: 'Unsqueeze', attributes: { axes: ints([0, 3]) } },
  { opset: 13, op: 'Unsqueeze', rest: [int64(-1)] },
  { opset: 7, op: 'ReduceSum', attributes: { axes: ints([1, 2]), keepdims: int(0) } },
  { opset: 13, op: 'ReduceSum', rest: [int64(-1)] },
  { opset: 11, op: 'ReduceMean', attributes: { axes: ints([-2]) } },
  { opset: 18, op: 'ReduceMax', rest: [int64(1)], attributes: { keepdims: int(0) } },
  { opset: 18, op: 'ReduceLogSum', x: floatVector(1, 2, 3) },
  {
    opset: 7,
    op: 'Slice',
    attributes: { starts: ints([1, -3]), ends: ints([9, -1]), axes: ints([2, 3]) },
  },
  { opset: 10, op: 'Slice', rest: [int64(0, 0), int64(2 ** 31 - 1, 2), int64(0, 1)] },
  { opset: 13, op: 'Slice', rest: [int64(-1), int64(-1000), int64(2), int64(-2)] },
  { opset: 7, op: 'Pad', attributes: { pads: ints([0, 0, 1, 2, 0, 0, 0, 1]), value: float(0.5) } },
  {
    opset: 7,
    op: 'Pad',
    attributes: { pads: ints([0, 0, 1, 2, 0, 0, 0, 1]), mode: string('edge') },
  },
  { opset: 13, op: 'Pad', rest: [int64(0, 0, 1, 2, 0, 0, -1, 1), scalar(3)] },
  { opset: 18, op: 'Pad', rest: [int64(1, 2), undefined, int64(-1)] },
  { opset: 7, op: 'Clip', attributes: { min: float(-0.5), max: float(0.25) } },
  { opset: 7, op: 'Clip', attributes: { max: float(0.25) } },
  { opset: 11, op: 'Clip', rest: [scalar(-0.5), scalar(0.25)] },
  { opset: 12, op: 'Clip', rest: [undefined, scalar(0.25)] },
  { opset: 7, op: 'Dropout', attributes: { ratio: float(0.9) } },
  { opset: 12, op: 'Dropout', rest: [scalar(0.9)] },
  {
    opset: 7,
    op: 'BatchNormalization',
    rest: [noise([3], 2), noise([3], 3), noise([3], 4), floatVector(0.5, 1, 2)],
    attributes: { epsilon: float(1e-3), momentum: float(0.8) },
  },
  {
    opset: 15,
    op: 'BatchNormalization',
    rest: [noise([3], 2), noise([3], 3), noise([3], 4), floatVector(0.5, 1, 2)],
  },
  { opset: 7, op: 'Softmax' },
  { opset: 11, op: 'Softmax', attributes: { axis: int(2) } },
  { opset: 12, op: 'LogSoftmax', attributes: { axis: int(-1) } },
  { opset: 13, op: 'Softmax' },
  { opset: 13, op: 'LogSoftmax', attributes: { axis: int(1) } },
  { opset: 7, op: 'Upsample', attributes: { scales: floats([1, 1, 2, 3]) } },
  { opset: 9, op: 'Upsample', rest: [floatVector(1, 1, 2, 2)] },
  { opset: 10, op: 'Resize', rest: [floatVector(1, 1, 2, 2)] },
  { opset: 13, op: 'Resize', rest: [undefined, undefined, int64(2, 3, 14, 12)] },
  {
    opset: 13,
    op: 'Resize',
    rest: [undefined, floatVector(1, 1, 2, 2)],
    attributes: { mode: string('linear'), coordinate_transformation_mode: string('half_pixel') },
  },
  {
    opset: 18,
    op: 'Resize',
    rest: [undefined, undefined, int64(14, 12)],
    attributes: { axes: ints([2, 3]) },
  },
  { opset: 7, op: 'Split', attributes: { axis: int(3), split: ints([6]) } },
  { opset: 18, op: 'Split', attributes: { axis: int(1), num_outputs: int(1) } },
  { opset: 7, op: 'Flatten', attributes: { axis: int(2) } },
  { opset: 11, op: 'Flatten', attributes: { axis: int(-1) } },
  { opset: 7, op: 'Reshape', rest: [int64(0, -1, 6)] },
  { opset: 14, op: 'Reshape', rest: [int64(7, 6, -1)] },
  { opset: 8, op: 'Expand', x: noise([3, 1]), rest: [int64(2, 1, 4)] },
  { opset: 7, op: 'Tile', rest: [int64(1, 2, 1, 2)] },
  { opset: 14, op: 'Trilu', rest: [int64(1)], attributes: { upper: int(0) } },
  { opset: 7, op: 'DepthToSpace', x: noise([1, 8, 2, 3]), attributes: { blocksize: int(2) } },
  {
    opset: 11,
    op: 'DepthToSpace',
    x: noise([1, 8, 2, 3]),
    attributes: { blocksize: int(2), mode: string('CRD') },
  },
  { opset: 7, op: 'SpaceToDepth', x: noise([1, 2, 4, 6]), attributes: { blocksize: int(2) } },
  { opset: 8, op: 'Sum', rest: [noise([3, 1, 1], 9), scalar(2)] },
  { opset: 8, op: 'Mean', rest: [noise([3, 1, 1], 9), scalar(2)] },
  { opset: 8, op: 'Max', rest: [noise([3, 1, 1], 9), scalar(0)] },
  { opset: 7, op: 'PRelu', rest: [noise([3, 1, 1], 9)] },
  { opset: 7, op: 'ThresholdedRelu', attributes: { alpha: float(0.2) } },
  { opset: 12, op: 'Celu', attributes: { alpha: float(0.7) } },
  { opset: 12, op: 'Pow', x: floatVector(1, 2, 3), rest: [int64(2)] },
  { opset: 7, op: 'InstanceNormalization', rest: [noise([3], 2), noise([3], 3)] },
  { opset: 17, op: 'LayerNormalization', rest: [noise([7, 6], 2)], attributes: { axis: int(2) } },
  { opset: 17, op: 'LayerNormalization', rest: [noise([6], 2), noise([6], 3)] },
  {
    opset: 18,
    op: 'GroupNormalization',
    x: noise([2, 4, 3, 3]),
    rest: [noise([2], 2), noise([2], 3)],
    attributes: { num_groups: int(2) },
  },
  {
    opset: 21,
    op: 'GroupNormalization',
    x: noise([2, 4, 3, 3]),
    rest: [noise([4], 2), noise([4], 3)],
    attributes: { num_groups: int(2) },
  },
  { opset: 7, op: 'MatMul', x: noise([4]), rest: [noise([4, 3], 5)] },
  { opset: 9, op: 'MatMul', x: noise([2, 3, 4]), rest: [noise([4], 5)] },
  {
    opset: 7,
    op: 'Gemm',
    x: noise([4, 3]),
    rest: [noise([5, 4], 5), noise([5], 6)],
    attributes: { transA: int(1), transB: int(1), alpha: float(0.5), beta: float(2) },
  },
  ...['SAME_UPPER', 'SAME_LOWER', 'VALID'].map((mode) => ({
    opset: 11,
    op: 'Conv',
    rest: [noise([4, 3, 3, 2], 5), noise([4], 6)],
    attributes: { auto_pad: string(mode), strides: ints([2, 2]) },
  })),
  {
    opset: 22,
    op: 'Conv',
    rest: [noise([6, 1, 3, 3], 5)],
    attributes: { group: int(3), pads: ints([1, 1, 1, 1]) },
  },
  {
    opset: 7,
    op: 'ConvTranspose',
    rest: [noise([3, 2, 3, 3], 5)],
    attributes: { strides: ints([2, 2]) },
  },
  {
    opset: 10,
    op: 'MaxPool',
    attributes: { kernel_shape: ints([3, 3]), strides: ints([2, 2]), ceil_mode: int(1) },
  },
  {
    opset: 7,
    op: 'MaxPool',
    attributes: { kernel_shape: ints([2, 2]), auto_pad: string('SAME_UPPER') },
  },
  {
    opset: 10,
    op: 'AveragePool',
    attributes: { kernel_shape: ints([2, 4]), strides: ints([2, 2]), ceil_mode: int(1) },
  },
  {
    opset: 7,
    op: 'AveragePool',
    attributes: { kernel_shape: ints([3, 3]), pads: ints([1, 1, 1, 1]), count_include_pad: int(1) },
  },
]

const modelOf = ({ opset, op, x = image, attributes = {}, rest = [] }: Case): OnnxModel => {
  const names = rest.map((value, index) => (value ? `r${index}` : ''))
  const initializers = Object.fromEntries(
    rest.flatMap((value, index) => (value ? [[`r${index}`, value] as const] : [])),
  )
  const nodes = [node(op, ['x', ...names], ['y'], { attributes })]
  return modelWith({ opset, nodes, feeds: { x }, initializers })
}

test.each(cases.map((row) => [row.op, row.opset, row] as const))(
  '%s of operator set %i',
  async (_, __, row) => {
    const model = modelOf(row)
    const feeds = { x: row.x ?? image }
    const [ours, theirs] = [await runImported(model, feeds), await runOriginal(model, feeds)]
    expect(ours['y']!.shape).toEqual(theirs['y']!.shape)
    expectClose(ours['y']!.data, Array.from(theirs['y']!.data, Number), { rtol: 1e-5, atol: 1e-6 })
  },
)
