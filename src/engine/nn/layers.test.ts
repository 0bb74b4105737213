// Layers: parameters, training and inference forms, what they are fed.
import { describe, expect, test } from 'vitest'

import { float32 } from '../../base/arrays.ts'
import { randomStream } from '../../base/rng.ts'
import * as F from '../graph/functions.ts'
import { createGraph, input, named } from '../graph/graph.ts'
import { expectClose } from '../graph/testing/close.ts'
import { evaluate, programOf } from '../graph/testing/run.ts'
import { batchNorm, conv2d, dense, dropout, embedding, flatten, layerNorm, lstm } from './layers.ts'
import { createNetwork } from './network.ts'
import { sgd } from './optimisers.ts'
import { openTrainer, scalarFeeds } from './testing/trainer.ts'
import { trainingGraphs } from './training-graph.ts'

import type { TensorData } from '../../base/arrays.ts'
import type { Feeds } from '../graph/testing/run.ts'
import type { Shape, Tensor } from '../graph/types.ts'
import type { Network } from './network.ts'

type Values = ReadonlyMap<string, TensorData>

const random = (name: string, shape: readonly number[]): TensorData =>
  float32(shape, randomStream(5, name).normal(shape.reduce((a, b) => a * b, 1)))

const numbers = ({ data }: TensorData): number[] => Array.from(data, Number)

/** Builds a layer in one form; parameters are inputs in training and constants in inference. */
const form = (training: boolean, values?: Values): Network =>
  createNetwork(createGraph('layer'), { training, seed: 1, ...(values && { values }) })

const initialOf = (network: Network): Map<string, TensorData> =>
  new Map([...network.parameters.values()].map(({ name, initial }) => [name, initial()]))

const shapesOf = (network: Network): Record<string, Shape> =>
  Object.fromEntries(
    [...network.parameters.values()].map(({ name, tensor }) => [name, tensor.shape]),
  )

const run = async (tensor: Tensor, feeds: Feeds): Promise<TensorData> =>
  (await evaluate(programOf(named(tensor, 'result')), feeds))['result']!

test('dense: x weight + bias, the same in both forms', async () => {
  const values = new Map([
    ['dense1.weight', random('weight', [3, 2])],
    ['dense1.bias', random('bias', [2])],
  ])
  const results = await Promise.all(
    [true, false].map(async (training) => {
      const network = form(training, training ? undefined : values)
      const x = input(network.graph, 'x', 'float32', ['batch', 3])
      const y = dense(network, 'dense1', x, { units: 2, bias: Float32Array.of(0.5, -1) })
      expect(shapesOf(network)).toEqual({ 'dense1.weight': [3, 2], 'dense1.bias': [2] })
      expect(numbers(network.parameters.get('dense1.bias')!.initial())).toEqual([0.5, -1])
      return run(y, { x: random('x', [4, 3]), ...(training && Object.fromEntries(values)) })
    }),
  )
  expect(results[0]).toEqual(results[1])
  const [x, weight, bias] = [random('x', [4, 3]), ...values.values()].map(numbers)
  const expected = Array.from({ length: 8 }, (_, index) => {
    const [row, unit] = [Math.floor(index / 2), index % 2]
    return [0, 1, 2].reduce(
      (sum, k) => sum + x![row * 3 + k]! * weight![k * 2 + unit]!,
      bias![unit]!,
    )
  })
  expectClose(results[0]!.data, expected, { rtol: 1e-5, atol: 1e-6 })
})

test('conv2d: filters, groups and bias', () => {
  const network = form(true)
  const x = input(network.graph, 'x', 'float32', ['batch', 4, 9, 7])
  const y = conv2d(network, 'conv1', x, { filters: 6, kernel: [3, 3], group: 2 })
  const z = conv2d(network, 'conv2', y, { filters: 2, kernel: [1, 1], bias: false })
  expect(z.shape).toEqual(['batch', 2, 7, 5])
  expect(flatten(z).shape).toEqual(['batch', 70])
  expect(shapesOf(network)).toEqual({
    'conv1.weight': [6, 2, 3, 3],
    'conv1.bias': [6],
    'conv2.weight': [2, 6, 1, 1],
  })
})

