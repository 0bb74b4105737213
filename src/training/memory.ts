// How many rows go through a network at once, so that training takes no more memory than it may. Decided from shapes, before
// anything runs: the same limit always gives the same micro-batches, and with them the same bits.
import { memoryOf } from '../engine/graph/memory.ts'
import { rowsToScore } from '../experiment/pictures.ts'
import { formatBytes } from '../files/errors.ts'
import { inferenceProgram } from '../model/network.ts'
import { trainingErrors } from './errors.ts'
import { readInputs } from './feeds.ts'
import { countTrainable, replicasOf, stageGraphs } from './open-stage.ts'
import { microBatchOf, stageExperiment, stagesOf } from './stages.ts'

import type { Device } from '../engine/runtime/session-options.ts'
import type { Experiment, TrainingSettings } from '../experiment/schema.ts'
import type { Prepared } from '../model/prepare.ts'
import type { Stage } from './stages.ts'

// Measured over both presets, pictures of 48x72 to 160x160 and micro-batches of 2 to 64: together they are above what
// training took, by 5 to 35 %.
/** Of a process without networks: libraries, JavaScript, what was read, what is compared with. */
const PROCESS_BYTES = 250e6
/** Of an engine's thread. */
const ENGINE_BYTES = 40e6
/** What ONNX Runtime takes for results, times the results: packed matrices, gaps between blocks. */
const RUNTIME_SHARE = 1.6
/** States beside those of the engines, while a checkpoint is written. */
const SAVED_STATES = 2

/** Rows below which a network is far from its speed: rather fewer replicas. */
const FEW_ROWS = 8
/** Batches whose rows are in memory: the one in work and the next one. */
const FED_BATCHES = 2

interface Planned {
  readonly experiment: Experiment
  readonly prepared: Prepared
  /** Tokens of the longest text. */
  readonly time: number
  readonly hasKernels: boolean
}

/** What is lowered until training fits. */
type Load = Pick<TrainingSettings, 'microBatch' | 'replicas'>

const withLoad = (experiment: Experiment, load: Load): Experiment => ({
  ...experiment,
  training: { ...experiment.training, ...load },
})

/** Most bytes that the process takes while it trains a stage. */
const stageBytes = (
  { experiment, prepared, time, hasKernels }: Planned,
  { spec }: Stage,
): ((load: Load) => number) => {
  const own = stageExperiment(experiment, spec)
  const { batch } = own.training
  const graphs = stageGraphs(own, prepared, spec)
  const [step, gradients, update, inference] = [
    memoryOf(graphs.step, hasKernels),
    memoryOf(graphs.gradients, hasKernels),
    memoryOf(graphs.update, hasKernels),
    memoryOf(inferenceProgram(spec, prepared.facts), hasKernels),
  ]
  const state = step({ batch: 0, time }).inputs
  const fed = FED_BATCHES * (step({ batch, time }).inputs - state)
  const gathered = Float32Array.BYTES_PER_ELEMENT * countTrainable(graphs)
  return (load) => {
    const loaded = withLoad(own, load)
    const rows = microBatchOf(loaded, spec)
    const isWhole = batch <= rows
    const engines = isWhole ? 1 : replicasOf(loaded, graphs, rows)
    const training = isWhole ? step({ batch, time }) : gradients({ batch: rows, time })
    const scored = rowsToScore(load.microBatch, Object.values(spec.inputs))
    const inferring = inference({ batch: scored, time })
    const results =
      engines * (training.results + inferring.results) + (isWhole ? 0 : update({}).results)
    const states = (engines + SAVED_STATES) * state + (isWhole ? 0 : engines * gathered)
    return PROCESS_BYTES + fed + engines * ENGINE_BYTES + states + RUNTIME_SHARE * results
  }
}

/** The usual load first, then what takes less and less: smaller parts of a batch, fewer replicas, at last single rows. */
const lighterLoads = ({ threads, training }: Experiment): readonly Load[] => {
  const { batch, microBatch, replicas = threads } = training
  const parts = Array.from({ length: batch }, (_, index) => Math.ceil(batch / (index + 1)))
  const sizes = [...new Set([microBatch, ...parts.filter((size) => size < microBatch)])]
  const large = sizes.filter((size) => size >= Math.min(FEW_ROWS, microBatch))
  const counts = Array.from({ length: replicas }, (_, index) => replicas - index)
  return counts.flatMap((count) =>
    (count === 1 ? sizes : large).map((size) => ({
      microBatch: size,
      ...(count < threads && { replicas: count }),
    })),
  )
}

/**
 * The experiment with micro-batches and replicas that keep training within `training.memoryBytes`.
 *
 * @throws training.memory-too-small
 */
export const withinMemory = async (
  experiment: Experiment,
  prepared: Prepared,
  device: Device,
): Promise<Experiment> => {
  const { memoryBytes } = experiment.training
  if (memoryBytes === undefined) return experiment
  const source = { store: prepared.store, inputs: experiment.inputs }
  const { time } = await readInputs(source, prepared.split.train.subarray(0, 1), { isCut: false })
  const stages = stagesOf(experiment).map((stage) =>
    stageBytes({ experiment, prepared, time, hasKernels: device === 'avx512' }, stage),
  )
  const bytesOf = (load: Load): number => Math.max(...stages.map((bytes) => bytes(load)))
  const loads = lighterLoads(experiment)
  const fitting = loads.find((load) => bytesOf(load) <= memoryBytes)
  if (fitting === undefined) {
    const sizes = { limit: formatBytes(memoryBytes), need: formatBytes(bytesOf(loads.at(-1)!)) }
    throw trainingErrors.error('memory-too-small', sizes)
  }
  return withLoad(experiment, fitting)
}
