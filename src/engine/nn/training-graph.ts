// From a network with a loss to programs that train it: one fused step, or the same step in two halves (gradients that
// add up over micro-batches, then the update).
import { float32, sizeOf } from '../../base/arrays.ts'
import { differentiate } from '../graph/autodiff.ts'
import { graphErrors } from '../graph/errors.ts'
import * as F from '../graph/functions.ts'
import { createGraph, input, named, scalar } from '../graph/graph.ts'
import { createNetwork } from './network.ts'

import type { TensorData } from '../../base/arrays.ts'
import type { Program } from '../graph/lowering/lower.ts'
import type { Tensor } from '../graph/types.ts'
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

export interface TrainingGraphs {
  /** Outputs `loss`, `gradient_norm`, the objective's outputs, and `next/<state>`. */
  readonly step: Program
  /** Adds `share` times the gradients to `gradient/<parameter>`; outputs `loss` and the objective's outputs. */
  readonly gradients: Program
  /** Applies the gathered gradients and sets them back to zero. */
  readonly update: Program
  readonly masks: readonly MaskInput[]
  readonly parameters: readonly Parameter[]
  /** Initial parameters, running statistics and optimiser slots. */
  readonly initialState: () => Map<string, TensorData>
  /** The extra state of the two-halves form. */
  readonly initialGradients: () => Map<string, TensorData>
}

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
  clipNorm: number | undefined,
): { readonly norm: Tensor; readonly gradients: readonly Tensor[] } => {
  const norm = globalNorm(gradients)
  if (clipNorm === undefined) return { norm, gradients }
  const factor = F.min(F.div(scalar(norm.graph, clipNorm), F.add(norm, 1e-6)), 1)
  return { norm, gradients: gradients.map((gradient) => F.mul(gradient, factor)) }
}

interface Half {
  readonly parameters: readonly Tensor[]
  readonly gradients: readonly Tensor[]
  readonly names: readonly string[]
}

/** Appends the optimiser and returns the outputs of an update. */
const appendUpdate = (
  { parameters, gradients, names }: Half,
  { optimiser, clipNorm }: TrainingOptions,
): readonly Tensor[] => {
  const { graph } = gradients[0]!
  const scalars = Object.fromEntries(
    optimiser.scalars.map((name) => [name, input(graph, name, 'float32', [])]),
  )
  const limited = clipped(gradients, clipNorm)
  const outputs = [named(limited.norm, 'gradient_norm')]
  parameters.forEach((parameter, index) => {
    const name = names[index]!
    const slots = optimiser.slots.map((slot) =>
      input(graph, `${slot}/${name}`, 'float32', parameter.shape),
    )
    const next = optimiser.update(parameter, limited.gradients[index]!, { name, slots, scalars })
    outputs.push(nextOf(next.parameter, name))
    next.slots.forEach((tensor, slot) =>
      outputs.push(nextOf(tensor, `${optimiser.slots[slot]!}/${name}`)),
    )
  })
  return outputs
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

const fusedStep = (built: Built, options: TrainingOptions): Program => ({
  graph: built.network.graph,
  outputs: [
    ...built.outputs,
    ...appendUpdate(
      {
        parameters: built.trainable.map(({ tensor }) => tensor),
        gradients: built.gradients,
        names: built.trainable.map(({ name }) => name),
      },
      options,
    ),
  ],
})

const gatheringGradients = ({ network, trainable, gradients, outputs }: Built): Program => {
  const share = input(network.graph, 'share', 'float32', [])
  const gathered = trainable.map(({ name, tensor }, index) => {
    const before = input(network.graph, `gradient/${name}`, 'float32', tensor.shape)
    return nextOf(F.add(before, F.mul(gradients[index]!, share)), `gradient/${name}`)
  })
  return { graph: network.graph, outputs: [...outputs, ...gathered] }
}

const applyingUpdate = (trainable: readonly Parameter[], options: TrainingOptions): Program => {
  const graph = createGraph('update')
  const declare = (prefix: string): Tensor[] =>
    trainable.map(({ name, tensor }) => input(graph, `${prefix}${name}`, 'float32', tensor.shape))
  const parameters = declare('')
  const gradients = declare('gradient/')
  const names = trainable.map(({ name }) => name)
  const outputs = appendUpdate({ parameters, gradients, names }, options)
  const cleared = gradients.map((gradient, index) =>
    nextOf(F.zerosLike(gradient), `gradient/${names[index]!}`),
  )
  return { graph, outputs: [...outputs, ...cleared] }
}

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
    masks: network.masks,
    parameters: [...network.parameters.values()],
    initialState: () =>
      new Map([
        ...[...network.parameters.values()].map(({ name, initial }) => [name, initial()] as const),
        ...options.optimiser.slots.flatMap((slot) =>
          trainable.map((parameter) => [`${slot}/${parameter.name}`, zerosOf(parameter)] as const),
        ),
      ]),
    initialGradients: () =>
      new Map(trainable.map((parameter) => [`gradient/${parameter.name}`, zerosOf(parameter)])),
  }
}
