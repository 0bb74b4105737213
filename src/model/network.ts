// The network of an experiment, as graph: model inputs, encoders, fusion, loss.
import { encode } from '../encoders/index.ts'
import { mixRows, withMissing } from '../encoders/encoder.ts'
import { encodeSeveral } from '../encoders/image/several.ts'
import * as F from '../engine/graph/functions.ts'
import { createGraph, input, named } from '../engine/graph/graph.ts'
import { createNetwork } from '../engine/nn/network.ts'
import { picturesPerRow } from '../experiment/pictures.ts'
import { fuse } from '../fusion/index.ts'
import { presentName, slotsName } from './preprocessing.ts'
import { taskRules } from './tasks/index.ts'

import type { Encoded } from '../encoders/encoder.ts'
import type { Experiment, InputSettings } from '../experiment/schema.ts'
import type { Program } from '../engine/graph/lowering/lower.ts'
import type { Graph, Tensor } from '../engine/graph/types.ts'
import type { Network } from '../engine/nn/network.ts'
import type { Objective } from '../engine/nn/training-graph.ts'
import type { FusionSettings } from '../fusion/index.ts'
import type { Fused } from '../fusion/fuse.ts'
import type { ModelFacts } from './facts.ts'

/** A network as data: which inputs it reads and how it joins them. */
export interface NetworkSpec {
  /** Put before the names of parameters that do not belong to an input. */
  readonly scope: string
  readonly inputs: Readonly<Record<string, InputSettings>>
  readonly fusion: FusionSettings
  readonly priorBias: boolean
}

/** All inputs in one network. */
export const jointSpec = ({ inputs, fusion, priorBias }: Experiment): NetworkSpec => ({
  scope: '',
  inputs,
  fusion: fusion.settings,
  priorBias,
})

/** One input by itself, with a fusion of one: the layers that all inputs share otherwise. */
export const branchSpec = (
  { inputs, fusion, priorBias }: Experiment,
  name: string,
): NetworkSpec => ({
  scope: `${name}.`,
  inputs: { [name]: inputs[name]! },
  fusion: fusion.settings,
  priorBias,
})

export interface ModelInput {
  readonly x: Tensor
  readonly present: Tensor
  /** bool [batch, most]: which pictures are there, where rows have several. */
  readonly slots?: Tensor
  /** float32 [batch, batch]: how encodings are mixed, in training with mixup. */
  readonly mixing?: Tensor
}

/** What a training step is fed with mixup, and with weights of rows; names that no input can have. */
export const MIXING = 'mixup/matrix'
export const ROW_WEIGHTS = 'rows/weights'

const declareValues = (
  graph: Graph,
  name: string,
  {
    settings,
    facts,
  }: { readonly settings: InputSettings; readonly facts: Pick<ModelFacts, 'tables'> },
): Tensor => {
  switch (settings.kind) {
    case 'image': {
      const most = picturesPerRow(settings)
      const picture = [settings.height, settings.width, 3]
      return input(graph, name, 'uint8', ['batch', ...(most > 1 ? [most] : []), ...picture])
    }
    case 'text':
      return input(graph, name, 'int32', ['batch', 'time'])
    case 'table':
      return input(graph, name, 'float32', ['batch', facts.tables[name]!])
  }
}

/** Declares the model inputs of one input of the table. */
export const declareInput = (
  graph: Graph,
  name: string,
  {
    settings,
    facts,
  }: { readonly settings: InputSettings; readonly facts: Pick<ModelFacts, 'tables'> },
): ModelInput => ({
  x: declareValues(graph, name, { settings, facts }),
  present: input(graph, presentName(name), 'bool', ['batch']),
  ...(picturesPerRow(settings) > 1 && {
    slots: input(graph, slotsName(name), 'bool', ['batch', picturesPerRow(settings)]),
  }),
})

export const declareInputs = (
  graph: Graph,
  inputs: NetworkSpec['inputs'],
  facts: Pick<ModelFacts, 'tables'>,
): ReadonlyMap<string, ModelInput> =>
  new Map(
    Object.entries(inputs).map(([name, settings]) => [
      name,
      declareInput(graph, name, { settings, facts }),
    ]),
  )

