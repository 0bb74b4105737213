// The operators as functions on symbolic tensors. Names are ONNX's in camel case; `x` is always the data.
import { apply, applyAll, ints, scalar } from './graph.ts'
import { onnxTypeNumbers } from './ops/pointwise.ts'
import { graphErrors } from './errors.ts'
import { multiply, sameShape, showShape } from './dimensions.ts'

import type { DataType } from '../../base/arrays.ts'
import type { OpName } from './ops/index.ts'
import type { Shape, Tensor } from './types.ts'

const unary =
  (op: OpName) =>
  (x: Tensor): Tensor =>
    apply(x.graph, op, [x])

/** The second operand of a binary function may be a plain number. */
type Operand = Tensor | number

const binary =
  (op: OpName) =>
  (a: Tensor, b: Operand): Tensor =>
    apply(a.graph, op, [a, typeof b === 'number' ? scalar(a.graph, b, a.type) : b])

export const neg = unary('Neg')
export const abs = unary('Abs')
export const sign = unary('Sign')
export const exp = unary('Exp')
export const log = unary('Log')
export const sqrt = unary('Sqrt')
export const reciprocal = unary('Reciprocal')
export const sigmoid = unary('Sigmoid')
export const tanh = unary('Tanh')
export const relu = unary('Relu')
export const softplus = unary('Softplus')
export const erf = unary('Erf')
export const not = unary('Not')
export const sin = unary('Sin')
export const cos = unary('Cos')
export const floor = unary('Floor')
export const ceil = unary('Ceil')
export const round = unary('Round')
export const selu = unary('Selu')
export const hardSwish = unary('HardSwish')
export const mish = unary('Mish')
export const softsign = unary('Softsign')
export const add = binary('Add')
export const sub = binary('Sub')
export const mul = binary('Mul')
export const div = binary('Div')
export const pow = binary('Pow')
export const max = binary('Max')
export const min = binary('Min')
export const equal = binary('Equal')
export const greater = binary('Greater')
export const less = binary('Less')

export const leakyRelu = (x: Tensor, alpha = 0.01): Tensor =>
  apply(x.graph, 'LeakyRelu', [x], { attributes: { alpha } })
export const elu = (x: Tensor, alpha = 1): Tensor =>
  apply(x.graph, 'Elu', [x], { attributes: { alpha } })
/** max(0, min(1, alpha x + beta)); PyTorch's has alpha 1/6, Keras' and ONNX's 0.2. */
export const hardSigmoid = (x: Tensor, { alpha = 0.2, beta = 0.5 } = {}): Tensor =>
  apply(x.graph, 'HardSigmoid', [x], { attributes: { alpha, beta } })
/** Hendrycks and Gimpel, 2016; `tanh` is their approximation, which is faster on some devices. */
export const gelu = (x: Tensor, approximate: 'none' | 'tanh' = 'none'): Tensor =>
  apply(x.graph, 'Gelu', [x], { attributes: { approximate } })
/** Elfwing et al., 2017; Ramachandran et al., "Searching for Activation Functions", 2017 (Swish). */
export const silu = (x: Tensor): Tensor => mul(x, sigmoid(x))

/** Values outside the bounds become the bounds. */
export const clip = (
  x: Tensor,
  { low, high }: { readonly low?: number; readonly high?: number },
): Tensor => {
  const bound = (value: number | undefined): Tensor | undefined =>
    value === undefined ? undefined : scalar(x.graph, value, x.type)
  return apply(x.graph, 'Clip', [x, bound(low), bound(high)])
}

export const where = (condition: Tensor, yes: Tensor, no: Tensor): Tensor =>
  apply(condition.graph, 'Where', [condition, yes, no])

export const cast = (x: Tensor, type: DataType): Tensor =>
  x.type === type ? x : apply(x.graph, 'Cast', [x], { attributes: { to: onnxTypeNumbers[type] } })

interface ReduceOptions {
  readonly axes?: readonly number[]
  readonly keepDimensions?: boolean
}

const reduction =
  (op: OpName) =>
  (x: Tensor, { axes, keepDimensions = false }: ReduceOptions = {}): Tensor =>
    // ONNX reads an empty list of axes as all axes.
    axes?.length === 0
      ? x
      : apply(x.graph, op, [x, axes && ints(x.graph, axes)], {
          attributes: { keepdims: keepDimensions ? 1 : 0 },
        })

