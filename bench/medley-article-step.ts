// Medley's side of the article's whole step: the network of the article on random rows.
import { float32 } from '../src/base/arrays.ts'
import { randomStream } from '../src/base/rng.ts'
import { encodeConv } from '../src/encoders/image/conv.ts'
import { encodeLstm } from '../src/encoders/text/lstm.ts'
import * as F from '../src/engine/graph/functions.ts'
import { input } from '../src/engine/graph/graph.ts'
import { compile } from '../src/engine/graph/compile.ts'
import { binaryCrossEntropy } from '../src/engine/nn/losses.ts'
import { adam } from '../src/engine/nn/optimisers.ts'
import { trainingGraphs } from '../src/engine/nn/training-graph.ts'
import { openReplicas } from '../src/engine/runtime/replicas.ts'
import { fuseByConcat } from '../src/fusion/concat.ts'
import { dropoutMask } from '../src/training/masks.ts'

import type { TensorData } from '../src/base/arrays.ts'
import type { Tensors } from '../src/engine/runtime/protocol.ts'
import type { TrainingGraphs } from '../src/engine/nn/training-graph.ts'

export interface StepOptions {
  readonly batch: number
  readonly tokens: number
  readonly threads: number
  readonly spinning: boolean
  readonly seed: number
}

const WORDS = 8000
const DIMENSIONS = 300
const LABELS = 18

export const articleGraphs = (seed: number): TrainingGraphs => {
  const random = randomStream(seed, 'vectors')
  const vectors = { matrix: random.normal(WORDS * DIMENSIONS), dimensions: DIMENSIONS }
  return trainingGraphs(
    (network) => {
      const { graph } = network
      const poster = input(graph, 'poster', 'uint8', ['batch', 115, 75, 3])
      const overview = input(graph, 'overview', 'int32', ['batch', 'time'])
      const labels = input(graph, 'labels', 'uint8', ['batch', LABELS])
      const facts = { words: WORDS, singleWords: WORDS, idf: new Float32Array(WORDS), vectors }
      const image = encodeConv(
        network,
        { name: 'poster', x: poster, labels: LABELS, averaged: LABELS },
        { kind: 'conv', filters: [32, 64, 128, 128], units: 512, dropout: 0.3 },
      )
      const text = encodeLstm(
        network,
        { name: 'overview', x: overview, text: facts, labels: LABELS, averaged: LABELS },
        { kind: 'lstm', units: [64, 64], dimensions: DIMENSIONS, dropout: 0.3 },
      )
      const { logits } = fuseByConcat(
        network,
        [
          { name: 'poster', ...image },
          { name: 'overview', ...text },
        ],
        { kind: 'concat', units: [256, 128], dropout: 0.3 },
        { scope: '', labels: LABELS, bias: undefined },
      )
      return { loss: binaryCrossEntropy(logits, F.cast(labels, 'float32')) }
    },
    { optimiser: adam(), seed, clipNorm: 5 },
  )
}

/** Overview lengths as in real films: 17 to 113 words, or all of them full. */
const batchOf = ({ batch, tokens, seed }: StepOptions): Record<string, TensorData> => {
  const random = randomStream(seed, 'batch')
  const pixels = Uint8Array.from(random.uniform(batch * 115 * 75 * 3), (value) => value * 256)
  const ids = new Int32Array(batch * tokens)
  const draws = random.uniform(batch * (tokens + 1), 1)
  for (let row = 0; row < batch; row++) {
    const length = Math.min(tokens, 17 + Math.floor(draws[row]! * 97))
    for (let time = 0; time < length; time++) {
      ids[row * tokens + time] = 1 + Math.floor(draws[batch + row * tokens + time]! * (WORDS - 1))
    }
  }
  const labels = Uint8Array.from(random.uniform(batch * LABELS, 2), (value) => Number(value < 0.12))
  return {
    poster: { type: 'uint8', shape: [batch, 115, 75, 3], data: pixels },
    overview: { type: 'int32', shape: [batch, tokens], data: ids },
    labels: { type: 'uint8', shape: [batch, LABELS], data: labels },
  }
}

export interface ArticleStep {
  /** Runs n whole steps; seconds of each. Making the masks is part of a step. */
  readonly step: (n: number) => Promise<number[]>
  readonly loss: () => number
  readonly close: () => Promise<void>
}

export const createArticleStep = async (options: StepOptions): Promise<ArticleStep> => {
  const graphs = articleGraphs(options.seed)
  // As in training: with two threads the batch is two micro-batches, worked on beside each other.
  const replicas = await openReplicas(
    {
      programs:
        options.threads === 1
          ? { step: compile(graphs.step) }
          : { gradients: compile(graphs.gradients), update: compile(graphs.update) },
      state: Object.fromEntries([
        ...graphs.initialState(),
        ...(options.threads === 1 ? [] : graphs.initialGradients()),
      ]),
      session: { threads: 1, spinning: options.spinning },
    },
    options.threads,
  )
  const optimiser = adam()
  const batch = batchOf(options)
  const rows = Int32Array.from({ length: options.batch }, (_, row) => row)
  let update = 0
  let loss = NaN
  const scalarsAt = (step: number): Tensors =>
    Object.fromEntries(
      Object.entries(optimiser.values(step, 1e-3)).map(([name, value]) => [
        name,
        float32([], [value]),
      ]),
    )
  const size = options.batch / options.threads
  /** Micro-batches of one step, with their masks. */
  const partsAt = (step: number): Tensors[] =>
    Array.from({ length: options.threads }, (_, part) => {
      const mine = rows.subarray(part * size, (part + 1) * size)
      const cut = ({ type, shape, data }: TensorData): TensorData => {
        const width = data.length / options.batch
        const values = data.slice(part * size * width, (part + 1) * size * width)
        return { type, shape: [size, ...shape.slice(1)], data: values }
      }
      return {
        ...Object.fromEntries(Object.entries(batch).map(([name, data]) => [name, cut(data)])),
        ...Object.fromEntries(
          graphs.masks.map((mask) => [
            mask.name,
            dropoutMask(mask, { seed: options.seed, step, rows: mine, time: options.tokens }),
          ]),
        ),
        share: float32([], [1 / options.threads]),
      }
    })
  const lossOf = (outputs: Tensors): number => Number(outputs['loss']!.data[0])
  const run = async (parts: Tensors[], step: number): Promise<number> => {
    if (options.threads === 1)
      return lossOf(await replicas.engines[0]!.run('step', { ...parts[0], ...scalarsAt(step) }))
    const outputs = await replicas.step(parts, () => scalarsAt(step))
    return outputs.reduce((total, output) => total + lossOf(output) / options.threads, 0)
  }
  return {
    step: async (n) => {
      const seconds: number[] = []
      let next = partsAt(update + 1)
      for (let index = 0; index < n; index++) {
        const start = performance.now()
        update += 1
        const running = run(next, update)
        // As in training: the next batch and its masks are made while the step runs.
        next = partsAt(update + 1)
        loss = await running
        seconds.push((performance.now() - start) / 1000)
      }
      return seconds
    },
    loss: () => loss,
    close: () => replicas.close(),
  }
}
