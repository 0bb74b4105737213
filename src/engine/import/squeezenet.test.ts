// A real pretrained network: imported, run, partly trained on real posters as one tower of two, and written back.
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

import * as ort from 'onnxruntime-node'
import sharp from 'sharp'
import { describe, expect, test } from 'vitest'

import { float32 } from '../../base/arrays.ts'
import * as F from '../graph/functions.ts'
import { input } from '../graph/graph.ts'
import { dense, embedding, flatten, lstm } from '../nn/layers.ts'
import { binaryCrossEntropy } from '../nn/losses.ts'
import { adam } from '../nn/optimisers.ts'
import { openTrainer, scalarFeeds } from '../nn/testing/trainer.ts'
import { trainingGraphs } from '../nn/training-graph.ts'
import { floatsOnly, inPrecisionOf } from './floats.ts'
import { importOnnx } from './import-onnx.ts'
import { exportOnnx, withWeights } from './write-back.ts'

import type { TensorData } from '../../base/arrays.ts'
import type { Tensor } from '../graph/types.ts'
import type { Network } from '../nn/network.ts'

const data = resolve(import.meta.dirname, '../../../../shared/data')
const folder = join(data, 'models/squeezenet1.1')
const file = join(folder, 'squeezenet_fp32_features.onnx')
const halfFile = join(folder, 'SqueezeNet_fp16.onnx')
const movies = join(data, 'movies/movies.csv')

const SIZE = 64
const BATCH = 8
const WORDS = 500
const TOKENS = 40

const pixels = (batch: number, size: number): TensorData => {
  let state = 1
  const values = Float32Array.from({ length: batch * 3 * size * size }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return (state / 2 ** 32) * 255 - 117
  })
  return float32([batch, 3, size, size], values)
}

/** ONNX Runtime alone: what is written must run without Medley. */
const run = async (
  bytes: Uint8Array,
  feeds: Record<string, TensorData>,
): Promise<Record<string, TensorData>> => {
  const session = await ort.InferenceSession.create(bytes)
  const tensors = Object.entries(feeds).map(([name, { type, data, shape }]) => [
    name,
    new ort.Tensor(type, data as ort.Tensor.DataType, shape),
  ])
  const results = await session.run(Object.fromEntries(tensors) as ort.InferenceSession.FeedsType)
  await session.release()
  return Object.fromEntries(
    Object.entries(results).map(([name, { type, dims, data }]) => [
      name,
      { type, shape: dims, data } as TensorData,
    ]),
  )
}

const largestDifference = (a: TensorData, b: TensorData): number => {
  expect(a.shape).toEqual(b.shape)
  let largest = 0
  a.data.forEach((value, index) => {
    const difference = Math.abs(Number(value) - Number(b.data[index]))
    // A NaN must not hide.
    if (!(difference <= largest)) largest = difference
  })
  return largest
}

interface Films {
  readonly posters: TensorData
  readonly overviews: TensorData
  readonly labels: TensorData
}

/** A word's number from 1 up; this is not the place for a vocabulary. */
const numberOf = (word: string): number => {
  let state = 7
  for (const letter of word) state = (Math.imul(state, 31) + letter.codePointAt(0)!) >>> 0
  return 1 + (state % (WORDS - 1))
}

/** The first rows of the real data: poster, overview and whether the genres are Drama and Comedy. */
const films = async (count: number): Promise<Films> => {
  const lines = readFileSync(movies, 'utf8').split('\r\n').slice(1)
  const rows = lines.flatMap((line) => {
    const match = /,\d{4}-\d\d-\d\d,(.*),([A-Z][A-Za-z| ]+),(posters\/tt\d+\.jpg)$/s.exec(line)
    return match ? [{ overview: match[1]!, genres: match[2]!, poster: match[3]! }] : []
  })
  const chosen = rows.slice(0, count)
  const planes = await Promise.all(
    chosen.map(async ({ poster }) => {
      const raw = await sharp(join(data, 'movies', poster))
        .resize(SIZE, SIZE, { fit: 'fill' })
        .removeAlpha()
        .raw()
        .toBuffer()
      return Float32Array.from({ length: 3 * SIZE * SIZE }, (_, index) => {
        const channel = Math.floor(index / (SIZE * SIZE))
        return raw[(index % (SIZE * SIZE)) * 3 + (2 - channel)]! - 117
      })
    }),
  )
  return {
    posters: float32(
      [count, 3, SIZE, SIZE],
      planes.flatMap((plane) => [...plane]),
    ),
    overviews: {
      type: 'int32',
      shape: [count, TOKENS],
      data: Int32Array.from(
        chosen.flatMap(({ overview }) => {
          const words = overview.toLowerCase().match(/[a-z]+/g) ?? []
          return Array.from({ length: TOKENS }, (_, i) => (words[i] ? numberOf(words[i]) : 0))
        }),
      ),
    },
    labels: float32(
      [count, 2],
      chosen.flatMap(({ genres }) =>
        ['Drama', 'Comedy'].map((genre) => Number(genres.includes(genre))),
      ),
    ),
  }
}

