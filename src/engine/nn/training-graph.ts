// From a network with a loss to programs that train it: one fused step, or the same step in two halves (gradients that
// add up over micro-batches, then the update).
import { float32, sizeOf } from '../../base/arrays.ts'
import { differentiate } from '../graph/autodiff.ts'
import { graphErrors } from '../graph/errors.ts'
import * as F from '../graph/functions.ts'
import { createGraph, input, named, scalar } from '../graph/graph.ts'
import { createNetwork } from './network.ts'
import { shardParameters } from './parameter-shards.ts'

import type { TensorData } from '../../base/arrays.ts'
import type { Program } from '../graph/lowering/lower.ts'
import type { Graph, Tensor } from '../graph/types.ts'
import type { MaskInput, Network, Parameter } from './network.ts'
import type { Optimiser } from './optimisers.ts'

/** What a model builder makes of a network: the loss and anything else worth returning from a step. */
export interface Objective {
  readonly loss: Tensor
  readonly outputs?: Readonly<Record<string, Tensor>>
}

interface TrainingOptions {
  readonly optimiser: Optimiser
  readonly seed: number
  /** Largest global norm of the gradients; longer ones are scaled down to it. */
  readonly clipNorm?: number | undefined
  /** Prefixes of parameters that stay as they are. */
  readonly frozen?: (name: string) => boolean
}

/** What one of several replicas updates. */
export interface UpdateShard {
  readonly parameters: readonly string[]
  /** What the optimiser keeps of these parameters: no other replica has it. */
  readonly slots: readonly string[]
  /** Applies `gradient/<parameter>` of these parameters, given the `gradient_norm` of all. */
  readonly update: Program
}

export interface TrainingGraphs {
  /** Outputs `loss`, `gradient_norm`, the objective's outputs, and `next/<state>`. */
  readonly step: Program
  /** Adds `share` times the gradients to `gradient/<parameter>`; outputs `loss` and the objective's outputs. */
  readonly gradients: Program
  /** Applies the gathered gradients and sets them back to zero. */
  readonly update: Program
  /** `update` in parts, one for each of `count` replicas. */
  readonly updateShards: (count: number) => readonly UpdateShard[]
  readonly masks: readonly MaskInput[]
  readonly parameters: readonly Parameter[]
  /** Initial parameters, running statistics and optimiser slots. */
  readonly initialState: () => Map<string, TensorData>
  /** The extra state of the two-halves form. */
  readonly initialGradients: () => Map<string, TensorData>
}

const slotName = (slot: string, parameter: string): string => `${slot}/${parameter}`
const gradientName = (parameter: string): string => `gradient/${parameter}`
const nextOf = (tensor: Tensor, state: string): Tensor => named(tensor, `next/${state}`)
const shapeOf = (parameter: Parameter): readonly number[] => parameter.tensor.shape.map(Number)
const zerosOf = (parameter: Parameter): TensorData =>
  float32(shapeOf(parameter), new Float32Array(sizeOf(shapeOf(parameter))))

const globalNorm = (gradients: readonly Tensor[]): Tensor =>
  F.sqrt(
    gradients
      .map((gradient) => F.reduceSum(F.mul(gradient, gradient)))
      .reduce((a, b) => F.add(a, b)),
  )

/** Gradients scaled so that their global norm is at most `clipNorm` (Pascanu et al., 2013). */
const clipped = (
  gradients: readonly Tensor[],
  norm: Tensor,
  clipNorm: number | undefined,
): readonly Tensor[] => {
  if (clipNorm === undefined) return gradients
  const factor = F.min(F.div(scalar(norm.graph, clipNorm), F.add(norm, 1e-6)), 1)
  return gradients.map((gradient) => F.mul(gradient, factor))
}

interface Half {
  readonly parameters: readonly Tensor[]
  readonly gradients: readonly Tensor[]
  readonly names: readonly string[]
}

/** Appends the optimiser and returns the next state. */
const appendUpdate = (
  { parameters, gradients, names }: Half,
  norm: Tensor,
  { optimiser, clipNorm }: TrainingOptions,
): readonly Tensor[] => {
  const { graph } = gradients[0]!
  const scalars = Object.fromEntries(
    optimiser.scalars.map((name) => [name, input(graph, name, 'float32', [])]),
  )
  const limited = clipped(gradients, norm, clipNorm)
  return parameters.flatMap((parameter, index) => {
    const name = names[index]!
    const slots = optimiser.slots.map((slot) =>
      input(graph, slotName(slot, name), 'float32', parameter.shape),
    )
    const next = optimiser.update(parameter, limited[index]!, { name, slots, scalars })
    return [
      nextOf(next.parameter, name),
      ...next.slots.map((tensor, slot) => nextOf(tensor, slotName(optimiser.slots[slot]!, name))),
    ]
  })
}