export const reduceSum = reduction('ReduceSum')
export const reduceMean = reduction('ReduceMean')
export const reduceMax = reduction('ReduceMax')
export const reduceMin = reduction('ReduceMin')
export const reduceProd = reduction('ReduceProd')
export const reduceL1 = reduction('ReduceL1')
export const reduceL2 = reduction('ReduceL2')
export const reduceSumSquare = reduction('ReduceSumSquare')
export const reduceLogSumExp = reduction('ReduceLogSumExp')

interface CumSumOptions {
  readonly axis: number
  /** Leaves out the element itself. */
  readonly exclusive?: boolean
  /** From the end. */
  readonly reverse?: boolean
}

export const cumSum = (
  x: Tensor,
  { axis, exclusive = false, reverse = false }: CumSumOptions,
): Tensor =>
  apply(x.graph, 'CumSum', [x, scalar(x.graph, axis, 'int64')], {
    attributes: { exclusive: exclusive ? 1 : 0, reverse: reverse ? 1 : 0 },
  })

export const matMul = binary('MatMul') as (a: Tensor, b: Tensor) => Tensor

/** alpha * A' B' (2-D), with optional transposes. */
export const gemm = (
  a: Tensor,
  b: Tensor,
  { transposeA = false, transposeB = false }: { transposeA?: boolean; transposeB?: boolean } = {},
): Tensor =>
  apply(a.graph, 'Gemm', [a, b], {
    attributes: { transA: transposeA ? 1 : 0, transB: transposeB ? 1 : 0 },
  })

/** x [n, in] @ weight [in, out] + bias [out]. */
export const linear = (x: Tensor, weight: Tensor, bias?: Tensor): Tensor =>
  apply(x.graph, 'Gemm', bias ? [x, weight, bias] : [x, weight])

/** Reshape; one dimension that is not fixed may move, the others must stay at their axis. */
export const reshape = (x: Tensor, shape: Shape): Tensor => {
  if (sameShape(x.shape, shape)) return x
  let holes = 0
  const target = shape.map((size, axis) => {
    if (typeof size === 'number') return size
    if (size === x.shape[axis]) return 0
    holes += 1
    return -1
  })
  if (holes > 1 || multiply(...shape) !== multiply(...x.shape)) {
    throw graphErrors.error('shape-mismatch', {
      op: 'Reshape',
      rule: `cannot become ${showShape(shape)}`,
      got: `${x.name} ${showShape(x.shape)}`,
    })
  }
  // Otherwise 0 means: as in x.
  const movesNothing = shape.some((size, axis) => size === 0 && x.shape[axis] !== 0)
  return apply(x.graph, 'Reshape', [x, ints(x.graph, target)], {
    attributes: movesNothing ? { allowzero: 1 } : {},
    declared: [{ type: x.type, shape }],
  })
}

export const transpose = (x: Tensor, perm: readonly number[]): Tensor =>
  apply(x.graph, 'Transpose', [x], { attributes: { perm } })

export const concat = (tensors: readonly Tensor[], axis: number): Tensor =>
  tensors.length === 1
    ? tensors[0]!
    : apply(tensors[0]!.graph, 'Concat', tensors, { attributes: { axis } })

interface SliceRange {
  readonly axis: number
  readonly start: number
  readonly end: number
  readonly step?: number
}

export const slice = (x: Tensor, ranges: readonly SliceRange[]): Tensor => {
  const column = (pick: (range: SliceRange) => number): Tensor => ints(x.graph, ranges.map(pick))
  return apply(x.graph, 'Slice', [
    x,
    column((range) => range.start),
    column((range) => range.end),
    column((range) => range.axis),
    column((range) => range.step ?? 1),
  ])
}

export const split = (x: Tensor, sizes: readonly number[], axis: number): readonly Tensor[] =>
  applyAll(x.graph, 'Split', [x, ints(x.graph, sizes)], { attributes: { axis } })

/** The values along an axis in reverse order. */
export const flip = (x: Tensor, axis: number): Tensor =>
  slice(x, [{ axis, start: -1, end: Number.MIN_SAFE_INTEGER, step: -1 }])

/** How a border is filled: with zeros, with mirrored values (without the edge), with the edge, or from the other end. */
export type PadMode = 'constant' | 'reflect' | 'edge' | 'wrap'

/** `pads` are all begins, then all ends; negative ones cut. */
export const pad = (x: Tensor, pads: readonly number[], mode: PadMode = 'constant'): Tensor =>
  pads.every((size) => size === 0)
    ? x
    : apply(x.graph, 'Pad', [x, ints(x.graph, pads)], {
        attributes: mode === 'constant' ? {} : { mode },
      })

/** x several times in a row, `repeats` per axis. */
export const tile = (x: Tensor, repeats: readonly number[]): Tensor =>
  apply(x.graph, 'Tile', [x, ints(x.graph, repeats)])

