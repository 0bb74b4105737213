// Ten steps of every optimiser equal torch.optim's; clipping equals torch's clip_grad_norm_.
import { describe, expect, test } from 'vitest'

import * as F from '../graph/functions.ts'
import { input } from '../graph/graph.ts'
import { expectClose } from '../graph/testing/close.ts'
import { filledWith } from './initialisers.ts'
import { parameter } from './network.ts'
import { adam, sgd } from './optimisers.ts'
import { floats, readFixture } from './testing/fixtures.ts'
import { openTrainer, scalarFeeds } from './testing/trainer.ts'
import { trainingGraphs } from './training-graph.ts'

import type { Network } from './network.ts'
import type { Optimiser } from './optimisers.ts'
import type { Stored } from './testing/fixtures.ts'
import type { Objective } from './training-graph.ts'

interface OptimiserCase {
  readonly start: Stored
  readonly gradients: readonly (readonly number[])[]
  readonly parameters: readonly (readonly number[])[]
}

interface ClipCase {
  readonly limit: number
  readonly norm: number
  readonly before: readonly Stored[]
  readonly after: readonly (readonly number[])[]
}

const stored = readFixture('optimisers') as Record<string, OptimiserCase & ClipCase>

/** A loss whose gradients are what is fed: sum(parameter * gradient). */
const linearLoss =
  (starts: readonly Stored[]) =>
  (network: Network): Objective => {
    const terms = starts.map(({ shape, values }, index) => {
      const initialiser = filledWith(Float32Array.from(values))
      const weight = parameter(network, `w${index}`, shape, { initialiser })
      return F.reduceSum(F.mul(weight, input(network.graph, `g${index}`, 'float32', shape)))
    })
    return { loss: terms.reduce((a, b) => F.add(a, b)) }
  }

const optimisers: Readonly<Record<string, readonly [Optimiser, number]>> = {
  sgd: [sgd(), 0.1],
  'sgd, momentum': [sgd({ momentum: 0.9 }), 0.1],
  adam: [adam(), 0.01],
  'adam, settings': [adam({ beta1: 0.8, beta2: 0.95, epsilon: 1e-4 }), 0.05],
  adamw: [adam({ weightDecay: 0.1 }), 0.01],
}

describe('ten steps', () => {
  test.each(Object.entries(optimisers))('%s', async (name, [optimiser, learningRate]) => {
    const { start, gradients, parameters } = stored[name]!
    const graphs = trainingGraphs(linearLoss([start]), { optimiser, seed: 1 })
    const trainer = await openTrainer({ step: graphs.step }, graphs.initialState())
    for (const [index, values] of gradients.entries()) {
      await trainer.run('step', {
        g0: floats({ ...start, values }),
        ...scalarFeeds(optimiser.values(index + 1, learningRate)),
      })
      const found = trainer.state.get('w0')!.data
      // The absolute part is for entries that pass through zero.
      expectClose(found, parameters[index]!, { rtol: 1e-5, atol: 1e-6 }, `step ${index + 1}`)
    }
    await trainer.close()
  })
})

describe('clipping by global norm', () => {
  test.each(['clip, long', 'clip, short'])('%s', async (name) => {
    const { limit, norm, before, after } = stored[name]!
    const zeros = before.map(({ shape, values }) => ({ shape, values: values.map(() => 0) }))
    const options = { optimiser: sgd(), seed: 1, clipNorm: limit }
    const graphs = trainingGraphs(linearLoss(zeros), options)
    const trainer = await openTrainer({ step: graphs.step }, graphs.initialState())
    const feeds = Object.fromEntries(
      before.map((gradient, index) => [`g${index}`, floats(gradient)]),
    )
    const results = await trainer.run('step', { ...feeds, ...scalarFeeds({ learning_rate: -1 }) })
    expectClose(results['gradient_norm']!.data, [norm], { rtol: 1e-6, atol: 0 })
    after.forEach((values, index) => {
      expectClose(trainer.state.get(`w${index}`)!.data, values, { rtol: 1e-5, atol: 1e-7 })
    })
    await trainer.close()
  })
})

test('state tensors are named by slot and parameter', () => {
  const { start } = stored['adam']!
  const names = [
    ...trainingGraphs(linearLoss([start]), { optimiser: adam(), seed: 1 })
      .initialState()
      .keys(),
  ]
  expect(names).toEqual(['w0', 'adam.m/w0', 'adam.v/w0'])
})