describe.skipIf(!existsSync(file))('SqueezeNet', () => {
  test.each([
    ['float32', file, 1e-5],
    // Medley computes in float32 where the file says float16, so the difference is the file's rounding.
    ['float16', halfFile, 5e-3],
  ])('imported from %s, it says what the file says', async (type, path, tolerance) => {
    const model = await importOnnx(path)
    expect(model.inputs.map(({ name }) => name)).toEqual(['data_0'])
    expect(model.parameters).toHaveLength(52)
    const image = pixels(1, 224)
    const theirs = await run(readFileSync(path), {
      data_0: inPrecisionOf(type as 'float16', image),
    })
    const ours = await run(
      exportOnnx((network) =>
        model.apply(network, {
          data_0: input(network.graph, 'data_0', 'float32', ['batch', 3, 224, 224]),
        }),
      ),
      { data_0: image },
    )
    for (const name of model.outputs) {
      const wanted = floatsOnly(theirs[name]!)
      const scale = Math.max(1, ...Array.from(wanted.data, Number).map(Math.abs))
      expect(largestDifference(ours[name]!, wanted) / scale).toBeLessThan(tolerance)
    }
  })

  test.skipIf(!existsSync(movies))(
    'its last block learns genres beside a text tower; the rest stays bit for bit',
    async () => {
      const model = await importOnnx(file, {
        name: 'poster',
        trainable: 'fire9/*',
        outputs: ['fire9/concat_1'],
      })
      expect(model.parameters.filter(({ trainable }) => trainable)).toHaveLength(6)
      expect(model.parameters).toHaveLength(50)
      const logits = (network: Network): Tensor => {
        const image = input(network.graph, 'poster', 'float32', ['batch', 3, SIZE, SIZE])
        const overview = input(network.graph, 'overview', 'int32', ['batch', TOKENS])
        const { 'fire9/concat_1': features } = model.apply(network, { data_0: image })
        const pooled = flatten(F.globalAveragePool(features!))
        const ids = F.transpose(overview, [1, 0])
        const size = { words: WORDS, dimensions: 8, trainable: true }
        const { last } = lstm(network, 'overview.lstm', embedding(network, 'overview', ids, size), {
          units: 8,
          mask: F.unsqueeze(F.cast(F.greater(ids, 0), 'float32'), [2]),
        })
        return dense(network, 'head', F.concat([pooled, last], 1), { units: 2 })
      }
      const optimiser = adam()
      const graphs = trainingGraphs(
        (network) => {
          const labels = input(network.graph, 'labels', 'float32', ['batch', 2])
          return { loss: binaryCrossEntropy(logits(network), labels) }
        },
        { optimiser, seed: 1 },
      )
      const initial = graphs.initialState()
      const trainer = await openTrainer({ step: graphs.step }, initial)
      const { posters, overviews, labels } = await films(BATCH)
      const losses: number[] = []
      for (let step = 1; step <= 12; step++) {
        const { loss } = await trainer.run('step', {
          poster: posters,
          overview: overviews,
          labels,
          ...scalarFeeds(optimiser.values(step, 1e-3)),
        })
        losses.push(Number(loss!.data[0]))
      }
      await trainer.close()
      expect(losses.at(-1)).toBeLessThan(losses[0]! / 3)
      for (const { name, trainable } of model.parameters) {
        const isSame = Buffer.from(trainer.state.get(name)!.data.slice().buffer).equals(
          Buffer.from(initial.get(name)!.data.slice().buffer),
        )
        expect(isSame, name).toBe(!trainable)
      }

      // Written back twice: the whole network, and the original file with new weights.
      const scores = exportOnnx((network) => ({ logits: logits(network) }), trainer.state)
      const together = await run(scores, { poster: posters, overview: overviews })
      expect(together['logits']!.shape).toEqual([BATCH, 2])
      // What it has learned is in the file: the signs of the logits are the labels.
      const right = labels.data.filter(
        (label, index) => label === Number(together['logits']!.data[index]! > 0),
      )
      expect(right.length).toBeGreaterThanOrEqual(0.9 * labels.data.length)
      const tower = exportOnnx(
        (network) =>
          model.apply(network, {
            data_0: input(network.graph, 'data_0', 'float32', [1, 3, 224, 224]),
          }),
        trainer.state,
      )
      const image = pixels(1, 224)
      const ours = await run(tower, { data_0: image })
      const rewritten = await run(withWeights(model, trainer.state), { data_0: image })
      const before = await run(readFileSync(file), { data_0: image })
      const features = 'fire9/concat_1'
      expect(largestDifference(ours[features]!, rewritten[features]!)).toBeLessThan(1e-4)
      expect(largestDifference(rewritten[features]!, before[features]!)).toBeGreaterThan(1e-2)
    },
  )
})