/** x [time, batch, ...], lengths int64 [batch]: every row's own steps in reverse order, its padding as it was. */
export const reverseSequence = (x: Tensor, lengths: Tensor): Tensor =>
  apply(x.graph, 'ReverseSequence', [x, lengths], { attributes: { batch_axis: 1, time_axis: 0 } })

export const expandLike = (x: Tensor, like: Tensor): Tensor =>
  sameShape(x.shape, like.shape)
    ? x
    : apply(x.graph, 'Expand', [x, shapeOf(like)], {
        declared: [{ type: x.type, shape: like.shape }],
      })

const shapeOf = (x: Tensor): Tensor =>
  x.shape.every((size) => typeof size === 'number')
    ? ints(x.graph, x.shape.map(Number))
    : apply(x.graph, 'Shape', [x])

export const onesLike = (x: Tensor): Tensor => expandLike(scalar(x.graph, 1, x.type), x)
export const zerosLike = (x: Tensor): Tensor => expandLike(scalar(x.graph, 0, x.type), x)

export const gather = (data: Tensor, indices: Tensor, axis = 0): Tensor =>
  apply(data.graph, 'Gather', [data, indices], { attributes: { axis } })

/** Along `axis`, the elements that `indices` (of the rank of `data`) name. */
export const gatherElements = (data: Tensor, indices: Tensor, axis: number): Tensor =>
  apply(data.graph, 'GatherElements', [data, indices], { attributes: { axis } })

interface ScatterOptions {
  readonly updates: Tensor
  readonly axis: number
  readonly reduction?: 'none' | 'add'
}

/** `data` with `updates` written at, or added to, the elements that `indices` name along `axis`. */
export const scatterElements = (
  data: Tensor,
  indices: Tensor,
  { updates, axis, reduction = 'none' }: ScatterOptions,
): Tensor =>
  apply(data.graph, 'ScatterElements', [data, indices, updates], {
    attributes: { axis, reduction },
  })

interface TopKOptions {
  readonly count: number
  readonly axis?: number
  readonly largest?: boolean
}

/** The `count` largest (or smallest) values along an axis in order, and their indices. */
export const topK = (
  x: Tensor,
  { count, axis = -1, largest = true }: TopKOptions,
): { readonly values: Tensor; readonly indices: Tensor } => {
  const [values, indices] = applyAll(x.graph, 'TopK', [x, ints(x.graph, [count])], {
    attributes: { axis, largest: largest ? 1 : 0, sorted: 1 },
  })
  return { values: values!, indices: indices! }
}

/**
 * `data` with `updates` [n, ...] added at rows `indices` [n]; repeated indices add up. Not `ScatterND`: ONNX Runtime runs it
 * with several threads at once, and repeated indices lose sums there.
 */
export const scatterAddRows = (data: Tensor, indices: Tensor, updates: Tensor): Tensor => {
  const rows = reshape(cast(indices, 'int64'), [
    ...indices.shape,
    ...updates.shape.slice(1).map(() => 1),
  ])
  return apply(data.graph, 'ScatterElements', [data, expandLike(rows, updates), updates], {
    attributes: { axis: 0, reduction: 'add' },
  })
}

export const softmax = (x: Tensor, axis = -1): Tensor =>
  apply(x.graph, 'Softmax', [x], { attributes: { axis } })
export const logSoftmax = (x: Tensor, axis = -1): Tensor =>
  apply(x.graph, 'LogSoftmax', [x], { attributes: { axis } })

export interface WindowOptions {
  readonly kernel: readonly number[]
  readonly strides?: readonly number[]
  readonly pads?: readonly number[]
  /** Keeps a last window that is only partly filled. */
  readonly ceilMode?: boolean
}

const windowAttributes = ({
  kernel,
  strides = kernel,
  pads = [...kernel, ...kernel].map(() => 0),
  ceilMode = false,
}: WindowOptions): Record<string, readonly number[] | number> => ({
  kernel_shape: kernel,
  strides,
  pads,
  ...(ceilMode && { ceil_mode: 1 }),
})

export const maxPool = (x: Tensor, options: WindowOptions): Tensor =>
  apply(x.graph, 'MaxPool', [x], { attributes: windowAttributes(options) })
/** 2x2 max-pooling of an unpadded convolution, in one piece: x [batch, in, h, w], weight [out, in, kh, kw], bias [out]. */
export const convMaxPool = (x: Tensor, weight: Tensor, bias: Tensor): Tensor =>
  apply(x.graph, 'ConvMaxPool', [x, weight, bias])
