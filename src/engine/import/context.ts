// What a converter sees of one node of the file, and how it complains.
import { MedleyError } from '../../base/errors.ts'
import { onnxErrors } from '../onnx/errors.ts'
import { nodeLabel } from '../onnx/types.ts'

import type { DataType } from '../../base/arrays.ts'
import type { Dimension, Graph, Tensor } from '../graph/types.ts'
import type { Attribute, OnnxNode } from '../onnx/types.ts'
import type { SizeSources, Value } from './value.ts'

export interface NodeContext {
  readonly graph: Graph
  readonly node: OnnxNode
  readonly opset: number
  readonly training: boolean
  /** `undefined` is an optional input that is absent. */
  readonly inputs: readonly (Value | undefined)[]
  readonly sizes: SizeSources
  /** The batch size that the file fixes, and what stands in its place. */
  readonly batch: { readonly declared: number; readonly actual: Dimension } | undefined
  /** Base name for what the node makes. */
  readonly name: string
}

/** What a node makes; `undefined` is an output that is not supported, which is fine while nobody reads it. */
export type Outputs = readonly (Value | undefined)[]
export type Converter = (context: NodeContext) => Outputs

export const refuse = ({ node }: Pick<NodeContext, 'node'>, reason: string): MedleyError =>
  onnxErrors.error('node', { where: nodeLabel(node), reason })

/** The required input at `index`. */
export const valueAt = (context: NodeContext, index: number): Value => {
  const value = context.inputs[index]
  if (!value) throw refuse(context, `its input ${index} is missing`)
  return value
}

export const tensorAt = (context: NodeContext, index: number): Tensor =>
  valueAt(context, index).tensor()

/** The elements of an input that must be known before anything runs; `undefined` if it is absent. */
export const knownAt = (context: NodeContext, index: number): readonly Dimension[] | undefined => {
  const value = context.inputs[index]
  if (value && !value.known)
    throw refuse(context, `its input ${index} is known only while the model runs`)
  return value?.known
}

/** The same, without symbolic sizes. */
export const numbersAt = (context: NodeContext, index: number): readonly number[] | undefined =>
  knownAt(context, index)?.map((value) => {
    if (typeof value === 'string')
      throw refuse(context, `its input ${index} holds the open size "${value}"`)
    return value
  })

const attributeOf = <K extends Attribute['kind']>(
  context: NodeContext,
  name: string,
  kind: K,
): Extract<Attribute, { kind: K }> | undefined => {
  const attribute = context.node.attributes[name]
  if (attribute && attribute.kind !== kind)
    throw refuse(context, `its attribute "${name}" should be ${kind}, but is ${attribute.kind}`)
  return attribute as Extract<Attribute, { kind: K }> | undefined
}

export const intOf = (context: NodeContext, name: string, fallback: number): number =>
  Number(attributeOf(context, name, 'int')?.value ?? fallback)

export const floatOf = (context: NodeContext, name: string, fallback: number): number =>
  attributeOf(context, name, 'float')?.value ?? fallback

export const stringOf = (context: NodeContext, name: string, fallback: string): string =>
  attributeOf(context, name, 'string')?.value ?? fallback

export const intsOf = (context: NodeContext, name: string): readonly number[] | undefined =>
  attributeOf(context, name, 'ints')?.value.map(Number)

export const floatsOf = (context: NodeContext, name: string): readonly number[] | undefined =>
  attributeOf(context, name, 'floats')?.value

/** An axis of a tensor of `rank` dimensions, counted from the front. */
export const axisOf = (context: NodeContext, axis: number, rank: number): number => {
  const counted = axis < 0 ? axis + rank : axis
  if (!Number.isInteger(counted) || counted < 0 || counted >= rank)
    throw refuse(context, `there is no axis ${axis} in ${rank} dimensions`)
  return counted
}

/** Medley computes in float32 where a file says float16 or float64. */
export const computedType = (type: DataType): DataType =>
  type === 'float16' || type === 'float64' ? 'float32' : type