describe('dropout', () => {
  const mask: TensorData = { type: 'uint8', shape: [2, 2], data: Uint8Array.of(1, 0, 0, 1) }

  test('keeps what the mask says and scales it up', async () => {
    const network = form(true)
    const x = input(network.graph, 'x', 'float32', ['batch', 2])
    const y = dropout(network, 'dense1', x, { rate: 0.2 })
    expect(network.masks.map(({ name, rate, shape }) => ({ name, rate, shape }))).toEqual([
      { name: 'dropout/dense1', rate: 0.2, shape: [2] },
    ])
    const result = await run(y, { x: float32([2, 2], [1, 2, 3, 4]), 'dropout/dense1': mask })
    expectClose(result.data, [1.25, 0, 0, 5], { rtol: 1e-6, atol: 0 })
  })

  test('time-major: masks are row-major, so that a row has its own mask whatever the batch', async () => {
    const network = form(true)
    const x = input(network.graph, 'x', 'float32', ['time', 'batch', 1])
    const y = dropout(network, 'text', x, { rate: 0.5, timeMajor: true })
    expect(network.masks[0]!.shape).toEqual(['time', 1])
    const rows: TensorData = { ...mask, shape: [2, 2, 1], data: Uint8Array.of(1, 1, 0, 1) }
    const result = await run(y, { x: float32([2, 2, 1], [1, 2, 3, 4]), 'dropout/text': rows })
    expect(numbers(result)).toEqual([2, 0, 6, 8])
  })

  test('does nothing in inference and at rate 0', () => {
    for (const [training, rate] of [
      [false, 0.5],
      [true, 0],
    ] as const) {
      const network = form(training)
      const x = input(network.graph, 'x', 'float32', ['batch', 2])
      expect(dropout(network, 'dense1', x, { rate })).toBe(x)
      expect(network.masks).toEqual([])
    }
  })
})

describe('embedding', () => {
  const ids: TensorData = { type: 'int32', shape: [2, 2], data: Int32Array.of(1, 3, 1, 1) }
  const vectors = Float32Array.of(0, 0, 1, 2, 3, 4, 5, 6)
  const graphs = (trainable: boolean): ReturnType<typeof trainingGraphs> =>
    trainingGraphs(
      (network) => {
        const x = input(network.graph, 'ids', 'int32', ['batch', 2])
        const settings = { words: 4, dimensions: 2, vectors, trainable }
        const rows = embedding(network, 'text.embedding', x, settings)
        const weight = dense(network, 'dense1', flatten(rows), { units: 1 })
        return { loss: F.reduceSum(rows), outputs: { rows, weight } }
      },
      { optimiser: sgd(), seed: 1 },
    )

  test('trained: repeated ids add up, other rows stay', async () => {
    const { step, initialState } = graphs(true)
    const trainer = await openTrainer({ step }, initialState())
    const results = await trainer.run('step', { ids, ...scalarFeeds({ learning_rate: 1 }) })
    expect(numbers(results['rows']!)).toEqual([1, 2, 5, 6, 1, 2, 1, 2])
    const after = numbers(trainer.state.get('text.embedding.weight')!)
    expect(after).toEqual([0, 0, -2, -1, 3, 4, 4, 5])
    await trainer.close()
  })

  test('frozen: part of the state, without gradient and without optimiser state', async () => {
    const { step, initialState, parameters } = graphs(false)
    expect(parameters.map(({ name, trainable }) => [name, trainable])).toEqual([
      ['text.embedding.weight', false],
      ['dense1.weight', true],
      ['dense1.bias', true],
    ])
    const trainer = await openTrainer({ step }, initialState())
    await trainer.run('step', { ids, ...scalarFeeds({ learning_rate: 1 }) })
    expect(numbers(trainer.state.get('text.embedding.weight')!)).toEqual([...vectors])
    expect(step.outputs.map(({ name }) => name)).not.toContain('next/text.embedding.weight')
    await trainer.close()
  })
})