/** `countPadding`: whether the zeros of the padding are part of a mean. */
export const averagePool = (
  x: Tensor,
  { countPadding = false, ...options }: WindowOptions & { readonly countPadding?: boolean },
): Tensor =>
  apply(x.graph, 'AveragePool', [x], {
    attributes: {
      ...windowAttributes(options),
      ...(countPadding && { count_include_pad: 1 }),
    },
  })
export const globalAveragePool = unary('GlobalAveragePool')

interface ResizeOptions {
  /** New sizes of the axes from the third on. */
  readonly sizes: readonly number[]
  readonly mode?: 'nearest' | 'linear'
  readonly alignCorners?: boolean
}

/** PyTorch's `interpolate`: x [batch, channels, ...] at other sizes. */
export const resize = (
  x: Tensor,
  { sizes, mode = 'nearest', alignCorners = false }: ResizeOptions,
): Tensor => {
  const coordinates =
    mode === 'nearest'
      ? { coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' }
      : { coordinate_transformation_mode: alignCorners ? 'align_corners' : 'half_pixel' }
  return apply(x.graph, 'Resize', [x, undefined, undefined, ints(x.graph, sizes)], {
    attributes: { mode, axes: sizes.map((_, axis) => axis + 2), ...coordinates },
  })
}

export interface ConvOptions {
  readonly strides?: readonly number[]
  readonly pads?: readonly number[]
  readonly dilations?: readonly number[]
  readonly group?: number
}

interface SamePadsOptions {
  readonly kernel: readonly number[]
  readonly strides?: readonly number[]
  readonly dilations?: readonly number[]
  /** Where an odd rest goes: to the end (ONNX's SAME_UPPER, Keras' "same") or to the begin (SAME_LOWER). */
  readonly extra?: 'end' | 'begin'
}

/** Pads that make ceil(size / stride) windows of x [batch, channels, ...]: all begins, then all ends. */
export const samePads = (
  x: Tensor,
  { kernel, strides, dilations, extra = 'end' }: SamePadsOptions,
): readonly number[] => {
  const totals = kernel.map((size, axis) => {
    const [stride, length] = [strides?.[axis] ?? 1, Number(x.shape[axis + 2])]
    const reach = (size - 1) * (dilations?.[axis] ?? 1) + 1
    return Math.max(0, (Math.ceil(length / stride) - 1) * stride + reach - length)
  })
  const begins = totals.map((total) => (extra === 'end' ? Math.floor : Math.ceil)(total / 2))
  return [...begins, ...totals.map((total, axis) => total - begins[axis]!)]
}

/** x [batch, in, h, w], weight [out, in / group, kh, kw], bias [out]. */
export const conv = (
  x: Tensor,
  weight: Tensor,
  { bias, ...options }: ConvOptions & { bias?: Tensor } = {},
): Tensor =>
  apply(x.graph, 'Conv', bias ? [x, weight, bias] : [x, weight], {
    attributes: { kernel_shape: weight.shape.slice(2).map(Number), ...options },
  })

/** The transpose of a convolution: x [batch, in, h, w], weight [in, out / group, kh, kw], bias [out]. */
export const convTranspose = (
  x: Tensor,
  weight: Tensor,
  {
    bias,
    outputPadding,
    ...options
  }: ConvOptions & { bias?: Tensor; outputPadding?: readonly number[] } = {},
): Tensor =>
  apply(x.graph, 'ConvTranspose', bias ? [x, weight, bias] : [x, weight], {
    attributes: {
      kernel_shape: weight.shape.slice(2).map(Number),
      ...options,
      ...(outputPadding && { output_padding: outputPadding }),
    },
  })

/** Sums a broadcast result back to the shape it was broadcast from. */
export const sumTo = (x: Tensor, shape: Shape): Tensor => {
  const leading = x.shape.length - shape.length
  const dropped = leading > 0 ? reduceSum(x, { axes: [...Array(leading).keys()] }) : x
  const axes = shape.flatMap((size, axis) =>
    size === 1 && dropped.shape[axis] !== 1 ? [axis] : [],
  )
  return axes.length > 0 ? reduceSum(dropped, { axes, keepDimensions: true }) : dropped
}

export const unsqueeze = (x: Tensor, axes: readonly number[]): Tensor =>
  axes.length === 0 ? x : apply(x.graph, 'Unsqueeze', [x, ints(x.graph, axes)])
export const squeeze = (x: Tensor, axes: readonly number[]): Tensor =>
  axes.length === 0 ? x : apply(x.graph, 'Squeeze', [x, ints(x.graph, axes)])
