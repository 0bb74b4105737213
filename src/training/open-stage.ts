// Opening a stage: its programs, compiled for the device, and the engines that hold its state.
import { compile } from '../engine/graph/compile.ts'
import { trainingGraphs } from '../engine/nn/training-graph.ts'
import { GRADIENT, openReplicas } from '../engine/runtime/replicas.ts'
import { inferenceProgram, objectiveOf } from '../model/network.ts'
import { INFERENCE } from './infer.ts'
import { optimiserOf, scheduleOf } from './optimisation.ts'
import { microBatchOf } from './stages.ts'
import { targetOf } from './target.ts'

import type { Optimiser } from '../engine/nn/optimisers.ts'
import type { Schedule } from '../engine/nn/schedules.ts'
import type { TrainingGraphs } from '../engine/nn/training-graph.ts'
import type { Replicas } from '../engine/runtime/replicas.ts'
import type { Experiment } from '../experiment/schema.ts'
import type { NetworkSpec } from '../model/network.ts'
import type { Prepared } from '../model/prepare.ts'
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
  /** Rows that go through the network at once. */
  readonly microBatch: number
  /** Whether texts are cut to the longest of a batch. */
  readonly isCut: boolean
}

/** All programs of a stage, as graphs. */
export const stageGraphs = (
  { training, seed }: Experiment,
  { facts, weights }: Prepared,
  spec: NetworkSpec,
): TrainingGraphs => {
  const { auxiliary, mixup = 0, clipNorm } = training
  const objective = objectiveOf(spec, facts, {
    auxiliary,
    isMixed: mixup > 0,
    isWeighted: weights !== undefined,
  })
  return trainingGraphs(objective, { optimiser: optimiserOf(training), seed, clipNorm })
}

/** Opens the engines of a stage, with its programs compiled for their device. */
export const openStage = async (session: TrainingSession, spec: NetworkSpec): Promise<Running> => {
  const { experiment, prepared } = session
  const { training, threads } = experiment
  const source = { store: prepared.store, inputs: spec.inputs, weights: prepared.weights }
  const target = await targetOf(session, source)
  const graphs = stageGraphs(experiment, prepared, spec)
  const microBatch = microBatchOf(experiment, spec)
  const halves = training.batch > microBatch
  const frozen = new Set(
    graphs.parameters
      .filter(({ trainable, name }) => !trainable && !isRunning(name))
      .map(({ name }) => name),
  )
  const valueNames = graphs.parameters.map(({ name }) => name).filter((name) => !frozen.has(name))
  const count = target.hasReplicas ? replicasOf(experiment, graphs, microBatch) : 1
  const shards = count > 1 ? graphs.updateShards(count) : []
  const engine = { threads: Math.max(1, Math.floor(threads / count)), device: target.device }
  const options = { ...target, ...engine }
  const plan = {
    programs: {
      [INFERENCE]: compile(inferenceProgram(spec, prepared.facts), engine),
      ...(halves
        ? {
            gradients: compile(graphs.gradients, options),
            ...(count === 1 && { update: compile(graphs.update, options) }),
          }
        : { step: compile(graphs.step, options) }),
    },
    state: () =>
      Object.fromEntries([...graphs.initialState(), ...(halves ? graphs.initialGradients() : [])]),
    session: engine,
  }
  const replicas = await openReplicas(
    plan,
    count,
    shards.map((shard) => ({ ...shard, update: compile(shard.update, options) })),
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
    optimiser: optimiserOf(training),
    schedule: scheduleOf(training, batches * training.epochs),
    stateNames,
    valueNames,
    batches,
    microBatch,
  }
}

/**
 * Micro-batches are worked on beside each other, as many as there are threads. Not where running statistics follow the
 * micro-batches one by one: they would differ between replicas.
 */
export const replicasOf = (
  { training, threads }: Experiment,
  { parameters }: TrainingGraphs,
  microBatch: number,
): number =>
  parameters.some(({ name }) => isRunning(name))
    ? 1
    : Math.min(
        training.replicas ?? threads,
        threads,
        Math.ceil(training.batch / microBatch),
        // Each has some to update.
        parameters.filter(({ trainable }) => trainable).length,
      )

/** Weights that training changes. */
export const countTrainable = ({ parameters }: TrainingGraphs): number =>
  parameters
    .filter(({ trainable }) => trainable)
    .reduce(
      (total, { tensor }) => total + tensor.shape.reduce<number>((a, b) => a * Number(b), 1),
      0,
    )

/** Running statistics have no gradient, but they change. */
const isRunning = (name: string): boolean => /\.running_(?:mean|var)$/.test(name)
