// Opening a stage: its programs, compiled for the device, and the engines that hold its state.
import { compile } from '../engine/graph/compile.ts'
import { trainingGraphs } from '../engine/nn/training-graph.ts'
import { GRADIENT, openReplicas } from '../engine/runtime/replicas.ts'
import { inferenceProgram, objectiveOf } from '../model/network.ts'
import { INFERENCE } from './infer.ts'
import { optimiserOf, scheduleOf } from './optimisation.ts'
import { targetOf } from './target.ts'

import type { Optimiser } from '../engine/nn/optimisers.ts'
import type { Schedule } from '../engine/nn/schedules.ts'
import type { TrainingGraphs } from '../engine/nn/training-graph.ts'
import type { Replicas } from '../engine/runtime/replicas.ts'
import type { Experiment } from '../experiment/schema.ts'
import type { NetworkSpec } from '../model/network.ts'
import type { FeedSource } from './feeds.ts'
import type { TrainingSession } from './session.ts'

/** A stage in motion. */
export interface Running {
  readonly session: TrainingSession
  readonly source: FeedSource
  readonly replicas: Replicas
  readonly graphs: TrainingGraphs
  readonly optimiser: Optimiser
  readonly schedule: Schedule
  /** State that changes; frozen parameters are left out of files. */
  readonly stateNames: readonly string[]
  readonly valueNames: readonly string[]
  readonly batches: number
  /** Whether texts are cut to the longest of a batch. */
  readonly isCut: boolean
}

/** Builds the programs of a stage and opens its engines. */
export const openStage = async (session: TrainingSession, spec: NetworkSpec): Promise<Running> => {
  const { experiment, prepared } = session
  const { training, seed, threads } = experiment
  const source = { store: prepared.store, inputs: spec.inputs, weights: prepared.weights }
  const target = await targetOf(session, source)
  const optimiser = optimiserOf(training)
  const { auxiliary, mixup = 0 } = training
  const objective = objectiveOf(spec, prepared.facts, {
    auxiliary,
    isMixed: mixup > 0,
    isWeighted: prepared.weights !== undefined,
  })
  const graphs = trainingGraphs(objective, {
    optimiser,
    seed,
    clipNorm: training.clipNorm,
  })
  const halves = training.batch > training.microBatch
  const frozen = new Set(
    graphs.parameters
      .filter(({ trainable, name }) => !trainable && !isRunning(name))
      .map(({ name }) => name),
  )
  const valueNames = graphs.parameters.map(({ name }) => name).filter((name) => !frozen.has(name))
  const count = target.hasReplicas ? replicasOf(experiment, graphs) : 1
  const shards = count > 1 ? graphs.updateShards(count) : []
  const plan = {
    programs: {
      [INFERENCE]: compile(inferenceProgram(spec, prepared.facts), { device: target.device }),
      ...(halves
        ? {
            gradients: compile(graphs.gradients, target),
            ...(count === 1 && { update: compile(graphs.update, target) }),
          }
        : { step: compile(graphs.step, target) }),
    },
    state: () =>
      Object.fromEntries([...graphs.initialState(), ...(halves ? graphs.initialGradients() : [])]),
    session: { threads: Math.max(1, Math.floor(threads / count)), device: target.device },
  }
  const replicas = await openReplicas(
    plan,
    count,
    shards.map((shard) => ({ ...shard, update: compile(shard.update, target) })),
  )
  const stateNames = replicas.stateNames.filter(
    (name) => !frozen.has(name) && !name.startsWith(GRADIENT),
  )
  const batches = Math.ceil(prepared.split.train.length / training.batch)
  return {
    session,
    source,
    isCut: target.isCut,
    replicas,
    graphs,
    optimiser,
    schedule: scheduleOf(training, batches * training.epochs),
    stateNames,
    valueNames,
    batches,
  }
}

/**
 * Micro-batches are worked on beside each other, as many as there are threads. Not where running statistics follow the
 * micro-batches one by one: they would differ between replicas.
 */
const replicasOf = ({ training, threads }: Experiment, { parameters }: TrainingGraphs): number =>
  parameters.some(({ name }) => isRunning(name))
    ? 1
    : Math.min(
        threads,
        Math.ceil(training.batch / training.microBatch),
        // Each has some to update.
        parameters.filter(({ trainable }) => trainable).length,
      )

/** Running statistics have no gradient, but they change. */
const isRunning = (name: string): boolean => /\.running_(?:mean|var)$/.test(name)
