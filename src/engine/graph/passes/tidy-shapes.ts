// Before operators are fused: values that are only expanded to be broadcast anyway are read as they are, and shapes are asked of
// tensors that are there in any case, not of the results of operators between them.
import { broadcast, sameShape } from '../dimensions.ts'
import { lower } from '../lowering/lower.ts'
import { fusableOf } from './pointwise-nodes.ts'

import type { Program } from '../lowering/lower.ts'
import type { Node, Shape, Tensor } from '../types.ts'

/** Expands that a broadcasting operator does not need, undone. */
const readingUnexpanded = (node: Node, producers: ReadonlyMap<string, Node>): Node => {
  const [output] = node.outputs
  const known = fusableOf(node)
  const isBroadcasting = known && !known.isReducing && node.op !== 'Expand'
  if (!isBroadcasting || !output) return node
  const inputs = [...node.inputs]
  for (const [index, tensor] of inputs.entries()) {
    const producer = tensor && producers.get(tensor.name)
    if (producer?.op !== 'Expand') continue
    const trial = inputs.with(index, producer.inputs[0])
    const shape = trial.reduce<Shape | undefined>(
      (all, next) => (all && next ? broadcast(all, next.shape) : all),
      [],
    )
    if (shape && sameShape(shape, output.shape)) inputs[index] = producer.inputs[0]
  }
  return { ...node, inputs }
}

/** A tensor of the same shape that an operator value by value was applied to, or several of them. */
const sourceOf = (tensor: Tensor, producers: ReadonlyMap<string, Node>): Tensor => {
  const producer = producers.get(tensor.name)
  const source =
    producer && fusableOf(producer)
      ? producer.inputs.find((input) => input && sameShape(input.shape, tensor.shape))
      : undefined
  return source ? sourceOf(source, producers) : tensor
}

/** Without what nobody reads afterwards. */
export const tidyShapes = ({ graph, outputs }: Program): Program => {
  const producers = new Map<string, Node>()
  const nodes = graph.nodes.map((node) => {
    const [first] = node.inputs
    const tidied =
      node.op === 'Shape' && first
        ? { ...node, inputs: [sourceOf(first, producers)] }
        : readingUnexpanded(node, producers)
    for (const { name } of node.outputs) producers.set(name, tidied)
    return tidied
  })
  return lower({ graph: { ...graph, nodes }, outputs }, () => ({}))
}
