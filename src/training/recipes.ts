// Recipes: in which order networks are trained. `joint` trains all inputs end to end; `staged` takes the article's three
// steps: one model per input, then their decisions are fused.
import { compile } from '../engine/graph/compile.ts'
import { createGraph } from '../engine/graph/graph.ts'
import { createNetwork } from '../engine/nn/network.ts'
import { openEngine } from '../engine/runtime/engine.ts'
import { rowsForPictures } from '../experiment/pictures.ts'
import {
  branchSpec,
  buildNetwork,
  declareInputs,
  inferenceProgram,
  jointSpec,
} from '../model/network.ts'
import { presentName } from '../model/preprocessing.ts'
import { readTargets } from '../model/stored-targets.ts'
import { chooseDecision } from './decide.ts'
import { INFERENCE, inferLogits } from './infer.ts'
import { loadStage, trainStage } from './stage.ts'

import type { TensorData } from '../base/arrays.ts'
import type { TrainedNetwork } from '../model/export.ts'
import type { NetworkSpec } from '../model/network.ts'
import type { LoadedCheckpoint } from '../run/checkpoints.ts'
import type { RunProgress } from './progress.ts'
import type { TrainingSession } from './session.ts'
import { freshRun } from './progress.ts'

export interface Trained {
  readonly trained: TrainedNetwork
  readonly values: ReadonlyMap<string, TensorData>
  /** Epochs that were trained, over all stages, and the best one of the last network. */
  readonly epochs: number
  readonly bestEpoch: number
}

interface Stage {
  readonly stage: string
  readonly spec: NetworkSpec
}

/**
 * A stage of one input may have training settings of its own, and learns from the rows that have the input: the others would
 * only cost time, because a branch without input has no vote.
 */
const forStage = async (session: TrainingSession, { spec }: Stage): Promise<TrainingSession> => {
  const [[name, input] = ['', undefined], ...others] = Object.entries(spec.inputs)
  if (input === undefined || others.length > 0) return session
  const { experiment, prepared } = session
  const own = Object.fromEntries(
    Object.entries(input.training ?? {}).filter(([, value]) => value !== undefined),
  )
  const { train, validation, test } = prepared.split
  const present = async (rows: Int32Array): Promise<Int32Array> => {
    const { data } = await prepared.store.read(presentName(name), rows)
    const found = rows.filter((_, index) => data[index] === 1)
    return found.length === 0 ? rows : found
  }
  const split = { train: await present(train), validation: await present(validation), test }
  return {
    ...session,
    experiment: { ...experiment, training: { ...experiment.training, ...own } },
    prepared: { ...prepared, split },
  }
}

/** Memory goes by the pictures that run through a network at once: of rows with several of them, fewer do. */
const withinMemory = (session: TrainingSession, { inputs }: NetworkSpec): TrainingSession => {
  const { experiment } = session
  const microBatch = rowsForPictures(experiment.training.microBatch, Object.values(inputs))
  if (microBatch === experiment.training.microBatch) return session
  return {
    ...session,
    experiment: { ...experiment, training: { ...experiment.training, microBatch } },
  }
}

/** Trains the stages that are not finished yet, from a checkpoint if there is one. */
const trainStages = async (
  session: TrainingSession,
  stages: readonly Stage[],
  saved: LoadedCheckpoint | undefined,
): Promise<RunProgress> => {
  let progress = (saved?.progress as RunProgress | undefined) ?? freshRun
  for (const stage of stages) {
    if (progress.finished.some((finished) => finished.stage === stage.stage)) continue
    const tensors = progress.current?.stage === stage.stage && saved ? saved.tensors : undefined
    const own = withinMemory(await forStage(session, stage), stage.spec)
    progress = await trainStage(own, stage, progress, tensors)
  }
  return progress
}

/** Best weights by name, with the frozen parameters that files leave out. */
const valuesOf = async (
  session: TrainingSession,
  stages: readonly Stage[],
  progress: RunProgress,
): Promise<ReadonlyMap<string, TensorData>> => {
  const values = new Map<string, TensorData>()
  for (const { stage, spec } of stages) {
    const network = createNetwork(createGraph('parameters'), {
      training: false,
      seed: session.experiment.seed,
    })
    const { facts } = session.prepared
    buildNetwork(network, spec, facts, declareInputs(network.graph, spec.inputs, facts))
    const finished = progress.finished.find((candidate) => candidate.stage === stage)!
    const best = await loadStage(session, finished)
    for (const { name, initial } of network.parameters.values())
      values.set(name, best.get(name) ?? initial())
  }
  return values
}

const summary = (progress: RunProgress): Pick<Trained, 'epochs' | 'bestEpoch'> => ({
  epochs: progress.finished.reduce((total, { history }) => total + history.length, 0),
  bestEpoch: progress.finished.at(-1)!.bestEpoch + 1,
})

type Recipe = (session: TrainingSession, saved: LoadedCheckpoint | undefined) => Promise<Trained>

const joint: Recipe = async (session, saved) => {
  const spec = jointSpec(session.experiment)
  const stages = [{ stage: 'joint', spec }]
  const progress = await trainStages(session, stages, saved)
  return {
    trained: { kind: 'joint', spec },
    values: await valuesOf(session, stages, progress),
    ...summary(progress),
  }
}

const staged: Recipe = async (session, saved) => {
  const { experiment, prepared, emit } = session
  const stages = Object.keys(experiment.inputs).map((name) => ({
    stage: name,
    spec: branchSpec(experiment, name),
  }))
  const progress = await trainStages(session, stages, saved)
  const values = await valuesOf(session, stages, progress)
  emit({ type: 'stage.start', stage: 'fusion' })
  const rows = prepared.split.validation
  const { facts, store } = prepared
  const logits: Float32Array[] = []
  const present: Uint8Array[] = []
  for (const { stage, spec } of stages) {
    logits.push((await logitsOf(session, spec, { values, rows })).values)
    present.push((await store.read(presentName(stage), rows)).data as Uint8Array)
  }
  const truth = await readTargets(store, rows)
  const { name, decision, compared } = chooseDecision(
    { rows: rows.length, labels: facts.outputs, logits, present },
    truth,
    { facts, seed: experiment.seed },
  )
  emit({ type: 'stage.end', stage: 'fusion', chosen: name, compared })
  return {
    trained: { kind: 'staged', specs: stages.map(({ spec }) => spec), decision },
    values,
    ...summary(progress),
  }
}

/** Logits of one trained network on stored rows. */
const logitsOf = async (
  { experiment, prepared }: TrainingSession,
  spec: NetworkSpec,
  { values, rows }: { readonly values: ReadonlyMap<string, TensorData>; readonly rows: Int32Array },
): Promise<{ readonly values: Float32Array }> => {
  const program = inferenceProgram(spec, prepared.facts)
  const state = program.graph.inputs.flatMap(({ name }) => {
    const value = values.get(name)
    return value ? [[name, value] as const] : []
  })
  const engine = await openEngine({
    programs: { [INFERENCE]: compile(program) },
    state: Object.fromEntries(state),
    session: { threads: experiment.threads },
  })
  try {
    const source = { store: prepared.store, inputs: spec.inputs }
    return await inferLogits([engine], source, { rows, labels: prepared.facts.outputs })
  } finally {
    await engine.close()
  }
}

export const recipes: Readonly<Record<'joint' | 'staged', Recipe>> = { joint, staged }
