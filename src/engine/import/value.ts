// What an imported node reads and makes. A value knows its type and shape at once; it becomes a tensor of the graph only
// when somebody needs it as one, so that shapes computed by the file (Shape, Gather, Concat ...) leave no nodes behind.
import { dataTypes, sizeOf } from '../../base/arrays.ts'
import { concat, gather, mul } from '../graph/functions.ts'
import { apply, constant, ints } from '../graph/graph.ts'
import { onnxErrors } from '../onnx/errors.ts'

import type { DataType, TensorData } from '../../base/arrays.ts'
import type { Dimension, Graph, Shape, Tensor } from '../graph/types.ts'

export interface Value {
  readonly type: DataType
  readonly shape: Shape
  /** The elements, where they are few and known before anything runs. A string is a symbolic size. */
  readonly known: readonly Dimension[] | undefined
  /** Weights stay in the graph, where they can be trained; other known values are computed away. */
  readonly isWeight: boolean
  readonly tensor: () => Tensor
  /** As a constant of the graph, for inputs that operators must know (bounds, scales); undefined if it is computed. */
  readonly constant: (() => Tensor) | undefined
}

/** Longer lists are data, not shapes. */
const MAX_KNOWN_ELEMENTS = 1024

/** Where symbolic sizes can be read at run time. */
export type SizeSources = ReadonlyMap<string, { readonly tensor: Tensor; readonly axis: number }>

const once = <T>(make: () => T): (() => T) => {
  let made: { readonly value: T } | undefined
  return () => (made ??= { value: make() }).value
}

export const computed = (tensor: Tensor): Value => ({
  type: tensor.type,
  shape: tensor.shape,
  known: undefined,
  isWeight: false,
  tensor: () => tensor,
  constant: undefined,
})

/** A tensor of the file; `parameter` makes it one of the network, else it is a constant. */
export const stored = (
  graph: Graph,
  data: TensorData,
  { name, parameter }: { readonly name: string; readonly parameter?: () => Tensor },
): Value => {
  const asConstant = once(() => constant(graph, name, data))
  return {
    type: data.type,
    shape: data.shape,
    known: sizeOf(data.shape) <= MAX_KNOWN_ELEMENTS ? Array.from(data.data, Number) : undefined,
    isWeight: parameter !== undefined,
    tensor: parameter ?? asConstant,
    constant: asConstant,
  }
}

const dataOf = (
  type: DataType,
  shape: readonly number[],
  values: readonly number[],
): TensorData => ({
  type,
  shape,
  data:
    type === 'int64'
      ? BigInt64Array.from(values, (value) => BigInt(clampToSafe(value)))
      : dataTypes[type].from(values),
})

/** ONNX writes "to the end" as the largest int64, which a number cannot hold. */
export const clampToSafe = (value: number): number =>
  Math.max(Number.MIN_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, Math.trunc(value)))

/** Numbers that the file computes from shapes and constants. */
export const knownValue = (
  { graph, sizes }: { readonly graph: Graph; readonly sizes: SizeSources },
  { type, shape }: { readonly type: DataType; readonly shape: readonly number[] },
  values: readonly Dimension[],
): Value => {
  const isFixed = values.every((value) => typeof value === 'number')
  const asConstant = once(() => constant(graph, 'known', dataOf(type, shape, values.map(Number))))
  return {
    type,
    shape,
    known: values,
    isWeight: false,
    tensor: isFixed ? asConstant : once(() => symbolicTensor(graph, sizes, { shape, values })),
    constant: isFixed ? asConstant : undefined,
  }
}

/** A vector of sizes as an int64 tensor that is computed when the graph runs. */
const symbolicTensor = (
  graph: Graph,
  sizes: SizeSources,
  { shape, values }: { readonly shape: readonly number[]; readonly values: readonly Dimension[] },
): Tensor => {
  const list = runtimeSizes(graph, sizes, values)
  if (shape.length === 1) return list
  return apply(graph, 'Reshape', [list, ints(graph, shape)])
}

/** Sizes as an int64 vector; those that are symbols are read from the inputs. */
export const runtimeSizes = (
  graph: Graph,
  sizes: SizeSources,
  values: readonly Dimension[],
): Tensor => {
  const one = (factor: string): Tensor => {
    const source = sizes.get(factor)
    if (!source && !/^\d+$/.test(factor)) throw onnxErrors.error('open-size', { size: factor })
    if (!source) return ints(graph, [Number(factor)])
    return gather(apply(graph, 'Shape', [source.tensor]), ints(graph, [source.axis]))
  }
  return concat(
    values.map((value) =>
      typeof value === 'number' ? ints(graph, [value]) : value.split('*').map(one).reduce(mul),
    ),
    0,
  )
}