/** Logits and joint features of already declared inputs. */
export const buildNetwork = (
  network: Network,
  spec: NetworkSpec,
  facts: ModelFacts,
  inputs: ReadonlyMap<string, ModelInput>,
): Fused => {
  const { task, outputs: labels } = facts
  const rule = taskRules[task]
  const averaged = rule.averaged(labels)
  const branches = Object.entries(spec.inputs).map(([name, settings]) => {
    const { x, present, slots, mixing } = inputs.get(name)!
    const encodeOne = (values: Tensor): Encoded => {
      const input = { name, x: values, text: facts.texts[name], labels, averaged }
      return encode(network, input, settings.encoder)
    }
    const encoded = slots ? encodeSeveral(x, slots, encodeOne) : encodeOne(x)
    const whole = withMissing(network, name, encoded, present)
    return { name, ...(mixing ? mixRows(whole, mixing) : whole) }
  })
  const bias = spec.priorBias ? rule.bias(facts) : undefined
  return fuse(network, branches, spec.fusion, { scope: spec.scope, labels, bias })
}

export interface ObjectiveOptions {
  /** Weight of each branch's own loss. */
  readonly auxiliary: number
  /** Whether rows are mixed by a matrix that is fed. */
  readonly isMixed?: boolean
  /** Whether rows have weights, which are fed. */
  readonly isWeighted?: boolean
}

interface Answers {
  /** float32 [batch, outputs]. */
  readonly targets: Tensor
  /** float32 [batch, 1], where rows have weights. */
  readonly rows: Tensor | undefined
}

/** Divides the targets of two rows that both count for nothing. */
const NO_WEIGHT = 1e-30

/** Targets of mixed rows: each of the two as much as its share and its weight say. */
const mixAnswers = ({ targets, rows }: Answers, mixing: Tensor): Answers => {
  if (rows === undefined) return { targets: F.matMul(mixing, targets), rows }
  const weights = F.matMul(mixing, rows)
  const weighed = F.matMul(mixing, F.mul(targets, rows))
  return { targets: F.div(weighed, F.max(weights, NO_WEIGHT)), rows: weights }
}

/** The training objective: the task's loss of the fused logits, plus `auxiliary` times that of each branch. */
export const objectiveOf =
  (
    spec: NetworkSpec,
    facts: ModelFacts,
    { auxiliary, isMixed = false, isWeighted = false }: ObjectiveOptions,
  ) =>
  (network: Network): Objective => {
    const { graph } = network
    const rule = taskRules[facts.task]
    const declared = [...declareInputs(graph, spec.inputs, facts)]
    const stored = input(graph, 'labels', rule.stored, ['batch', facts.outputs])
    const own: Answers = {
      targets: F.cast(stored, 'float32'),
      rows: isWeighted ? input(graph, ROW_WEIGHTS, 'float32', ['batch', 1]) : undefined,
    }
    const mixing = isMixed ? input(graph, MIXING, 'float32', ['batch', 'batch']) : undefined
    const inputs = new Map(
      declared.map(([name, one]) => [name, { ...one, ...(mixing && { mixing }) }]),
    )
    const { targets, rows } = mixing ? mixAnswers(own, mixing) : own
    const fused = buildNetwork(network, spec, facts, inputs)
    const lossOf = (logits: Tensor): Tensor =>
      rule.loss(logits, targets, { scale: facts.scale, rows })
    const loss = lossOf(fused.logits)
    if (auxiliary === 0 || fused.branches.length < 2) return { loss }
    const others = fused.branches.map(lossOf).reduce((a, b) => F.add(a, b))
    return { loss: F.add(loss, F.mul(others, auxiliary)), outputs: { fused_loss: loss } }
  }

/** Inference with the parameters as inputs, so that a training engine can run it on its state: output `logits`. */
export const inferenceProgram = (spec: NetworkSpec, facts: ModelFacts): Program => {
  const network = createNetwork(createGraph('inference'), { training: false, seed: 0 })
  const { logits } = buildNetwork(
    network,
    spec,
    facts,
    declareInputs(network.graph, spec.inputs, facts),
  )
  return { graph: network.graph, outputs: [named(logits, 'logits')] }
}