interface Built {
  readonly network: Network
  readonly trainable: readonly Parameter[]
  readonly gradients: readonly Tensor[]
  readonly outputs: readonly Tensor[]
}

const build = (
  objectiveOf: (network: Network) => Objective,
  name: string,
  options: TrainingOptions,
): Built => {
  const network = createNetwork(createGraph(name), { training: true, seed: options.seed })
  const { loss, outputs = {} } = objectiveOf(network)
  const trainable = [...network.parameters.values()].filter(
    (parameter) => parameter.trainable && options.frozen?.(parameter.name) !== true,
  )
  if (trainable.length === 0)
    throw graphErrors.error('nothing-to-train', { count: network.parameters.size })
  const gradients = differentiate(
    loss,
    trainable.map(({ tensor }) => tensor),
  )
  return {
    network,
    trainable,
    gradients,
    outputs: [
      named(loss, 'loss'),
      ...Object.entries(outputs).map(([output, tensor]) => named(tensor, output)),
      ...network.updates.map(({ parameter, next }) => nextOf(next, parameter.name)),
    ],
  }
}

const fusedStep = (built: Built, options: TrainingOptions): Program => {
  const { network, trainable, gradients, outputs } = built
  const norm = globalNorm(gradients)
  const half = {
    parameters: trainable.map(({ tensor }) => tensor),
    gradients,
    names: trainable.map(({ name }) => name),
  }
  const next = appendUpdate(half, norm, options)
  return { graph: network.graph, outputs: [...outputs, named(norm, 'gradient_norm'), ...next] }
}

const gatheringGradients = ({ network, trainable, gradients, outputs }: Built): Program => {
  const share = input(network.graph, 'share', 'float32', [])
  const gathered = trainable.map(({ name, tensor }, index) => {
    const before = input(network.graph, gradientName(name), 'float32', tensor.shape)
    return nextOf(F.add(before, F.mul(gradients[index]!, share)), gradientName(name))
  })
  return { graph: network.graph, outputs: [...outputs, ...gathered] }
}

const declareHalf = (graph: Graph, trainable: readonly Parameter[]): Half => {
  const declare = (nameOf: (name: string) => string): Tensor[] =>
    trainable.map(({ name, tensor }) => input(graph, nameOf(name), 'float32', tensor.shape))
  return {
    parameters: declare((name) => name),
    gradients: declare(gradientName),
    names: trainable.map(({ name }) => name),
  }
}

const applyingUpdate = (trainable: readonly Parameter[], options: TrainingOptions): Program => {
  const graph = createGraph('update')
  const half = declareHalf(graph, trainable)
  const norm = globalNorm(half.gradients)
  const next = appendUpdate(half, norm, options)
  const cleared = half.gradients.map((gradient, index) =>
    nextOf(F.zerosLike(gradient), gradientName(half.names[index]!)),
  )
  return { graph, outputs: [named(norm, 'gradient_norm'), ...next, ...cleared] }
}

const shardedUpdates = (
  trainable: readonly Parameter[],
  count: number,
  options: TrainingOptions,
): readonly UpdateShard[] =>
  shardParameters(trainable, count).map((parameters) => {
    const graph = createGraph('update')
    const half = declareHalf(graph, parameters)
    const norm = input(graph, 'gradient_norm', 'float32', [])
    const next = appendUpdate(half, norm, options)
    return {
      parameters: half.names,
      slots: options.optimiser.slots.flatMap((slot) =>
        half.names.map((name) => slotName(slot, name)),
      ),
      update: { graph, outputs: next },
    }
  })

/**
 * Builds all training programs of one objective.
 *
 * @throws graph.nothing-to-train when all parameters are frozen
 */
export const trainingGraphs = (
  objectiveOf: (network: Network) => Objective,
  options: TrainingOptions,
): TrainingGraphs => {
  const built = build(objectiveOf, 'step', options)
  const { network, trainable } = built
  return {
    step: fusedStep(built, options),
    gradients: gatheringGradients(build(objectiveOf, 'gradients', options)),
    update: applyingUpdate(trainable, options),
    updateShards: (count) => shardedUpdates(trainable, count, options),
    masks: network.masks,
    parameters: [...network.parameters.values()],
    initialState: () =>
      new Map([
        ...[...network.parameters.values()].map(({ name, initial }) => [name, initial()] as const),
        ...options.optimiser.slots.flatMap((slot) =>
          trainable.map(
            (parameter) => [slotName(slot, parameter.name), zerosOf(parameter)] as const,
          ),
        ),
      ]),
    initialGradients: () =>
      new Map(trainable.map((parameter) => [gradientName(parameter.name), zerosOf(parameter)])),
  }
}
