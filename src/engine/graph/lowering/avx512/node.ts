// Nodes of Medley's own kernels (`engine/kernels`), and what those want of their inputs.
import { numberOf } from '../../attributes.ts'
import { reduceSum } from '../../functions.ts'
import { applyAll } from '../../graph.ts'
import { inPlaces, pixelByPixel, toRows } from '../rows.ts'

import type { KernelConfig } from '../../../kernels/kernel.ts'
import type { KernelKind } from '../../../kernels/index.ts'
import type { Dimension, Graph, Node, Shape, Tensor } from '../../types.ts'
import type { Rows, RowsOf } from '../rows.ts'

export type Pair = readonly [number, number]

/** Kernels want so many channels, or a multiple: the floats of a vector. */
export const LANES = 16

/** Whether a size is a whole number of vectors. */
export const isVectors = (size: Dimension | undefined): boolean => Number(size) % LANES === 0

/** Whether a `Gemm` is x^T dy and nothing else, as gradients of weights are. */
export const isWeightGradient = ({ inputs, attributes }: Node): boolean =>
  numberOf(attributes, 'transA', 0) === 1 &&
  numberOf(attributes, 'transB', 0) === 0 &&
  numberOf(attributes, 'alpha', 1) === 1 &&
  inputs.slice(2).every((input) => input === undefined)

/** Up to here, channels are so few that every product is computed by itself. */
export const MOST_THIN_CHANNELS = 4

/** What the first axis of partial sums is called: how many there are depends on the batch. */
export const PARTS = 'parts'

/** A kernel's outputs, all float32, of these shapes. */
export const kernel = (
  graph: Graph,
  config: KernelConfig & { readonly kind: KernelKind },
  inputs: readonly Tensor[],
  outputs: readonly Shape[],
): readonly Tensor[] =>
  applyAll(graph, 'Kernel', inputs, {
    attributes: { config: JSON.stringify(config) },
    declared: outputs.map((shape) => ({ type: 'float32', shape })),
    name: config.kind,
  })

/** The node of the lowered graph that makes a tensor. */
export const producerOf = ({ graph, name }: Tensor): Node | undefined =>
  graph.nodes.find(({ outputs }) => outputs.some((output) => output.name === name))

/** [parts, ...] -> [...] */
export const sumOfParts = (x: Tensor): Tensor => reduceSum(x, { axes: [0] })

export const sizeOf = ({ shape }: Tensor): Pair => shape.slice(2).map(Number) as [number, number]

/** x [batch, channels, height, width] as rows of all its pixels, in their order. */
export const pixelsOf = (x: Tensor, known: RowsOf): Rows => {
  const places = pixelByPixel(...sizeOf(x))
  const rows = known.get(x.name)
  return rows ? inPlaces(rows, places) : toRows(x, places)
}
