// Which nodes become a kernel together. Nodes are joined with those that read them, from the end of the graph to its beginning:
// that way what only a gradient needs is computed where the gradient is, and not kept from the forward pass until then.
import { MOST_POINTERS, MOST_REDUCTIONS } from '../../kernels/pointwise/config.ts'
import { sameShape } from '../dimensions.ts'
import { groupsOf } from './node-groups.ts'
import { foldedConstant, fusableOf } from './pointwise-nodes.ts'

import type { Node, Shape, Tensor } from '../types.ts'
import type { Group, Groups } from './node-groups.ts'
import type { Fusable } from './pointwise-nodes.ts'

/** Code grows with nodes, and is compiled for every shape. */
const MOST_NODES = 100
/** Nodes may be able to join only after others did. */
const SWEEPS = 3

export interface Fusion {
  readonly groups: Groups
  /** What is known of the nodes that kernels can take. */
  readonly fusable: ReadonlyMap<Node, Fusable>
  /** Names of the graph's outputs. */
  readonly kept: ReadonlySet<string>
}

const outputOf = (node: Node): Tensor => node.outputs[0]!

const isOne = ({ shape }: Tensor): boolean => shape.every((size) => size === 1)

const rowOf = (shape: Shape): Shape => [...shape.slice(0, -1), 1]

/** The shape of a kernel of nodes, if they have one: rows may have values beside what their elements have. */
export const shapeOf = ({ fusable }: Fusion, group: ReadonlySet<Node>): Shape | undefined => {
  const parts = [...group].map((node) => fusable.get(node)!)
  const fits = (shape: Shape): boolean => {
    const row = rowOf(shape)
    return parts.every(
      (part) => sameShape(part.shape, shape) || (!part.isReducing && sameShape(part.shape, row)),
    )
  }
  return parts.find(({ shape }) => fits(shape))?.shape
}

/** Values that a group needs or makes for others, `inside` being the groups that it consists of. */
export const bordersOf = (
  { groups, fusable, kept }: Fusion,
  group: ReadonlySet<Node>,
  inside: readonly Group[],
): { readonly inputs: readonly Tensor[]; readonly outputs: readonly Tensor[] } => {
  const inputs = new Map<string, Tensor>()
  const outputs: Tensor[] = []
  for (const node of group) {
    for (const tensor of fusable.get(node)!.operands) {
      const maker = groups.makerOf(tensor.name)
      if (!(maker && group.has(maker)) && foldedConstant(tensor) === undefined)
        inputs.set(tensor.name, tensor)
    }
    const output = outputOf(node)
    if (kept.has(output.name) || groups.outsideOf(node, inside).length > 0) outputs.push(output)
  }
  return { inputs: [...inputs.values()], outputs }
}

/** Whether there is a kernel for these nodes together. */
const canBeKernel = (
  fusion: Fusion,
  nodes: ReadonlySet<Node>,
  inside: readonly Group[],
): boolean => {
  const { groups, fusable } = fusion
  if (nodes.size > MOST_NODES || !shapeOf(fusion, nodes)) return false
  let reductions = 0
  for (const node of nodes) {
    const { sum, isReducing } = fusable.get(node)!
    if (isReducing && !sum) reductions++
    // A sum over rows is there only after the kernel.
    if (sum && groups.readersOf(node).some((reader) => nodes.has(reader))) return false
  }
  if (reductions > MOST_REDUCTIONS) return false
  const { inputs, outputs } = bordersOf(fusion, nodes, inside)
  const pointers = inputs.filter((tensor) => !isOne(tensor)).length + outputs.length
  return pointers <= MOST_POINTERS && outputs.every(({ type }) => type === 'float32')
}

/**
 * Whether computing a node again costs no more than reading what it gave: it is made of one tensor of its size at most, and
 * that one is in memory in any case, or made in the same way.
 */
const isWorthCopying = (fusion: Fusion, node: Node): boolean => {
  const { groups, fusable } = fusion
  const { operands, isCheap } = fusable.get(node)!
  const { shape, type } = outputOf(node)
  const isThere = ({ name }: Tensor): boolean => {
    const maker = groups.makerOf(name)
    return (
      !maker ||
      !fusable.has(maker) ||
      groups.readersOf(maker).some((reader) => !fusable.has(reader)) ||
      isWorthCopying(fusion, maker)
    )
  }
  if (!isCheap || type === 'bool') return isCheap
  const large = operands.filter((tensor) => sameShape(tensor.shape, shape))
  return large.length <= 1 && large.every(isThere)
}

const joinIfPossible = (fusion: Fusion, first: Group, second: Group): boolean => {
  const both = new Set([...first, ...second])
  return canBeKernel(fusion, both, [first, second]) && fusion.groups.join(first, second)
}

/** Lets a sum over rows be computed where what is summed is read in any case. */
const joinWithSiblings = (fusion: Fusion, node: Node): void => {
  const { groups, fusable } = fusion
  const [own] = groups.with(node)
  if (own?.size !== 1) return
  groups
    .readersOf(node.inputs[0]!)
    .flatMap((sibling) => (fusable.has(sibling) ? [...groups.with(sibling)] : []))
    .some((group) => group !== own && joinIfPossible(fusion, own, group))
}

/** Joins a node with those that read it, or lets them compute it for themselves. */
const joinWithReaders = (fusion: Fusion, node: Node): void => {
  const { groups, fusable, kept } = fusion
  const readers = groups.readersOf(node)
  // A condition is never an output, so that all its readers have it for themselves.
  const wanted = outputOf(node).type === 'bool' ? [] : readers
  for (const reader of wanted) {
    if (groups.with(node).size !== 1 || !fusable.has(reader)) continue
    for (const other of [...groups.with(reader)]) {
      const [own] = groups.with(node)
      if (own && own !== other && !other.has(node)) joinIfPossible(fusion, own, other)
    }
  }
  const others = [...new Set(groups.outsideOf(node, []))]
  const canCopy =
    others.length > 0 &&
    !kept.has(outputOf(node).name) &&
    isWorthCopying(fusion, node) &&
    readers.every((reader) => fusable.has(reader)) &&
    others.every((other) => canBeKernel(fusion, new Set([...other, node]), [other]))
  if (canCopy) groups.copyInto(node, others)
}

/**
 * Puts nodes into groups, each for one kernel, if it has more than one node.
 *
 * @param kept - names of the graph's outputs
 * @param barred - nodes that no kernel may take
 */
export const joinNodes = (
  nodes: readonly Node[],
  { kept, barred }: { readonly kept: ReadonlySet<string>; readonly barred: ReadonlySet<Node> },
): Fusion => {
  const fusable = new Map<Node, Fusable>()
  for (const node of nodes) {
    const known = barred.has(node) ? undefined : fusableOf(node)
    // Single numbers are not worth a kernel.
    if (known && !known.shape.every((size) => size === 1)) fusable.set(node, known)
  }
  const fusion: Fusion = { groups: groupsOf(nodes), fusable, kept }
  for (let sweep = 0; sweep < SWEEPS; sweep++)
    for (const node of nodes.toReversed()) {
      const known = fusable.get(node)
      if (known && !known.sum) joinWithReaders(fusion, node)
      if (known?.sum && sweep > 0) joinWithSiblings(fusion, node)
    }
  return fusion
}
