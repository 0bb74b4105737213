// Arithmetic that a file does on shapes, done while importing: lists of sizes of which some are symbols. A folder
// returns undefined for what it cannot say, and the node is then imported like any other.
import { sizeOf } from '../../base/arrays.ts'
import { divide, multiply } from '../graph/dimensions.ts'
import { elementTypeName } from '../onnx/element-types.ts'
import { computedType, intOf } from './context.ts'

import type { DataType } from '../../base/arrays.ts'
import type { Dimension } from '../graph/types.ts'
import type { NodeContext } from './context.ts'
import type { Value } from './value.ts'

interface Folded {
  readonly type: DataType
  readonly shape: readonly number[]
  readonly values: readonly Dimension[]
}

/** A value whose elements and shape are known. */
interface Known extends Value {
  readonly known: readonly Dimension[]
  readonly shape: readonly number[]
}

type Folder = (inputs: readonly Known[], context: NodeContext) => Folded | undefined

const isKnown = (value: Value | undefined): value is Known =>
  value?.known !== undefined && value.shape.every((size) => typeof size === 'number')

const isVector = ({ shape }: Known): boolean => shape.length <= 1
const isFloat = ({ type }: { readonly type: DataType }): boolean => type.startsWith('float')

type Binary = (a: Dimension, b: Dimension, isFloating: boolean) => Dimension | undefined

/** On numbers only. */
const numeric =
  (operate: (a: number, b: number) => number): Binary =>
  (a, b) =>
    typeof a === 'number' && typeof b === 'number' ? operate(a, b) : undefined

/** With a value that changes nothing, so that it may meet a symbol. */
const withNeutral =
  (operate: (a: number, b: number) => number, neutral: number): Binary =>
  (a, b) => {
    if (b === neutral) return a
    return numeric(operate)(a, b, false)
  }

const times: Binary = (a, b) => {
  if (typeof a === 'number' && typeof b === 'number') return a * b
  // Only whole positive factors make a size.
  const isSize = [a, b].every(
    (factor) => typeof factor === 'string' || (Number.isInteger(factor) && factor > 0),
  )
  return isSize ? multiply(a, b) : undefined
}

const over: Binary = (a, b, isFloating) => {
  if (typeof a === 'number' && typeof b === 'number') {
    if (isFloating) return a / b
    return b === 0 ? undefined : Math.trunc(a / b)
  }
  return divide(a, b)
}

const same: Binary = (a, b) => {
  if (a === b) return 1
  if (typeof a === 'number' && typeof b === 'number') return 0
  // A size is at least 1; exporters compare with -1 and 0.
  const [number] = [a, b].filter((side) => typeof side === 'number')
  return number !== undefined && number < 1 ? 0 : undefined
}

const binary =
  (operate: Binary, result?: DataType): Folder =>
  ([a, b]) => {
    if (!a || !b) return undefined
    const shape = sizeOf(b.shape) === 1 && b.shape.length <= a.shape.length ? a.shape : b.shape
    const count = sizeOf(shape)
    const fits = [a, b].every(({ known }) => known.length === count || known.length === 1)
    if (!fits) return undefined
    const at = ({ known }: Known, index: number): Dimension =>
      known[known.length === 1 ? 0 : index]!
    const values = Array.from({ length: count }, (_, index) =>
      operate(at(a, index), at(b, index), isFloat(a)),
    )
    return complete(values) ? { type: result ?? a.type, shape, values } : undefined
  }

const complete = (values: readonly (Dimension | undefined)[]): values is readonly Dimension[] =>
  values.every((value) => value !== undefined)

const unary =
  (operate: (value: number) => number): Folder =>
  ([x]) => {
    const numbers = x?.known.filter((value) => typeof value === 'number')
    if (numbers?.length !== x?.known.length || !x || !numbers) return undefined
    return { type: x.type, shape: x.shape, values: numbers.map(operate) }
  }

const fold = (x: Known, values: readonly Dimension[]): Folded => ({
  type: x.type,
  shape: [values.length],
  values,
})

/** One element, as a scalar or as a list of one. */
const relabelled =
  (from: number, to: readonly number[]): Folder =>
  ([x]) =>
    x?.shape.length === from && x.known.length === 1
      ? { type: x.type, shape: to, values: x.known }
      : undefined

