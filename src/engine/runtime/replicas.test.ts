// Two replicas against one engine that takes the micro-batches one after another.
import { describe, expect, test } from 'vitest'

import { float32 } from '../../base/arrays.ts'
import { compile } from '../graph/compile.ts'
import { expectClose } from '../graph/testing/close.ts'
import { adam } from '../nn/optimisers.ts'
import { articleFeeds, articleObjective, articleParameters } from '../nn/testing/article.ts'
import { scalarFeeds } from '../nn/testing/trainer.ts'
import { trainingGraphs } from '../nn/training-graph.ts'
import { openReplicas } from './replicas.ts'

import type { TensorData } from '../../base/arrays.ts'
import type { Tensors } from './protocol.ts'
import type { Replicas } from './replicas.ts'

const optimiser = adam({ epsilon: 1e-3 })
const graphs = trainingGraphs(articleObjective, { optimiser, seed: 1, clipNorm: 0.1 })
const programs = { gradients: compile(graphs.gradients), update: compile(graphs.update) }
const state = (): Tensors =>
  Object.fromEntries([
    ...graphs.initialState(),
    ...graphs.initialGradients(),
    ...articleParameters(),
  ])

const open = (count: number): Promise<Replicas> =>
  openReplicas(
    { programs, state: state(), session: { threads: 1 } },
    count,
    count === 1
      ? []
      : graphs.updateShards(count).map((shard) => ({ ...shard, update: compile(shard.update) })),
  )

const own = (feeds: Readonly<Record<string, TensorData>>): Tensors =>
  Object.fromEntries(
    Object.entries(feeds).map(([name, tensor]) => [name, { ...tensor, data: tensor.data.slice() }]),
  )

interface Trained {
  /** Of all replicas together. */
  readonly whole: Tensors
  /** Of every replica. */
  readonly parameters: readonly Tensors[]
}

/** Three updates of two micro-batches of one row each. */
const train = async (count: number): Promise<Trained> => {
  const replicas = await open(count)
  try {
    for (let step = 1; step <= 3; step++) {
      const parts = [0, 1].map((row) => ({
        ...own(articleFeeds(row, row + 1)),
        share: float32([], [0.5]),
      }))
      const outputs = await replicas.step(parts, () =>
        own(scalarFeeds(optimiser.values(step, 0.02))),
      )
      expect(outputs).toHaveLength(2)
    }
    const names = graphs.parameters.map(({ name }) => name)
    return {
      whole: await replicas.read(replicas.stateNames),
      parameters: await Promise.all(replicas.engines.map((engine) => engine.read(names))),
    }
  } finally {
    await replicas.close()
  }
}

describe('replicas', () => {
  test('update like one engine, hold the same bits, and repeat them', async () => {
    const [one, two, again] = [await train(1), await train(2), await train(2)]
    expect(two.parameters[0]).toEqual(two.parameters[1])
    expect(again).toEqual(two)
    expect(Object.keys(two.whole).sort()).toEqual(Object.keys(one.whole).sort())
    for (const [name, { data }] of Object.entries(one.whole)) {
      const tolerance = { rtol: 1e-4, atol: 1e-6 }
      expectClose(two.whole[name]!.data, Array.from(data, Number), tolerance, name)
    }
  })

  test('more replicas than micro-batches are no harm', async () => {
    const [one, three] = [await train(1), await train(3)]
    for (const parameters of three.parameters) expect(parameters).toEqual(three.parameters[0])
    for (const [name, { data }] of Object.entries(one.whole)) {
      const tolerance = { rtol: 1e-4, atol: 1e-6 }
      expectClose(three.whole[name]!.data, Array.from(data, Number), tolerance, name)
    }
  })

  test('each keeps what the optimiser knows of its own shard, and a rehearsal changes nothing', async () => {
    const replicas = await open(2)
    const slots = replicas.engines.map(({ stateNames }) =>
      stateNames.filter((name) => name.startsWith('adam.m/')),
    )
    expect(slots.every((names) => names.length > 0)).toBe(true)
    const all = graphs.parameters.map(({ name }) => `adam.m/${name}`)
    expect(slots.flat().sort()).toEqual(all.sort())
    const before = await replicas.read(replicas.stateNames)
    const part = { ...own(articleFeeds(0, 1)), share: float32([], [1]) }
    const scalars = (): Tensors => own(scalarFeeds(optimiser.values(1, 0.02)))
    await replicas.step([part], scalars, { isRehearsal: true })
    expect(await replicas.read(replicas.stateNames)).toEqual(before)
    await replicas.close()
  })

  test('a refused graph is the catalogue error', async () => {
    const plan = { programs: { gradients: Uint8Array.of(1) }, state: {}, session: { threads: 1 } }
    await expect(openReplicas(plan, 2)).rejects.toMatchObject({ code: 'runtime.graph-refused' })
  })

  test('a failure in one replica is an error, and all of them can still be closed', async () => {
    const replicas = await open(2)
    const parts = [own(articleFeeds(0, 1)), {}].map((part) => ({
      ...part,
      share: float32([], [1]),
    }))
    await expect(replicas.step(parts, () => ({}))).rejects.toThrow()
    await replicas.close()
    await expect(replicas.engines[0]!.read()).rejects.toMatchObject({ code: 'runtime.worker-died' })
  })
})
