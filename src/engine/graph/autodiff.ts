// Reverse-mode differentiation as a graph transformation: the gradient of a scalar is more of the same graph.
import { showShape } from './dimensions.ts'
import { graphErrors } from './errors.ts'
import { add, zerosLike } from './functions.ts'
import { gradients as rules } from './gradients/index.ts'
import { noGradient } from './gradients/rule.ts'
import { scalar } from './graph.ts'

import type { GradientContext } from './gradients/rule.ts'
import type { OpName } from './ops/index.ts'
import type { Node, Tensor } from './types.ts'

/** Nodes that lie between one of `sources` and anything: only these carry gradients. */
const dependents = (nodes: readonly Node[], sources: readonly Tensor[]): Set<string> => {
  const reached = new Set(sources.map((tensor) => tensor.name))
  for (const node of nodes) {
    if (node.inputs.some((tensor) => tensor && reached.has(tensor.name))) {
      for (const output of node.outputs) reached.add(output.name)
    }
  }
  return reached
}

/**
 * Appends the gradients of `loss` (a float scalar) with respect to `parameters` to the graph.
 *
 * @returns one tensor per parameter, of its shape; zeros where the loss does not depend on it.
 * @throws graph.not-scalar, graph.no-gradient
 */
export const differentiate = (loss: Tensor, parameters: readonly Tensor[]): readonly Tensor[] => {
  const { graph } = loss
  if (loss.shape.length > 0) {
    throw graphErrors.error('not-scalar', { tensor: loss.name, got: showShape(loss.shape) })
  }
  const nodes = [...graph.nodes]
  const active = dependents(nodes, parameters)
  const adjoints = new Map<string, Tensor>([[loss.name, scalar(graph, 1, loss.type)]])
  const accumulate = (tensor: Tensor, gradient: Tensor): void => {
    const before = adjoints.get(tensor.name)
    adjoints.set(tensor.name, before ? add(before, gradient) : gradient)
  }
  for (const node of nodes.reverse()) {
    const outputGradients = node.outputs.map((output) => adjoints.get(output.name))
    const first = node.outputs[0]!
    if (!active.has(first.name) || outputGradients.every((gradient) => gradient === undefined))
      continue
    const inputs = node.inputs as readonly Tensor[]
    const rule = rules[node.op as OpName]
    const context: GradientContext = {
      op: node.op,
      attributes: node.attributes,
      inputs,
      outputs: node.outputs,
      dy: outputGradients[0] ?? zerosLike(first),
      gradients: outputGradients,
      needs: (index) => {
        const tensor = node.inputs[index]
        return tensor !== undefined && active.has(tensor.name)
      },
    }
    if (typeof rule !== 'function') throw noGradient(context, rule.noGradientBecause)
    const found = rule(context)
    found.forEach((gradient, index) => {
      const tensor = node.inputs[index]
      if (gradient && tensor && active.has(tensor.name)) accumulate(tensor, gradient)
    })
  }
  return parameters.map((parameter) => adjoints.get(parameter.name) ?? zerosLike(parameter))
}
