// What of a file is needed for some of its values: nodes, inputs, and which of its tensors are parameters.
import { onnxErrors } from '../onnx/errors.ts'
import { showNames } from './patterns.ts'
import { staticInputs } from './static-inputs.ts'

import type { OnnxGraph, OnnxNode, OnnxValue } from '../onnx/types.ts'

interface PlannedParameter {
  readonly initializer: string
  readonly shape: readonly number[]
  /** Running statistics of batch normalisation, which no gradient moves. */
  readonly isStatistic: boolean
}

export interface ImportPlan {
  /** In the file's order, in which they can run. */
  readonly nodes: readonly OnnxNode[]
  readonly inputs: readonly OnnxValue[]
  readonly outputs: readonly string[]
  /** Tensors of the file that are read. */
  readonly initializers: readonly string[]
  readonly parameters: readonly PlannedParameter[]
}

const floatTypes: ReadonlySet<string> = new Set(['float32', 'float16', 'float64'])

/** Inputs of BatchNormalization that are statistics. */
const STATISTICS: readonly number[] = [3, 4]

/** Nodes that the values need, found backwards. */
const neededNodes = (
  { nodes }: OnnxGraph,
  outputs: readonly string[],
): { readonly nodes: readonly OnnxNode[]; readonly names: ReadonlySet<string> } => {
  const names = new Set(outputs)
  const needed: OnnxNode[] = []
  for (const node of nodes.toReversed()) {
    if (!node.outputs.some((name) => name !== '' && names.has(name))) continue
    needed.push(node)
    for (const name of node.inputs) if (name !== '') names.add(name)
  }
  return { nodes: needed.reverse(), names }
}

const checkOutputs = (graph: OnnxGraph, outputs: readonly string[]): void => {
  const known = new Set([
    ...graph.inputs.map(({ name }) => name),
    ...graph.initializers.keys(),
    ...graph.nodes.flatMap((node) => node.outputs),
  ])
  for (const name of outputs)
    if (name === '' || !known.has(name))
      throw onnxErrors.error('unknown-value', {
        kind: 'value',
        name,
        names: showNames(graph.nodes.flatMap((node) => node.outputs).toReversed()),
      })
}

/** Float tensors that a node computes with: parameters, in the order of their first use. */
const parametersOf = (graph: OnnxGraph, nodes: readonly OnnxNode[]): PlannedParameter[] => {
  const found = new Map<string, PlannedParameter>()
  for (const node of nodes)
    node.inputs.forEach((initializer, index) => {
      const tensor = graph.initializers.get(initializer)
      if (!tensor || !floatTypes.has(tensor.type) || staticInputs(node.op).includes(index)) return
      const isStatistic = node.op === 'BatchNormalization' && STATISTICS.includes(index)
      const known = found.get(initializer)
      found.set(initializer, {
        initializer,
        shape: tensor.shape,
        isStatistic: isStatistic || known?.isStatistic === true,
      })
    })
  return [...found.values()]
}

/** @throws onnx.unknown-value */
export const planOf = (
  graph: OnnxGraph,
  outputs: readonly string[] = graph.outputs.map(({ name }) => name),
): ImportPlan => {
  checkOutputs(graph, outputs)
  const { nodes, names } = neededNodes(graph, outputs)
  return {
    nodes,
    // Older files list their weights among the inputs.
    inputs: graph.inputs.filter(({ name }) => names.has(name) && !graph.initializers.has(name)),
    outputs,
    initializers: [...graph.initializers.keys()].filter((name) => names.has(name)),
    parameters: parametersOf(graph, nodes),
  }
}
