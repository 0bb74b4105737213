// Building a graph: inputs, constants, and nodes whose output types and shapes are inferred at once, so that a mistake
// is reported where it is made.
import { dataTypes } from '../../base/arrays.ts'
import { ops } from './ops/index.ts'

import type { DataType, TensorData } from '../../base/arrays.ts'
import type { OpName } from './ops/index.ts'
import type { Attributes, Graph, Shape, Signature, Tensor } from './types.ts'

export const createGraph = (name: string, { prefix = '' }: { prefix?: string } = {}): Graph => ({
  name,
  prefix,
  inputs: [],
  constants: new Map(),
  nodes: [],
  names: new Map(),
})

/** `base`, or `base.1`, `base.2` ... where it is taken. */
export const uniqueName = (graph: Graph, base: string): string => {
  const used = graph.names.get(base) ?? 0
  graph.names.set(base, used + 1)
  return used === 0 ? graph.prefix + base : uniqueName(graph, `${base}.${used}`)
}

/** Declares a graph input. */
export const input = (graph: Graph, name: string, type: DataType, shape: Shape): Tensor => {
  const tensor: Tensor = { graph, name: uniqueName(graph, name), type, shape }
  graph.inputs.push(tensor)
  return tensor
}

/** A value that is part of the graph. */
export const constant = (graph: Graph, name: string, data: TensorData): Tensor => {
  const tensor: Tensor = {
    graph,
    name: uniqueName(graph, name),
    type: data.type,
    shape: data.shape,
  }
  graph.constants.set(tensor.name, { tensor, data })
  return tensor
}

export const scalar = (graph: Graph, value: number, type: DataType = 'float32'): Tensor =>
  constant(graph, 'scalar', {
    type,
    shape: [],
    data: type === 'int64' ? BigInt64Array.of(BigInt(value)) : dataTypes[type].of(value),
  })

/** A constant int64 vector: shapes, axes, pads. */
export const ints = (graph: Graph, values: readonly number[]): Tensor =>
  constant(graph, 'ints', {
    type: 'int64',
    shape: [values.length],
    data: BigInt64Array.from(values, BigInt),
  })

interface ApplyOptions {
  readonly attributes?: Attributes
  /** Overrides inference, for shapes that are computed at run time. */
  readonly declared?: readonly Signature[]
  /** Base name of the outputs. */
  readonly name?: string
}

/** Appends a node and returns all its outputs. */
export const applyAll = (
  graph: Graph,
  op: OpName,
  inputs: readonly (Tensor | undefined)[],
  { attributes = {}, declared, name = op }: ApplyOptions = {},
): readonly Tensor[] => {
  const signatures = declared ?? ops[op].infer({ op, inputs, attributes })
  const outputs = signatures.map(({ type, shape }): Tensor => ({
    graph,
    name: uniqueName(graph, name),
    type,
    shape,
  }))
  graph.nodes.push({ op, inputs, outputs, attributes })
  return outputs
}

/** Appends a node and returns its first output. */
export const apply = (
  graph: Graph,
  op: OpName,
  inputs: readonly (Tensor | undefined)[],
  options: ApplyOptions = {},
): Tensor => applyAll(graph, op, inputs, options)[0]!

/** Gives a tensor a name of its own, for graph outputs. */
export const named = (tensor: Tensor, name: string): Tensor =>
  apply(tensor.graph, 'Identity', [tensor], { name })
