// Recipes: in which order networks are trained. `joint` trains all inputs end to end; `staged` takes the article's three
// steps: one model per input, then their decisions are fused.
import { compile } from '../engine/graph/compile.ts'
import { createGraph } from '../engine/graph/graph.ts'
import { createNetwork } from '../engine/nn/network.ts'
import { openEngine } from '../engine/runtime/engine.ts'
import { buildNetwork, declareInputs, inferenceProgram } from '../model/network.ts'
import { presentName } from '../model/preprocessing.ts'
import { readTargets } from '../model/stored-targets.ts'
import { chooseDecision } from './decide.ts'
import { INFERENCE, inferLogits } from './infer.ts'
import { loadStage, trainStage } from './stage.ts'
import { onlyInput, stageExperiment, stagesOf } from './stages.ts'

import type { TensorData } from '../base/arrays.ts'
import type { TrainedNetwork } from '../model/export.ts'
import type { NetworkSpec } from '../model/network.ts'
import type { LoadedCheckpoint } from '../run/checkpoints.ts'
import type { RunProgress } from './progress.ts'
import type { TrainingSession } from './session.ts'
import type { Stage } from './stages.ts'
import { freshRun } from './progress.ts'

export interface Trained {
  readonly trained: TrainedNetwork
  readonly values: ReadonlyMap<string, TensorData>
  /** Epochs that were trained, over all stages, and the best one of the last network. */
  readonly epochs: number
  readonly bestEpoch: number
}

/** A network of one input learns from the rows that have it: the others would only cost time, because a branch without input has no vote. */
const forStage = async (session: TrainingSession, { spec }: Stage): Promise<TrainingSession> => {
  const { prepared } = session
  const experiment = stageExperiment(session.experiment, spec)
  const name = onlyInput(spec)
  if (name === undefined) return { ...session, experiment }
  const { train, validation, test } = prepared.split
  const present = async (rows: Int32Array): Promise<Int32Array> => {
    const { data } = await prepared.store.read(presentName(name), rows)
    const found = rows.filter((_, index) => data[index] === 1)
    return found.length === 0 ? rows : found
  }
  const split = { train: await present(train), validation: await present(validation), test }
  return { ...session, experiment, prepared: { ...prepared, split } }
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
    progress = await trainStage(await forStage(session, stage), stage, progress, tensors)
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
  const stages = stagesOf(session.experiment)
  const { spec } = stages[0]!
  const progress = await trainStages(session, stages, saved)
  return {
    trained: { kind: 'joint', spec },
    values: await valuesOf(session, stages, progress),
    ...summary(progress),
  }
}

const staged: Recipe = async (session, saved) => {
  const { experiment, prepared, emit } = session
  const stages = stagesOf(experiment)
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
    const { microBatch } = experiment.training
    return await inferLogits([engine], source, { rows, labels: prepared.facts.outputs, microBatch })
  } finally {
    await engine.close()
  }
}

export const recipes: Readonly<Record<'joint' | 'staged', Recipe>> = { joint, staged }
