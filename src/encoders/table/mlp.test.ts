// Shapes, a start as a linear model, gradients everywhere, and two toys: one that is linear, one that no linear model learns.
import { describe, expect, test } from 'vitest'

import { float32 } from '../../base/arrays.ts'
import { randomStream } from '../../base/rng.ts'
import * as F from '../../engine/graph/functions.ts'
import { createGraph, input, named } from '../../engine/graph/graph.ts'
import { binaryCrossEntropy } from '../../engine/nn/losses.ts'
import { createNetwork } from '../../engine/nn/network.ts'
import { adam } from '../../engine/nn/optimisers.ts'
import { openTrainer, scalarFeeds } from '../../engine/nn/testing/trainer.ts'
import { trainingGraphs } from '../../engine/nn/training-graph.ts'
import { fuseBySum } from '../../fusion/sum.ts'
import { encodeMlp, mlpSettings } from './mlp.ts'

import type { TensorData } from '../../base/arrays.ts'
import type { Tensor } from '../../engine/graph/types.ts'
import type { Network } from '../../engine/nn/network.ts'
import type { Encoded } from '../encoder.ts'

type Settings = Partial<Parameters<typeof encodeMlp>[2]>

const WIDTH = 2
const BATCH = 64

const encodeInto = (network: Network, settings: Settings): Encoded => {
  const x = input(network.graph, 'x', 'float32', ['batch', WIDTH])
  const table = { name: 'table', x, labels: 1, averaged: 1 }
  return encodeMlp(network, table, mlpSettings.parse({ kind: 'mlp', ...settings }))
}

const logitsOf = (network: Network, settings: Settings): Tensor =>
  fuseBySum(
    network,
    [{ name: 'table', ...encodeInto(network, settings) }],
    { kind: 'sum' },
    { scope: '', labels: 1, bias: undefined },
  ).logits

interface Learned {
  readonly accuracy: number
  readonly before: ReadonlyMap<string, TensorData>
  readonly after: ReadonlyMap<string, TensorData>
}

/** Trains on points of a square and gives the share of other points on the right side. */
const learn = async (
  answer: (a: number, b: number) => boolean,
  settings: Settings,
  steps: number,
): Promise<Learned> => {
  const optimiser = adam()
  const graphs = trainingGraphs(
    (network) => {
      const labels = input(network.graph, 'labels', 'float32', ['batch', 1])
      return { loss: binaryCrossEntropy(logitsOf(network, settings), labels) }
    },
    { optimiser, seed: 1 },
  )
  const inference = createNetwork(createGraph('inference'), { training: false, seed: 1 })
  const outputs = [named(F.greater(logitsOf(inference, settings), 0), 'isYes')]
  const before = graphs.initialState()
  const trainer = await openTrainer(
    { step: graphs.step, inference: { graph: inference.graph, outputs } },
    before,
  )
  const pointsOf = (draw: number): { readonly x: TensorData; readonly labels: TensorData } => {
    const data = randomStream(1, 'points')
      .uniform(BATCH * WIDTH, draw)
      .map((value) => 2 * value - 1)
    const labels = Array.from({ length: BATCH }, (_, row) =>
      answer(data[2 * row]!, data[2 * row + 1]!) ? 1 : 0,
    )
    return { x: float32([BATCH, WIDTH], data), labels: float32([BATCH, 1], labels) }
  }
  for (let step = 1; step <= steps; step++) {
    const masks = graphs.masks.map(({ name, rate, shape }) => {
      const units = Number(shape[0])
      const kept = randomStream(1, name).uniform(BATCH * units, step)
      const data = Uint8Array.from(kept, (value) => (value < rate ? 0 : 1))
      return [name, { type: 'uint8', shape: [BATCH, units], data } as const] as const
    })
    await trainer.run('step', {
      ...pointsOf(step),
      ...Object.fromEntries(masks),
      ...scalarFeeds(optimiser.values(step, 0.02)),
    })
  }
  const { x, labels } = pointsOf(0)
  const { isYes } = await trainer.run('inference', { x })
  await trainer.close()
  const right = Array.from(labels.data, Number).filter(
    (label, row) => label === isYes!.data[row],
  ).length
  return { accuracy: right / BATCH, before, after: trainer.state }
}

describe('the encoder', () => {
  test('gives features and a linear part that starts at zero', () => {
    const network = createNetwork(createGraph('table'), { training: true, seed: 1 })
    const { features, logits } = encodeInto(network, { units: [8, 5] })
    expect(features!.shape).toEqual(['batch', 5])
    expect(logits!.shape).toEqual(['batch', 1])
    const linear = network.parameters.get('table.linear.weight')!
    expect(linear.tensor.shape).toEqual([WIDTH, 1])
    expect(Array.from(linear.initial().data, Number)).toEqual([0, 0])
    expect([...network.parameters.keys()]).toEqual([
      'table.linear.weight',
      'table.dense1.weight',
      'table.dense1.bias',
      'table.dense2.weight',
      'table.dense2.bias',
    ])
    expect(network.masks).toHaveLength(2)
    expect(network.updates).toEqual([])
  })

  test('is a linear model alone without layers', async () => {
    const network = createNetwork(createGraph('table'), { training: true, seed: 1 })
    expect(encodeInto(network, { units: [] }).features).toBeUndefined()
    const linear = await learn((a, b) => a + 2 * b > 0, { units: [] }, 100)
    expect(linear.accuracy).toBeGreaterThan(0.9)
    const xor = await learn((a, b) => a * b > 0, { units: [] }, 100)
    expect(xor.accuracy).toBeLessThan(0.75)
  })

  test('learns what is linear and what is not', async () => {
    const linear = await learn((a, b) => a + 2 * b > 0, {}, 100)
    expect(linear.accuracy).toBeGreaterThan(0.95)
    const xor = await learn((a, b) => a * b > 0, {}, 200)
    expect(xor.accuracy).toBeGreaterThan(0.95)
  })

  test('has a gradient for every parameter', async () => {
    const { before, after } = await learn((a) => a > 0, {}, 1)
    const still = [...before.keys()].filter(
      (name) => name.startsWith('table.') && before.get(name) === after.get(name),
    )
    expect(still).toEqual([])
    for (const [name, { data }] of before)
      if (name.startsWith('table.')) expect(after.get(name)!.data, name).not.toEqual(data)
  })
})
