// Medley's side of a training step: one of the networks on random rows, and the same weights and rows as a file for the
// peers.
import { float32, pickRows } from '../src/base/arrays.ts'
import { randomStream } from '../src/base/rng.ts'
import { compile } from '../src/engine/graph/compile.ts'
import * as F from '../src/engine/graph/functions.ts'
import { input } from '../src/engine/graph/graph.ts'
import { binaryCrossEntropy } from '../src/engine/nn/losses.ts'
import { adam } from '../src/engine/nn/optimisers.ts'
import { trainingGraphs } from '../src/engine/nn/training-graph.ts'
import { nativeKernels } from '../src/engine/runtime/native/availability.ts'
import { openReplicas } from '../src/engine/runtime/replicas.ts'
import { writeSafetensors } from '../src/files/safetensors.ts'
import { dropoutMask } from '../src/training/masks.ts'
import { LABELS, networks, WORDS } from './networks.ts'

import type { TensorData } from '../src/base/arrays.ts'
import type { Network } from '../src/engine/nn/network.ts'
import type { Objective, TrainingGraphs } from '../src/engine/nn/training-graph.ts'
import type { EnginePlan, Tensors } from '../src/engine/runtime/protocol.ts'
import type { ReplicaShard } from '../src/engine/runtime/replicas.ts'
import type { Device } from '../src/engine/runtime/session-options.ts'
import type { Side } from './harness.ts'
import type { BenchNetwork, NetworkName } from './networks.ts'

export interface StepCase {
  readonly network: NetworkName
  readonly batch: number
  readonly tokens: number
  readonly seed: number
  /** 0 to compare losses, else the network's. */
  readonly dropout?: number
}

export interface MedleySettings {
  /** As in training, the batch is worked on in parts beside each other. */
  readonly engines: number
  /** Of every engine. */
  readonly threads: number
  readonly spinning: boolean
  readonly device: Device
}

/** Where training computes by default. */
export const bestDevice = async (): Promise<Device> =>
  (await nativeKernels()).available ? 'avx512' : 'cpu'

const LEARNING_RATE = 1e-3
const CLIP_NORM = 5

/** Texts as long as real overviews and longer: 17 tokens and more, the first row full. */
export const rowLengths = (batch: number, tokens: number): Int32Array =>
  Int32Array.from({ length: batch }, (_, row) =>
    row === 0 ? tokens : 17 + ((row * 37) % (tokens - 16)),
  )

const declared = (network: Network, { network: name }: StepCase): Objective['outputs'] => {
  const [height, width] = networks[name].size
  const { inputs }: BenchNetwork = networks[name]
  const all = {
    poster: () => input(network.graph, 'poster', 'uint8', ['batch', height, width, 3]),
    overview: () => input(network.graph, 'overview', 'int32', ['batch', 'time']),
  }
  return Object.fromEntries(inputs.map((kind) => [kind, all[kind]()]))
}

/** The network up to its logits, for training or for a file. */
export const logitsOf = (network: Network, stepCase: StepCase): Objective['loss'] => {
  const { logits, dropout }: BenchNetwork = networks[stepCase.network]
  return logits(network, declared(network, stepCase) as Parameters<typeof logits>[1], {
    ...stepCase,
    dropout: stepCase.dropout ?? dropout,
  })
}

/** Programs of the network, its loss and Adam. */
export const graphsOf = (stepCase: StepCase): TrainingGraphs =>
  trainingGraphs(
    (network) => {
      const labels = input(network.graph, 'labels', 'uint8', ['batch', LABELS])
      const logits = logitsOf(network, stepCase)
      return { loss: binaryCrossEntropy(logits, F.cast(labels, 'float32')) }
    },
    { optimiser: adam(), seed: stepCase.seed, clipNorm: CLIP_NORM },
  )

/** One batch of random rows. */
export const batchOf = ({ network, batch, tokens, seed }: StepCase): Tensors => {
  const random = randomStream(seed, 'batch')
  const { inputs, size }: BenchNetwork = networks[network]
  const pixels = new Uint32Array(Math.ceil((batch * size[0] * size[1] * 3) / 4))
  random.words(0, 0, pixels)
  const lengths = rowLengths(batch, tokens)
  const words = random.uniform(batch * tokens, 1)
  const all: Tensors = {
    poster: {
      type: 'uint8',
      shape: [batch, ...size, 3],
      data: new Uint8Array(pixels.buffer, 0, batch * size[0] * size[1] * 3),
    },
    overview: {
      type: 'int32',
      shape: [batch, tokens],
      data: Int32Array.from(words, (draw, index) =>
        index % tokens < lengths[Math.floor(index / tokens)]!
          ? 1 + Math.floor(draw * (WORDS - 1))
          : 0,
      ),
    },
  }
  const labels = Uint8Array.from(random.uniform(batch * LABELS, 2), (value) => Number(value < 0.12))
  return {
    ...Object.fromEntries(inputs.map((kind) => [kind, all[kind]!])),
    labels: { type: 'uint8', shape: [batch, LABELS], data: labels },
  }
}

