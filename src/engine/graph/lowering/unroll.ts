// Loops written out: devices whose ONNX Runtime has no `Scan` would run it on the CPU, with copies at every step. The
// number of steps must be known; other loops stay as they are.
import { gather, unsqueeze } from '../functions.ts'
import { isBody, numberOf, numbersOf } from '../attributes.ts'
import { constant, uniqueName } from '../graph.ts'

import type { Body, Dimension, Graph, Node, Tensor } from '../types.ts'
import type { Program } from './lower.ts'

/** Sizes of named dimensions that every feed will have, such as `time`. */
export type Sizes = Readonly<Record<string, number>>

const sizeOf = (dimension: Dimension, sizes: Sizes): number | undefined =>
  typeof dimension === 'number' ? dimension : sizes[dimension]

interface Loop {
  readonly node: Node
  readonly body: Body
  readonly states: number
  readonly steps: number
}

const loopOf = (node: Node, sizes: Sizes): Loop | undefined => {
  const body = node.attributes['body']
  if (!isBody(body)) return undefined
  const states = node.inputs.length - numberOf(node.attributes, 'num_scan_inputs', 0)
  const steps = sizeOf(node.inputs[states]!.shape[0]!, sizes)
  return steps === undefined ? undefined : { node, body, states, steps }
}

/** Appends one step: values of the body's inputs -> those of its outputs. */
const appendStep = (graph: Graph, { body }: Loop, values: readonly Tensor[]): readonly Tensor[] => {
  const known = new Map(body.graph.inputs.map(({ name }, index) => [name, values[index]!]))
  // What a body does not make itself is a tensor of the graph around it.
  const find = (tensor: Tensor): Tensor => known.get(tensor.name) ?? { ...tensor, graph }
  for (const { op, inputs, outputs, attributes } of body.graph.nodes) {
    const made = outputs.map((tensor): Tensor => {
      const copy = { ...tensor, graph, name: uniqueName(graph, tensor.name) }
      known.set(tensor.name, copy)
      return copy
    })
    const read = inputs.map((tensor) => tensor && find(tensor))
    graph.nodes.push({ op, inputs: read, outputs: made, attributes })
  }
  return body.outputs.map(find)
}

const appendLoop = (graph: Graph, loop: Loop): void => {
  const { node, body, states, steps } = loop
  for (const [name, { tensor, data }] of body.graph.constants)
    graph.constants.set(name, { tensor: { ...tensor, graph }, data })
  const inputs = node.inputs as readonly Tensor[]
  const runsBackwards = (name: string, index: number): boolean =>
    numbersOf(node.attributes, name, [])[index] === 1
  let state = inputs.slice(0, states)
  const stacked: Tensor[][] = node.outputs.slice(states).map(() => [])
  for (let step = 0; step < steps; step++) {
    const sequences = inputs.slice(states).map((sequence, index) => {
      const at = runsBackwards('scan_input_directions', index) ? steps - 1 - step : step
      return gather(
        sequence,
        constant(graph, 'at', { type: 'int32', shape: [], data: Int32Array.of(at) }),
      )
    })
    const results = appendStep(graph, loop, [...state, ...sequences])
    state = results.slice(0, states)
    for (const [index, result] of results.slice(states).entries())
      stacked[index]!.push(unsqueeze(result, [0]))
  }
  for (const [index, output] of node.outputs.entries()) {
    const parts = stacked[index - states]
    if (parts === undefined) {
      const last = state[index]!
      graph.nodes.push({ op: 'Identity', inputs: [last], outputs: [output], attributes: {} })
      continue
    }
    const inOrder = runsBackwards('scan_output_directions', index - states)
      ? parts.reverse()
      : parts
    graph.nodes.push({
      op: 'Concat',
      inputs: inOrder,
      outputs: [output],
      attributes: { axis: 0 },
    })
  }
}

/** The program with all loops of known length written out; what comes of outputs that nobody reads is dead code. */
export const unrollLoops = ({ graph, outputs }: Program, sizes: Sizes): Program => {
  for (const node of graph.nodes.splice(0)) {
    const loop = node.op === 'Scan' ? loopOf(node, sizes) : undefined
    if (loop) appendLoop(graph, loop)
    else graph.nodes.push(node)
  }
  return { graph, outputs }
}
