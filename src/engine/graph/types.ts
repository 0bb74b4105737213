// The symbolic graph: plain data that functions build up. A tensor knows its graph, type and shape; nothing here knows
// how or where it will run.
import type { DataType, TensorData } from '../../base/arrays.ts'

/** A size, or the name of a size that is known only at run time (`batch`, `time`, or a product such as `batch*time`). */
export type Dimension = number | string
export type Shape = readonly Dimension[]

export interface Tensor {
  readonly graph: Graph
  readonly name: string
  readonly type: DataType
  readonly shape: Shape
}

/** How an attribute is written to an ONNX file. `body` is a subgraph. */
export type AttributeKind = 'int' | 'float' | 'string' | 'ints' | 'floats' | 'body'
export type AttributeValue = number | string | readonly number[] | Body
export type Attributes = Readonly<Record<string, AttributeValue>>

/** The subgraph of a `Scan` node. */
export interface Body {
  readonly graph: Graph
  readonly outputs: readonly Tensor[]
}

export interface Node {
  readonly op: string
  /** `undefined` is an optional input that is not given. */
  readonly inputs: readonly (Tensor | undefined)[]
  readonly outputs: readonly Tensor[]
  readonly attributes: Attributes
}

export interface Graph {
  readonly name: string
  /** Put before every name: subgraphs must not reuse the names around them. */
  readonly prefix: string
  readonly inputs: Tensor[]
  readonly constants: Map<string, { readonly tensor: Tensor; readonly data: TensorData }>
  /** In an order in which every node comes after what it reads. */
  readonly nodes: Node[]
  /** Names in use, to keep them unique: base name -> how often. */
  readonly names: Map<string, number>
}

/** Type and shape of a tensor that does not exist yet. */
export interface Signature {
  readonly type: DataType
  readonly shape: Shape
}

/** What shape inference sees of a node. */
export interface InferenceContext {
  readonly op: string
  readonly inputs: readonly (Tensor | undefined)[]
  readonly attributes: Attributes
}

/** One row of the operator table. */
export interface OpRule {
  readonly attributes: Readonly<Record<string, AttributeKind>>
  /** What `infer` does, in words: inputs -> outputs. For the reference. */
  readonly shape: string
  /** Output types and shapes; throws `graph.*` errors that name the tensors. */
  readonly infer: (context: InferenceContext) => readonly Signature[]
  /** ONNX operator domain; the standard one when absent. */
  readonly domain?: 'com.microsoft' | 'medley'
  /** A composite is not an ONNX operator: every device has a lowering for it. */
  readonly composite?: boolean
}
