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
import { openEngine } from '../src/engine/runtime/engine.ts'
import { fuseByConcat } from '../src/fusion/concat.ts'
import { dropoutMask } from '../src/training/masks.ts'

import type { TensorData } from '../src/base/arrays.ts'
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
        { name: 'poster', x: poster, labels: LABELS },
        { kind: 'conv', filters: [32, 64, 128, 128], units: 512, dropout: 0.3 },
      )
      const text = encodeLstm(
        network,
        { name: 'overview', x: overview, text: facts, labels: LABELS },
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
  const engine = await openEngine({
    programs: { step: compile(graphs.step) },
    state: Object.fromEntries(graphs.initialState()),
    session: { threads: options.threads, spinning: options.spinning },
  })
  const optimiser = adam()
  const batch = batchOf(options)
  const rows = Int32Array.from({ length: options.batch }, (_, row) => row)
  let update = 0
  let loss = NaN
  const feedsAt = (step: number): Record<string, TensorData> => ({
    ...Object.fromEntries(
      Object.entries(batch).map(([name, tensor]) => [
        name,
        { ...tensor, data: tensor.data.slice() },
      ]),
    ),
    ...Object.fromEntries(
      graphs.masks.map((mask) => [
        mask.name,
        dropoutMask(mask, { seed: options.seed, step, rows, time: options.tokens }),
      ]),
    ),
    ...Object.fromEntries(
      Object.entries(optimiser.values(step, 1e-3)).map(([name, value]) => [
        name,
        float32([], [value]),
      ]),
    ),
  })
  return {
    step: async (n) => {
      const seconds: number[] = []
      let next = feedsAt(update + 1)
      for (let index = 0; index < n; index++) {
        const start = performance.now()
        update += 1
        const running = engine.run('step', next)
        // As in training: the next batch and its masks are made while the step runs.
        next = feedsAt(update + 1)
        loss = Number((await running)['loss']!.data[0])
        seconds.push((performance.now() - start) / 1000)
      }
      return seconds
    },
    loss: () => loss,
    close: () => engine.close(),
  }
}