const range: Folder = (inputs) => {
  const [start, limit, delta] = inputs.map(({ known }) => known[0])
  if (typeof start !== 'number' || typeof limit !== 'number' || typeof delta !== 'number')
    return undefined
  const count = Math.max(0, Math.ceil((limit - start) / delta))
  if (!(count <= 1024)) return undefined
  return fold(
    inputs[0]!,
    Array.from({ length: count }, (_, index) => start + index * delta),
  )
}

const slice: Folder = ([x, starts, ends, , steps]) => {
  if (x?.shape.length !== 1 || starts?.known.length !== 1 || !ends) return undefined
  const [start, end, step] = [starts.known[0], ends.known[0], steps?.known[0] ?? 1]
  if (typeof start !== 'number' || typeof end !== 'number' || step !== 1) return undefined
  return fold(x, x.known.slice(start, end))
}

const gather: Folder = ([x, indices]) => {
  if (x?.shape.length !== 1 || !indices || !isVector(indices)) return undefined
  const values = indices.known.map((index) =>
    typeof index === 'number' ? x.known.at(index) : undefined,
  )
  return complete(values) ? { type: x.type, shape: indices.shape, values } : undefined
}

const cast: Folder = ([x], context) => {
  const to = elementTypeName(intOf(context, 'to', 0))
  if (!x || to === undefined) return undefined
  const type = computedType(to as DataType)
  const isWhole = type === 'int64' || type === 'int32'
  if (!isWhole && type !== 'float32') return undefined
  return {
    type,
    shape: x.shape,
    values: x.known.map((value) =>
      typeof value === 'number' && isWhole ? Math.trunc(value) : value,
    ),
  }
}

const where: Folder = ([condition, yes, no]) => {
  if (!condition || !yes || !no || ![condition, yes, no].every(isVector)) return undefined
  const count = Math.max(condition.known.length, yes.known.length, no.known.length)
  const at = ({ known }: Known, index: number): Dimension | undefined =>
    known[known.length === 1 ? 0 : index]
  const values = Array.from({ length: count }, (_, index) =>
    at(at(condition, index) === 1 ? yes : no, index),
  )
  return complete(values) ? fold(yes, values) : undefined
}

/** Folders of nodes whose inputs are all known. */
const folders: Readonly<Record<string, Folder>> = {
  Add: binary(withNeutral((a, b) => a + b, 0)),
  Sub: binary(withNeutral((a, b) => a - b, 0)),
  Mul: binary(times),
  Div: binary(over),
  Min: binary(numeric(Math.min)),
  Max: binary(numeric(Math.max)),
  Equal: binary(same, 'bool'),
  Greater: binary(
    numeric((a, b) => Number(a > b)),
    'bool',
  ),
  Less: binary(
    numeric((a, b) => Number(a < b)),
    'bool',
  ),
  Neg: unary((value) => -value),
  Floor: unary(Math.floor),
  Ceil: unary(Math.ceil),
  Sqrt: unary(Math.sqrt),
  Identity: ([x]) => x && { type: x.type, shape: x.shape, values: x.known },
  Cast: cast,
  Where: where,
  Gather: gather,
  Slice: slice,
  Range: range,
  Concat: (inputs) =>
    inputs.every(({ shape }) => shape.length === 1)
      ? fold(
          inputs[0]!,
          inputs.flatMap(({ known }) => known),
        )
      : undefined,
  Unsqueeze: relabelled(0, [1]),
  Squeeze: relabelled(1, []),
  Reshape: ([x, target]) => {
    if (!x || target?.known.length !== 1) return undefined
    return fold(x, x.known)
  },
  ReduceProd: ([x], context) => {
    if (!x || !isVector(x)) return undefined
    const product = x.known.reduce<Dimension | undefined>(
      (total, value) => (total === undefined ? undefined : times(total, value, false)),
      1,
    )
    if (product === undefined) return undefined
    return {
      type: x.type,
      shape: intOf(context, 'keepdims', 1) === 1 ? [1] : [],
      values: [product],
    }
  },
}

/** What a node computes from known numbers, or undefined where it has to be part of the graph. */
export const foldNode = (context: NodeContext): Folded | undefined => {
  const folder = Object.hasOwn(folders, context.node.op) ? folders[context.node.op] : undefined
  const given = context.inputs.filter((value) => value !== undefined)
  if (!folder || given.length === 0 || !given.every(isKnown) || given.some((x) => x.isWeight))
    return undefined
  // Constants with many elements are data: their arithmetic is ONNX Runtime's.
  if (context.inputs.some((value) => value === undefined) || context.node.outputs.length !== 1)
    return undefined
  return folder(given, context)
}
