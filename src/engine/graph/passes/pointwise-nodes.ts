// Which nodes fused kernels can take, and what is to be known of them.
import { numberOf } from '../attributes.ts'
import { multiply, normalizeAxis } from '../dimensions.ts'
import { constantValues } from '../ops/rules.ts'
import { scalarOf, translations } from './pointwise-translations.ts'

import type { InputType, Sum } from '../../kernels/pointwise/config.ts'
import type { OpName } from '../ops/index.ts'
import type { Node, Shape, Tensor } from '../types.ts'
import type { Translation } from './pointwise-translations.ts'

/** Shorter rows are not worth vectors. */
const LEAST_COLUMNS = 16
/** Fewer elements are in the first cache, where it does not matter how often they are read. */
const LEAST_ELEMENTS = 16_384

/** What a kernel can add up while it goes from row to row: a sum or mean over all axes but the last, or over all. */
export const sumOf = ({ op, inputs, attributes }: Node): Omit<Sum, 'of'> | undefined => {
  const isMean = op === 'ReduceMean'
  if (op !== 'ReduceSum' && !isMean) return undefined
  const { shape } = inputs[0]!
  const rank = shape.length
  const axes = inputs[1] ? constantValues(inputs[1]) : [...shape.keys()]
  const distinct = new Set(axes?.map((axis) => normalizeAxis(axis, rank)))
  if (distinct.size !== axes?.length) return undefined
  const keepsAxes = numberOf(attributes, 'keepdims', 1) === 1
  const elements = multiply(...shape)
  const isLarge = typeof elements === 'string' || elements >= LEAST_ELEMENTS
  if (axes.length === rank && rank > 0 && !keepsAxes)
    return isLarge ? { over: 'all axes', isMean } : undefined
  const isLeading =
    axes.length === rank - 1 && !axes.some((axis) => normalizeAxis(axis, rank) === rank - 1)
  const isWide = Number(shape.at(-1)) >= LEAST_COLUMNS
  return isLeading && isWide && rank > 1 && (!keepsAxes || rank === 2)
    ? { over: 'leading axes', isMean }
    : undefined
}

/** Its value in a kernel is what is added up. */
const sum: Translation = { write: (_, [x]) => x!, operands: 1 }

const INPUT_TYPES: readonly string[] = ['float32', 'int32', 'uint8', 'bool'] satisfies InputType[]

const isReduction = ({ op }: Node): boolean => op.startsWith('Reduce')
/** One operator to ONNX, and several with reductions between them to a kernel. */
const REDUCING: readonly string[] = ['Softmax', 'LogSoftmax', 'LayerNormalization']

const translationOf = (node: Node): Translation | undefined =>
  sumOf(node) ? sum : translations[node.op as OpName]

export interface Fusable {
  readonly translation: Translation
  /** Inputs that are values of a kernel. */
  readonly operands: readonly Tensor[]
  /** The shape that a kernel of the node has: of the result, or of what is reduced. */
  readonly shape: Shape
  /** Whether it needs whole rows. */
  readonly isReducing: boolean
  readonly isCheap: boolean
  readonly isAlias: boolean
  readonly sum: Omit<Sum, 'of'> | undefined
}

/** What a kernel makes of a node, if it can take it. */
export const fusableOf = (node: Node): Fusable | undefined => {
  const translation = translationOf(node)
  const [output, ...others] = node.outputs
  if (!translation || !output || others.length > 0) return undefined
  const operands = node.inputs
    .slice(0, translation.operands ?? node.inputs.length)
    .filter((tensor) => tensor !== undefined)
  const isTyped =
    (output.type === 'float32' || output.type === 'bool') &&
    operands.every(({ type }) => INPUT_TYPES.includes(type)) &&
    (node.op === 'Cast' || operands[0]?.type !== 'int32')
  if (!isTyped || translation.isFor?.(node) === false) return undefined
  return {
    translation,
    operands,
    shape: isReduction(node) ? operands[0]!.shape : output.shape,
    isReducing: isReduction(node) || REDUCING.includes(node.op),
    isCheap: translation.isCheap === true,
    isAlias: translation.isAlias === true,
    sum: sumOf(node),
  }
}

/** Constants that a configuration can say in JSON. */
const isSayable = (value: number): boolean => Number.isFinite(value) && !Object.is(value, -0)

/** A number that a kernel has in its code. */
export const foldedConstant = (tensor: Tensor): number | undefined => {
  const value =
    tensor.shape.length === 0 && tensor.type === 'float32' ? scalarOf(tensor) : undefined
  return value !== undefined && isSayable(value) ? value : undefined
}
