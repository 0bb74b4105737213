// Sums over the first two axes that a lowering made one axis at a time (`lowering/rows.ts`): a kernel does both at once.
import { numberOf } from '../attributes.ts'
import { ints } from '../graph.ts'
import { constantValues } from '../ops/rules.ts'

import type { Node } from '../types.ts'

const isOverFirstAxis = ({ op, inputs, attributes }: Node): boolean =>
  (op === 'ReduceSum' || op === 'ReduceMean') &&
  constantValues(inputs[1])?.join() === '0' &&
  numberOf(attributes, 'keepdims', 1) === 0

/**
 * Pairs of such nodes as one node, and what each of these was made of, for where no kernel takes it.
 *
 * @param kept - names of the graph's outputs
 */
export const inOneStep = (
  nodes: readonly Node[],
  kept: ReadonlySet<string>,
): { readonly nodes: readonly Node[]; readonly originals: ReadonlyMap<Node, readonly Node[]> } => {
  const reads = nodes.flatMap(({ inputs }) => inputs)
  const first = new Map(
    nodes.filter(isOverFirstAxis).map((node) => [node.outputs[0]!.name, node] as const),
  )
  const originals = new Map<Node, readonly Node[]>()
  const replaced = new Set<Node>()
  const joined = nodes.map((node) => {
    const before = isOverFirstAxis(node) ? first.get(node.inputs[0]!.name) : undefined
    const between = before?.outputs[0]?.name
    const isFree =
      between !== undefined &&
      before?.op === node.op &&
      !kept.has(between) &&
      reads.filter((tensor) => tensor?.name === between).length === 1
    if (!isFree) return node
    const [x] = before.inputs
    const both: Node = { ...node, inputs: [x, ints(x!.graph, [0, 1])] }
    originals.set(both, [before, node])
    replaced.add(before)
    return both
  })
  return { nodes: joined.filter((node) => !replaced.has(node)), originals }
}
