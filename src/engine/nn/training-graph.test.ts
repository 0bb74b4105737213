// The whole network of the article, tiny: loss and every gradient against PyTorch and finite differences; the step in
// one piece and in two; repeatability; frozen parts.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { float32 } from '../../base/arrays.ts'
import { randomStream } from '../../base/rng.ts'
import { expectClose } from '../graph/testing/close.ts'
import { adam, sgd } from './optimisers.ts'
import { articleFeeds, articleObjective, articleParameters, stored } from './testing/article.ts'
import { openTrainer, scalarFeeds } from './testing/trainer.ts'
import { trainingGraphs } from './training-graph.ts'

import type { TensorData } from '../../base/arrays.ts'
import type { Trainer } from './testing/trainer.ts'

/** A large epsilon: Adam would blow up the rounding of gradients that are almost 0. */
const optimiser = adam({ epsilon: 1e-3 })
/** Less than the gradients of the first steps have. */
const CLIP_NORM = 0.1
const graphs = trainingGraphs(articleObjective, { optimiser, seed: 1, clipNorm: CLIP_NORM })
const LEARNING_RATE = 0.02

/** A trainer that starts from the stored parameters, with all programs. */
const start = (): Promise<Trainer> =>
  openTrainer({ step: graphs.step, gradients: graphs.gradients, update: graphs.update }, [
    ...graphs.initialState(),
    ...graphs.initialGradients(),
    ...articleParameters(),
  ])

const scalars = (step: number): Readonly<Record<string, TensorData>> =>
  scalarFeeds(optimiser.values(step, LEARNING_RATE))

const fusedSteps = async (trainer: Trainer, count: number): Promise<number[]> => {
  const losses: number[] = []
  for (let step = 1; step <= count; step++) {
    const { loss } = await trainer.run('step', { ...articleFeeds(), ...scalars(step) })
    losses.push(Number(loss!.data[0]))
  }
  return losses
}

const gradientNames = Object.keys(stored.gradients)
const gradientOf = (trainer: Trainer, name: string): ArrayLike<number | bigint> =>
  trainer.state.get(`gradient/${name}`)!.data

describe('the network of the article', () => {
  let trainer: Trainer
  let results: Readonly<Record<string, TensorData>>

  beforeAll(async () => {
    trainer = await start()
    results = await trainer.run('gradients', { ...articleFeeds(), ...scalarFeeds({ share: 1 }) })
  })
  afterAll(() => trainer.close())

  test('has the parameters and masks of the stored one', () => {
    const shapes = graphs.parameters.map(({ name, tensor }) => [name, tensor.shape] as const)
    expect(Object.fromEntries(shapes)).toEqual(
      Object.fromEntries(
        Object.entries(stored.parameters).map(([name, { shape }]) => [name, shape]),
      ),
    )
    expect(graphs.masks.map(({ name }) => name).sort()).toEqual(Object.keys(stored.masks).sort())
  })

  test('has the loss and the logits of PyTorch', () => {
    expectClose(results['loss']!.data, [stored.loss], { rtol: 1e-5, atol: 0 })
    expectClose(results['logits']!.data, stored.logits.values, { rtol: 1e-4, atol: 1e-5 })
  })

  test.each(gradientNames)('has the gradient of PyTorch: %s', (name) => {
    expectClose(gradientOf(trainer, name), stored.gradients[name]!, { rtol: 1e-3, atol: 1e-6 })
  })

  test('has the slope of finite differences in ten directions', async () => {
    const before = new Map(trainer.state)
    const random = randomStream(2, 'directions')
    // Small, because a direction moves all parameters at once and pooling has kinks everywhere.
    const step = 3e-4
    for (let index = 0; index < 10; index++) {
      const directions = new Map(
        gradientNames.map((name, place) => {
          const { length } = stored.gradients[name]!
          return [name, random.uniform(length, index, place).map((value) => 2 * value - 1)]
        }),
      )
      const lossAt = async (distance: number): Promise<number> => {
        for (const [name, along] of directions) {
          const { shape, data } = before.get(name)!
          const moved = along.map((value, place) => Number(data[place]) + distance * value)
          trainer.state.set(name, float32(shape, moved))
        }
        const { loss } = await trainer.run('gradients', {
          ...articleFeeds(),
          ...scalarFeeds({ share: 0 }),
        })
        return Number(loss!.data[0])
      }
      const numeric = ((await lossAt(step)) - (await lossAt(-step))) / (2 * step)
      const analytic = [...directions].reduce(
        (total, [name, along]) =>
          along.reduce((sum, value, place) => sum + value * stored.gradients[name]![place]!, total),
        0,
      )
      expectClose([numeric], [analytic], { rtol: 2e-2, atol: 2e-3 }, `direction ${index}`)
    }
  })
})

