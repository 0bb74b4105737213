// A network under construction: one graph, its parameters, what it needs to be fed, and whether it is for training.
// Layers are functions that add graph parts to it; the same functions build the training and the inference form.
import { constant, input } from '../graph/graph.ts'
import { randomStream } from '../../base/rng.ts'

import type { TensorData } from '../../base/arrays.ts'
import type { Graph, Tensor } from '../graph/types.ts'
import type { Initialiser } from './initialisers.ts'

export interface Parameter {
  readonly name: string
  readonly tensor: Tensor
  /** Frozen parameters and running statistics take part in the state but get no gradient. */
  readonly trainable: boolean
  readonly initial: () => TensorData
}

/** A dropout mask that the trainer feeds: uint8 [batch, ...shape], 1 = keep. */
export interface MaskInput {
  readonly name: string
  readonly tensor: Tensor
  readonly rate: number
  /** Shape of one row. `time` is an open dimension. */
  readonly shape: readonly (number | 'time')[]
}

/** A state tensor and the value that a training step gives it, besides what the optimiser does. */
export interface StateUpdate {
  readonly parameter: Parameter
  readonly next: Tensor
}

export interface Network {
  readonly graph: Graph
  readonly training: boolean
  readonly seed: number
  readonly parameters: Map<string, Parameter>
  readonly masks: MaskInput[]
  readonly updates: StateUpdate[]
  /** Exported models hold their parameters as constants. */
  readonly frozenValues: ReadonlyMap<string, TensorData> | undefined
}

interface NetworkOptions {
  readonly training: boolean
  readonly seed: number
  /** Parameters become constants with these values: the exported form. */
  readonly values?: ReadonlyMap<string, TensorData>
}

export const createNetwork = (
  graph: Graph,
  { training, seed, values }: NetworkOptions,
): Network => ({
  graph,
  training,
  seed,
  parameters: new Map(),
  masks: [],
  updates: [],
  frozenValues: values,
})

interface ParameterOptions {
  readonly initialiser: Initialiser
  readonly trainable?: boolean
}

/** Declares a float32 parameter; the same name twice is the same parameter. */
export const parameter = (
  network: Network,
  name: string,
  shape: readonly number[],
  { initialiser, trainable = true }: ParameterOptions,
): Tensor => {
  const known = network.parameters.get(name)
  if (known) return known.tensor
  const value = network.frozenValues?.get(name)
  const initial = (): TensorData => initialiser(shape, randomStream(network.seed, `init/${name}`))
  const tensor =
    network.frozenValues === undefined
      ? input(network.graph, name, 'float32', shape)
      : constant(network.graph, name, value ?? initial())
  network.parameters.set(name, { name, tensor, trainable, initial })
  return tensor
}
