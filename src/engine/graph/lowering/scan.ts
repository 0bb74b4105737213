// Loops over time for ONNX Runtime: what the lowerings of recurrent layers share.
import { gather, mul, pad, slice, sub } from '../functions.ts'
import { applyAll, constant, createGraph, uniqueName } from '../graph.ts'

import type { Body, Graph, Tensor } from '../types.ts'

export const stepGraph = (graph: Graph): Graph => {
  const name = uniqueName(graph, 'step')
  return createGraph(name, { prefix: `${name}/` })
}

export const scan = (
  graph: Graph,
  body: Body,
  {
    states,
    sequences,
    reverse = false,
  }: { states: Tensor[]; sequences: Tensor[]; reverse?: boolean },
): readonly Tensor[] => {
  const directions = (count: number): readonly number[] =>
    Array<number>(count).fill(reverse ? 1 : 0)
  return applyAll(graph, 'Scan', [...states, ...sequences], {
    attributes: {
      body,
      num_scan_inputs: sequences.length,
      scan_input_directions: directions(sequences.length),
      scan_output_directions: directions(body.outputs.length - states.length),
    },
  })
}

/** Zeros [batch, hidden] cut from a [time, batch, ...] tensor: the batch size is known at run time only. */
export const zeroState = (sequence: Tensor, hidden: number): Tensor => {
  const { graph } = sequence
  const zero = constant(graph, 'zero', { type: 'int64', shape: [], data: new BigInt64Array(1) })
  return mul(slice(gather(sequence, zero), [{ axis: 1, start: 0, end: hidden }]), 0)
}

/** The mask of each row's last step: 1 where the step is valid and the next is not. */
export const lastStep = (mask: Tensor): Tensor => sub(mask, pad(mask, [-1, 0, 0, 1, 0, 0]))

/** One step of zeros in front, the last step cut off (a negative pad): what every step finds. */
export const previous = (sequence: Tensor): Tensor => pad(sequence, [1, 0, 0, -1, 0, 0])