/** Initial weights under their names, the batch as `inputs/<name>`. */
export const shareWith = async (path: string, stepCase: StepCase): Promise<void> => {
  const batch = Object.entries(batchOf(stepCase))
  await writeSafetensors(
    path,
    new Map([
      ...graphsOf(stepCase).parameters.map(({ name, initial }) => [name, initial()] as const),
      ...batch.map(([name, tensor]) => [`inputs/${name}`, tensor] as const),
    ]),
  )
}

const rowsOf = ({ type, shape, data }: TensorData, rows: Int32Array): TensorData => ({
  type,
  shape: [rows.length, ...shape.slice(1)],
  // Whatever is fed is an array of numbers.
  data: pickRows(data as Uint8Array, rows, data.length / shape[0]!),
})

/** `count` micro-batches of the first `rows` rows, all of one size. */
export const partsOf = (rows: number, count: number): readonly Int32Array[] =>
  Array.from({ length: count }, (_, part) =>
    Int32Array.from({ length: rows / count }, (__, row) => (part * rows) / count + row),
  )

/** For a batch as a whole one program, for a batch in parts the step's two halves. */
export const programsOf = (
  graphs: TrainingGraphs,
  isWhole: boolean,
  target: { readonly device: Device; readonly threads: number },
): EnginePlan['programs'] =>
  isWhole
    ? { step: compile(graphs.step, target) }
    : {
        gradients: compile(graphs.gradients, target),
        update: compile(graphs.update, target),
      }

/** What each of several engines updates. */
export const shardsOf = (
  graphs: TrainingGraphs,
  engines: number,
  device: Device,
): readonly ReplicaShard[] =>
  engines === 1
    ? []
    : graphs
        .updateShards(engines)
        .map((shard) => ({ ...shard, update: compile(shard.update, { device }) }))

/** Initial weights and what the programs keep besides. */
export const stateOf = (graphs: TrainingGraphs, isWhole: boolean): Tensors =>
  Object.fromEntries([...graphs.initialState(), ...(isWhole ? [] : graphs.initialGradients())])

export interface Feeding {
  /** Feeds of each part. Tensors are moved to the engine's thread, so every step has its own. */
  readonly feedsAt: (step: number, parts: readonly Int32Array[]) => Tensors[]
  /** Feeds of the update. */
  readonly scalarsAt: (step: number) => Tensors
}

export const feedingOf = (stepCase: StepCase, { masks }: TrainingGraphs): Feeding => {
  const optimiser = adam()
  const whole = Object.entries(batchOf(stepCase))
  return {
    feedsAt: (step, parts) =>
      parts.map((rows) => ({
        ...Object.fromEntries(whole.map(([name, tensor]) => [name, rowsOf(tensor, rows)])),
        ...Object.fromEntries(
          masks.map((mask) => [
            mask.name,
            dropoutMask(mask, { seed: stepCase.seed, step, rows, time: stepCase.tokens }),
          ]),
        ),
        share: float32([], [1 / parts.length]),
      })),
    scalarsAt: (step) =>
      Object.fromEntries(
        Object.entries(optimiser.values(step, LEARNING_RATE)).map(([name, value]) => [
          name,
          float32([], [value]),
        ]),
      ),
  }
}

export const startMedley = async (
  stepCase: StepCase,
  { engines, ...session }: MedleySettings,
): Promise<Side> => {
  const graphs = graphsOf(stepCase)
  const isWhole = engines === 1
  const replicas = await openReplicas(
    { programs: programsOf(graphs, isWhole, session), state: stateOf(graphs, isWhole), session },
    engines,
    shardsOf(graphs, engines, session.device),
  )
  const { feedsAt, scalarsAt } = feedingOf(stepCase, graphs)
  const parts = partsOf(stepCase.batch, engines)
  let update = 0
  let loss = NaN
  const run = async (feeds: Tensors[], step: number): Promise<readonly Tensors[]> =>
    isWhole
      ? [await replicas.engines[0]!.run('step', { ...feeds[0], ...scalarsAt(step) })]
      : replicas.step(feeds, () => scalarsAt(step))
  return {
    name: 'Medley',
    step: async (count) => {
      const seconds: number[] = []
      let next = feedsAt(update + 1, parts)
      for (let index = 0; index < count; index++) {
        const start = performance.now()
        update += 1
        const running = run(next, update)
        // As in training: the next batch and its masks are made while the step runs.
        next = feedsAt(update + 1, parts)
        const outputs = await running
        const losses = outputs.map((output) => Number(output['loss']!.data[0]))
        loss = losses.reduce((a, b) => a + b, 0) / losses.length
        seconds.push((performance.now() - start) / 1000)
      }
      return seconds
    },
    result: () => loss,
    close: () => replicas.close(),
  }
}
