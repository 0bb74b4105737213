// Replaces composites by what a device can run. The graph above a lowering is the same on every device.
import { createGraph } from '../graph.ts'

import type { OpName } from '../ops/index.ts'
import type { Graph, Node, Tensor } from '../types.ts'

/** Nodes to build instead of one composite: its inputs, already in the new graph, to its outputs. */
export type Lowering = (node: LoweredNode) => readonly Tensor[]

export interface LoweredNode {
  readonly graph: Graph
  readonly node: Node
  readonly inputs: readonly (Tensor | undefined)[]
}

/** What a device makes of the operators; those that are not named stay as they are. */
export type LoweringTable = Readonly<Partial<Record<OpName, Lowering>>>

export interface Program {
  readonly graph: Graph
  readonly outputs: readonly Tensor[]
}

/** What a node reads; the subgraph of a loop may read tensors of the graph around it. */
export const readBy = ({ inputs, attributes }: Node): readonly Tensor[] => [
  ...inputs.filter((tensor) => tensor !== undefined),
  ...Object.values(attributes).flatMap((value) =>
    typeof value === 'object' && 'graph' in value ? value.graph.nodes.flatMap(readBy) : [],
  ),
]

/** Only the nodes that `outputs` need, in their old order. */
const liveNodes = (nodes: readonly Node[], outputs: readonly Tensor[]): readonly Node[] => {
  const wanted = new Set(outputs.map((tensor) => tensor.name))
  const live: Node[] = []
  for (const node of [...nodes].reverse()) {
    if (!node.outputs.some((output) => wanted.has(output.name))) continue
    live.push(node)
    for (const tensor of readBy(node)) wanted.add(tensor.name)
  }
  return live.reverse()
}

/**
 * A copy of the program for one device, without dead nodes.
 *
 * @param table - made for this program, because a device may look at the whole graph before it decides.
 */
export const lower = (
  { graph, outputs }: Program,
  table: (live: readonly Node[]) => LoweringTable,
): Program => {
  const target = createGraph(graph.name)
  // Every name of the program is taken: what lowerings make must not be mistaken for it.
  for (const [name, uses] of graph.names) target.names.set(name, uses)
  const moved = new Map<string, Tensor>()
  for (const tensor of graph.inputs) {
    const copy: Tensor = { ...tensor, graph: target }
    target.inputs.push(copy)
    moved.set(tensor.name, copy)
  }
  const move = (tensor: Tensor): Tensor => {
    const known = moved.get(tensor.name)
    if (known) return known
    const copy: Tensor = { ...tensor, graph: target }
    target.constants.set(tensor.name, {
      tensor: copy,
      data: graph.constants.get(tensor.name)!.data,
    })
    moved.set(tensor.name, copy)
    return copy
  }
  const nodes = liveNodes(graph.nodes, outputs)
  const rules = table(nodes)
  for (const node of nodes) {
    // A loop's body may be the only reader of a constant.
    for (const tensor of readBy(node)) if (graph.constants.has(tensor.name)) move(tensor)
    const inputs = node.inputs.map((tensor) => tensor && move(tensor))
    const lowering = rules[node.op as OpName] ?? copyNode
    lowering({ graph: target, node, inputs }).forEach((tensor, index) => {
      moved.set(node.outputs[index]!.name, tensor)
    })
  }
  return pruned({
    graph: target,
    outputs: outputs.map((tensor) => renamed(target, move(tensor), tensor)),
  })
}

/** Without what lowerings made and nobody reads. */
const pruned = ({ graph, outputs }: Program): Program => {
  const nodes = liveNodes(graph.nodes, outputs)
  const read = new Set([...nodes.flatMap(readBy), ...outputs].map(({ name }) => name))
  graph.nodes.splice(0, graph.nodes.length, ...nodes)
  for (const name of graph.constants.keys()) if (!read.has(name)) graph.constants.delete(name)
  return { graph, outputs }
}

export const copyNode: Lowering = ({ graph, node, inputs }) => {
  const outputs = node.outputs.map((tensor): Tensor => ({ ...tensor, graph }))
  graph.nodes.push({ ...node, inputs, outputs })
  return outputs
}

/** Outputs keep their names even when a lowering made them under another one. */
const renamed = (graph: Graph, tensor: Tensor, original: Tensor): Tensor => {
  if (tensor.name === original.name) return tensor
  const output: Tensor = { ...tensor, name: original.name }
  graph.nodes.push({ op: 'Identity', inputs: [tensor], outputs: [output], attributes: {} })
  return output
}