describe('lstm', () => {
  const [TIME, WIDTH, UNITS] = [6, 3, 4]
  const maskOf = (time: number, lengths: readonly number[]): TensorData =>
    float32(
      [time, lengths.length, 1],
      Array.from({ length: time }, (_, step) =>
        lengths.map((length) => (step < length ? 1 : 0)),
      ).flat(),
    )

  /** Two layers; the sequence and the last state of the upper one. */
  const stacked = (network: Network): { sequence: Tensor; last: Tensor } => {
    const x = input(network.graph, 'x', 'float32', ['time', 'batch', WIDTH])
    const mask = input(network.graph, 'mask', 'float32', ['time', 'batch', 1])
    const lower = lstm(network, 'lstm1', x, { units: UNITS, mask })
    return lstm(network, 'lstm2', lower.sequence, { units: UNITS, mask })
  }

  const states = async (
    training: boolean,
    feeds: Feeds,
  ): Promise<Readonly<Record<string, TensorData>>> => {
    const sample = form(true)
    stacked(sample)
    const values = initialOf(sample)
    const network = form(training, training ? undefined : values)
    const { sequence, last } = stacked(network)
    return evaluate(programOf(named(sequence, 'sequence'), named(last, 'last')), {
      ...feeds,
      ...(training && Object.fromEntries(values)),
    })
  }

  const lengths = [6, 2, 0, 5]
  const x = random('x', [TIME, lengths.length, WIDTH])

  test('the training form (Scan) equals the inference form (fused LSTM) on ragged rows', async () => {
    const feeds = { x, mask: maskOf(TIME, lengths) }
    const [training, inference] = [await states(true, feeds), await states(false, feeds)]
    for (const name of ['sequence', 'last']) {
      expect(training[name]!.shape).toEqual(inference[name]!.shape)
      expectClose(training[name]!.data, numbers(inference[name]!), { rtol: 1e-5, atol: 1e-6 }, name)
    }
  })

  test.each([true, false])('padding changes nothing (training: %s)', async (training) => {
    const before = await states(training, { x, mask: maskOf(TIME, lengths) })
    // Two more steps of noise, and noise instead of every padded value.
    const noise = numbers(random('noise', [TIME + 2, lengths.length, WIDTH]))
    const kept = numbers(x)
    const width = lengths.length * WIDTH
    const noisy = noise.map((value, index) => {
      const row = Math.floor((index % width) / WIDTH)
      return Math.floor(index / width) < lengths[row]! ? kept[index]! : value
    })
    const after = await states(training, {
      x: float32([TIME + 2, lengths.length, WIDTH], noisy),
      mask: maskOf(TIME + 2, lengths),
    })
    expectClose(after['last']!.data, numbers(before['last']!), { rtol: 0, atol: 1e-7 })
    const size = before['sequence']!.data.length
    const [start, rest] = [
      after['sequence']!.data.slice(0, size),
      after['sequence']!.data.slice(size),
    ]
    expectClose(start, numbers(before['sequence']!), { rtol: 0, atol: 1e-7 })
    expect(new Set(Array.from(rest, Number))).toEqual(new Set([0]))
  })

  test.each([true, false])('a row without tokens has state 0 (training: %s)', async (training) => {
    const results = await states(training, { x, mask: maskOf(TIME, lengths) })
    const row = numbers(results['last']!).slice(2 * UNITS, 3 * UNITS)
    expect(row.map(Math.abs)).toEqual([0, 0, 0, 0])
  })

  test('parameters: input, recurrent, bias', () => {
    const network = form(true)
    stacked(network)
    expect(shapesOf(network)).toEqual({
      'lstm1.input': [WIDTH, 4 * UNITS],
      'lstm1.recurrent': [UNITS, 4 * UNITS],
      'lstm1.bias': [4 * UNITS],
      'lstm2.input': [UNITS, 4 * UNITS],
      'lstm2.recurrent': [UNITS, 4 * UNITS],
      'lstm2.bias': [4 * UNITS],
    })
  })
})

describe('normalisation', () => {
  const x = float32([2, 2, 1, 2], [1, 3, 10, 10, 5, 7, 30, 50])

  test('batchNorm follows the statistics of batches and uses them in inference', async () => {
    const { step, initialState } = trainingGraphs(
      (network) => {
        const images = input(network.graph, 'x', 'float32', ['batch', 2, 1, 2])
        const y = batchNorm(network, 'norm1', images, { momentum: 0.75 })
        return { loss: F.reduceMean(y), outputs: { y } }
      },
      { optimiser: sgd(), seed: 1 },
    )
    const trainer = await openTrainer({ step }, initialState())
    const results = await trainer.run('step', { x, ...scalarFeeds({ learning_rate: 0 }) })
    // Means 4 and 25, biased variances 5 and 275.
    const normal = (value: number, mean: number, variance: number): number =>
      (value - mean) / Math.sqrt(variance + 1e-3)
    const pixel = (mean: number, variance: number) => (value: number) =>
      normal(value, mean, variance)
    const expected = [
      ...[1, 3].map(pixel(4, 5)),
      ...[10, 10].map(pixel(25, 275)),
      ...[5, 7].map(pixel(4, 5)),
      ...[30, 50].map(pixel(25, 275)),
    ]
    const tolerance = { rtol: 1e-5, atol: 1e-6 }
    expectClose(results['y']!.data, expected, tolerance)
    const { state } = trainer
    expectClose(state.get('norm1.running_mean')!.data, [1, 6.25], tolerance)
    expectClose(state.get('norm1.running_var')!.data, [0.75 + 1.25, 0.75 + 68.75], tolerance)
    expect(state.has('sgd.velocity/norm1.running_mean')).toBe(false)
    await trainer.close()

    const network = form(false, state)
    const images = input(network.graph, 'x', 'float32', ['batch', 2, 1, 2])
    const inference = await run(batchNorm(network, 'norm1', images), { x })
    const stored = [pixel(1, 2), pixel(6.25, 69.5)]
    expectClose(
      inference.data,
      numbers(x).map((value, index) => stored[Math.floor(index / 2) % 2]!(value)),
      tolerance,
    )
  })

  test('layerNorm: each row by itself, the same in both forms', async () => {
    for (const training of [true, false]) {
      const network = form(training)
      const rows = input(network.graph, 'x', 'float32', ['batch', 3])
      const y = layerNorm(network, 'norm1', rows)
      expect(shapesOf(network)).toEqual({ 'norm1.weight': [3], 'norm1.bias': [3] })
      const start = {
        'norm1.weight': float32([3], [1, 1, 1]),
        'norm1.bias': float32([3], [0, 0, 0]),
      }
      const result = await run(y, {
        x: float32([2, 3], [1, 2, 3, 10, 10, 10]),
        ...start,
      })
      const edge = 1 / Math.sqrt(2 / 3 + 1e-5)
      expectClose(result.data, [-edge, 0, edge, 0, 0, 0], { rtol: 1e-5, atol: 1e-6 })
    }
  })
})
