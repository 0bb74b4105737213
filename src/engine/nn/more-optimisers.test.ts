// Lion follows its paper, decay leaves out what it should, averaged weights are PyTorch's; gradients of micro-batches with
// weighted rows add up to those of the batch.
import { describe, expect, test } from 'vitest'

import { float32 } from '../../base/arrays.ts'
import * as F from '../graph/functions.ts'
import { input } from '../graph/graph.ts'
import { expectClose } from '../graph/testing/close.ts'
import { filledWith } from './initialisers.ts'
import { binaryCrossEntropy } from './losses.ts'
import { parameter } from './network.ts'
import { adam, averaged, isDecayedWeight, lion, sgd } from './optimisers.ts'
import { floats, readFixture } from './testing/fixtures.ts'
import { openTrainer, scalarFeeds } from './testing/trainer.ts'
import { trainingGraphs } from './training-graph.ts'

import type { Network } from './network.ts'
import type { Optimiser } from './optimisers.ts'
import type { Stored } from './testing/fixtures.ts'
import type { Objective } from './training-graph.ts'

interface Trajectory {
  readonly start: Readonly<Record<string, Stored>>
  readonly steps: readonly {
    readonly gradients: Readonly<Record<string, readonly number[]>>
    readonly state: Readonly<Record<string, readonly number[]>>
  }[]
}

const stored = readFixture('more-optimisers') as Record<string, Trajectory>

/** A loss whose gradients are what is fed: sum(parameter * gradient). */
const linearLoss =
  (starts: Trajectory['start']) =>
  (network: Network): Objective => {
    const terms = Object.entries(starts).map(([name, { shape, values }]) => {
      const initialiser = filledWith(Float32Array.from(values))
      const weight = parameter(network, name, shape, { initialiser })
      return F.reduceSum(F.mul(weight, input(network.graph, `g/${name}`, 'float32', shape)))
    })
    return { loss: terms.reduce((a, b) => F.add(a, b)) }
  }

const decay = { weightDecay: 0.1, decays: isDecayedWeight }
const optimisers: Readonly<Record<string, readonly [Optimiser, number]>> = {
  lion: [lion(), 0.01],
  'lion, settings': [lion({ beta1: 0.8, beta2: 0.9, weightDecay: 0.3 }), 0.02],
  'adamw, groups': [adam(decay), 0.01],
  averaged: [averaged(sgd({ momentum: 0.9 }), { decay: 0.8 }), 0.1],
  'averaged, warm-up': [averaged(sgd({ momentum: 0.9 }), { decay: 0.8, warmUp: true }), 0.1],
}

test.each(Object.entries(optimisers))('%s', async (name, [optimiser, learningRate]) => {
  const { start, steps } = stored[name]!
  const graphs = trainingGraphs(linearLoss(start), { optimiser, seed: 1 })
  const trainer = await openTrainer({ step: graphs.step }, graphs.initialState())
  for (const [index, { gradients, state }] of steps.entries()) {
    const feeds = Object.entries(gradients).map(
      ([key, values]) => [`g/${key}`, floats({ ...start[key]!, values })] as const,
    )
    await trainer.run('step', {
      ...Object.fromEntries(feeds),
      ...scalarFeeds(optimiser.values(index + 1, learningRate)),
    })
    for (const [key, values] of Object.entries(state)) {
      const found = trainer.state.get(key)!.data
      expectClose(found, values, { rtol: 1e-5, atol: 1e-6 }, `${key} at step ${index + 1}`)
    }
  }
  await trainer.close()
})

test('biases, normalisation and learned positions do not decay', () => {
  const names = {
    'poster.conv2.weight': true,
    'overview.lstm1.recurrent': true,
    'overview.embedding.weight': true,
    'overview.block1.attention.query.weight': true,
    'poster.conv2.bias': false,
    'overview.gru1.recurrent_bias': false,
    'poster.norm1.weight': false,
    'norm1.weight': false,
    'overview.block1.norm2.bias': false,
    'overview.positions': false,
    'poster.missing': false,
  }
  for (const [name, decays] of Object.entries(names))
    expect([name, isDecayedWeight(name)]).toEqual([name, decays])
})

describe('micro-batches', () => {
  const weights = [1, 0, 2, 0.5, 3]
  const rows = {
    x: [1, 2, -1, 0.5, 3, -2, 0.25, 1, -1, 4],
    y: [1, 0, 1, 1, 0],
    rows: weights,
  }
  const objective = (network: Network): Objective => {
    const { graph } = network
    const x = input(graph, 'x', 'float32', ['batch', 2])
    const y = input(graph, 'y', 'float32', ['batch', 1])
    const weight = parameter(network, 'w', [2, 1], {
      initialiser: filledWith(Float32Array.of(0.5, -1)),
    })
    const weighted = { rows: input(graph, 'rows', 'float32', ['batch', 1]) }
    return { loss: binaryCrossEntropy(F.matMul(x, weight), y, weighted) }
  }
  const feeds = (from: number, to: number): Record<string, ReturnType<typeof float32>> => ({
    x: float32([to - from, 2], rows.x.slice(2 * from, 2 * to)),
    y: float32([to - from, 1], rows.y.slice(from, to)),
    rows: float32([to - from, 1], rows.rows.slice(from, to)),
  })

  test.each([
    [2, 3],
    [1, 1, 1, 1, 1],
  ])('of %i, %i ... rows add up when their share is that of the weights', async (...sizes) => {
    const graphs = trainingGraphs(objective, { optimiser: sgd(), seed: 1 })
    const { gradients, update } = graphs
    const trainer = await openTrainer({ gradients, update, step: graphs.step }, [
      ...graphs.initialState(),
      ...graphs.initialGradients(),
    ])
    await trainer.run('gradients', { ...feeds(0, 5), ...scalarFeeds({ share: 1 }) })
    const whole = Array.from(trainer.state.get('gradient/w')!.data, Number)
    await trainer.run('update', scalarFeeds({ learning_rate: 0 }))
    expect(Array.from(trainer.state.get('gradient/w')!.data, Number)).toEqual([0, 0])
    const total = weights.reduce((a, b) => a + b, 0)
    let from = 0
    for (const size of sizes) {
      const part = weights.slice(from, from + size).reduce((a, b) => a + b, 0)
      await trainer.run('gradients', {
        ...feeds(from, from + size),
        ...scalarFeeds({ share: part / total }),
      })
      from += size
    }
    expectClose(trainer.state.get('gradient/w')!.data, whole, { rtol: 1e-6, atol: 1e-7 })
    await trainer.close()
  })
})
