// An ONNX model as plain data, and short constructors for its parts. Names connect everything: a value is the string
// that one node writes as output and others read as input.
import type { TensorData } from '../../base/arrays.ts'
import type { ElementType } from './element-types.ts'
import type { Message } from './messages.ts'

/** A tensor of a type Medley cannot compute with (int4, string ...), carried along as it was read. */
export interface OpaqueTensor {
  readonly type: Exclude<ElementType, TensorData['type']>
  readonly shape: readonly number[]
  readonly encoded: Message<'Tensor'>
}

export type OnnxTensor = TensorData | OpaqueTensor

/** Integers are numbers; only those a number cannot hold exactly (such as the largest int64) are bigint. */
export type OnnxInt = number | bigint

export type Attribute =
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'int'; readonly value: OnnxInt }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'tensor'; readonly value: OnnxTensor }
  | { readonly kind: 'graph'; readonly value: OnnxGraph }
  | { readonly kind: 'floats'; readonly value: readonly number[] }
  | { readonly kind: 'ints'; readonly value: readonly OnnxInt[] }
  | { readonly kind: 'strings'; readonly value: readonly string[] }

export type Attributes = Readonly<Record<string, Attribute>>

export interface OnnxNode {
  /** May be empty; only used in messages. */
  readonly name: string
  /** Operator, such as `MatMul`. */
  readonly op: string
  /** Empty for the standard operators. */
  readonly domain: string
  /** An empty string stands for an optional input that is absent. */
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly attributes: Attributes
}

export interface OnnxValue {
  readonly name: string
  /** Undefined when the file leaves it to type inference, as subgraphs may. */
  readonly type: ElementType | undefined
  /** A string is a symbolic dimension, an empty one an unknown dimension; undefined is an unknown rank. */
  readonly shape: readonly (number | string)[] | undefined
}

export interface OnnxGraph {
  readonly name: string
  /** In an order in which they can run. */
  readonly nodes: readonly OnnxNode[]
  readonly inputs: readonly OnnxValue[]
  readonly outputs: readonly OnnxValue[]
  readonly initializers: ReadonlyMap<string, OnnxTensor>
  /** Types and shapes of values in between; optional knowledge. */
  readonly values?: readonly OnnxValue[]
}

export interface Opset {
  /** Empty for the standard operators. */
  readonly domain: string
  readonly version: number
}

export interface OnnxModel {
  readonly irVersion: number
  readonly opsets: readonly Opset[]
  readonly producerName: string
  readonly producerVersion: string
  readonly metadata: ReadonlyMap<string, string>
  readonly graph: OnnxGraph
}

export const float = (value: number): Attribute => ({ kind: 'float', value })
export const int = (value: OnnxInt): Attribute => ({ kind: 'int', value })
export const string = (value: string): Attribute => ({ kind: 'string', value })
export const tensor = (value: OnnxTensor): Attribute => ({ kind: 'tensor', value })
export const subgraph = (value: OnnxGraph): Attribute => ({ kind: 'graph', value })
export const floats = (value: readonly number[]): Attribute => ({ kind: 'floats', value })
export const ints = (value: readonly OnnxInt[]): Attribute => ({ kind: 'ints', value })
export const strings = (value: readonly string[]): Attribute => ({ kind: 'strings', value })

/**
 * A node.
 *
 * @example
 * node('Gemm', ['x', 'weights'], ['y'], { attributes: { transB: int(1) } })
 */
export const node = (
  op: string,
  inputs: readonly string[],
  outputs: readonly string[],
  {
    name = '',
    domain = '',
    attributes = {},
  }: { name?: string; domain?: string; attributes?: Attributes } = {},
): OnnxNode => ({ name, op, domain, inputs, outputs, attributes })

export const value = (
  name: string,
  type: ElementType | undefined,
  shape: readonly (number | string)[] | undefined,
): OnnxValue => ({ name, type, shape })

/** How messages name a node: by its name, or by what it makes when it has none. */
export const nodeLabel = ({
  name,
  op,
  outputs,
}: Pick<OnnxNode, 'name' | 'op' | 'outputs'>): string =>
  name === '' ? `the ${op} node that makes "${outputs[0] ?? ''}"` : `node "${name}" (${op})`