describe('training', () => {
  test('makes the loss fall', async () => {
    const trainer = await start()
    const losses = await fusedSteps(trainer, 60)
    expect(losses[59]).toBeLessThan(0.5 * losses[0]!)
    await trainer.close()
  })

  test('twice gives the same bits', async () => {
    const runs = await Promise.all(
      [1, 2].map(async () => {
        const trainer = await start()
        const losses = await fusedSteps(trainer, 20)
        await trainer.close()
        return { losses, state: trainer.state }
      }),
    )
    expect(runs[0]).toEqual(runs[1])
  })

  test('one step equals gradients of micro-batches and an update', async () => {
    const [whole, halves] = [await start(), await start()]
    for (let step = 1; step <= 3; step++) {
      const one = await whole.run('step', { ...articleFeeds(), ...scalars(step) })
      let loss = 0
      for (const row of [0, 1]) {
        const share = scalarFeeds({ share: 0.5 })
        const part = await halves.run('gradients', { ...articleFeeds(row, row + 1), ...share })
        loss += 0.5 * Number(part['loss']!.data[0])
      }
      const other = await halves.run('update', scalars(step))
      const tolerance = { rtol: 1e-5, atol: 1e-6 }
      expectClose([loss], [Number(one['loss']!.data[0])], tolerance, 'loss')
      const norm = Number(one['gradient_norm']!.data[0])
      expect(norm).toBeGreaterThan(CLIP_NORM)
      expectClose(other['gradient_norm']!.data, [norm], tolerance, 'gradient_norm')
    }
    for (const [name, { data }] of whole.state) {
      const found = halves.state.get(name)!.data
      if (name.startsWith('gradient/'))
        expect(new Set(Array.from(found, Number))).toEqual(new Set([0]))
      // Adam divides by the size of a gradient: where it is tiny, so is the step, but not its relative error.
      else expectClose(found, Array.from(data, Number), { rtol: 1e-4, atol: 2e-5 }, name)
    }
    await whole.close()
    await halves.close()
  })

  test('leaves frozen parameters alone and has no optimiser state for them', async () => {
    const frozen = (name: string): boolean => name.startsWith('poster.')
    const partly = trainingGraphs(articleObjective, {
      optimiser: sgd({ momentum: 0.9 }),
      seed: 1,
      frozen,
    })
    const initial = partly.initialState()
    expect([...initial.keys()].filter((name) => name.startsWith('sgd.velocity/poster'))).toEqual([])
    const trainer = await openTrainer({ step: partly.step }, initial)
    await trainer.run('step', { ...articleFeeds(), ...scalarFeeds({ learning_rate: 0.1 }) })
    for (const [name, value] of initial) {
      if (frozen(name)) expect(trainer.state.get(name)).toBe(value)
    }
    expect(trainer.state.get('output.weight')).not.toEqual(initial.get('output.weight'))
    await trainer.close()
  })

  test('with everything frozen there is nothing to train', () => {
    const all = { optimiser, seed: 1, frozen: () => true }
    expect(() => trainingGraphs(articleObjective, all)).toThrow(
      expect.objectContaining({ code: 'graph.nothing-to-train' }),
    )
  })

  test('starts from the seed', () => {
    const startOf = (seed: number): unknown =>
      trainingGraphs(articleObjective, { optimiser, seed }).initialState()
    expect(startOf(1)).toEqual(graphs.initialState())
    expect(startOf(2)).not.toEqual(graphs.initialState())
  })
})
