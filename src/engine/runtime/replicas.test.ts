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

const optimiser = adam({ epsilon: 1e-3 })
const graphs = trainingGraphs(articleObjective, { optimiser, seed: 1 })
const programs = { gradients: compile(graphs.gradients), update: compile(graphs.update) }
const state = (): Tensors =>
  Object.fromEntries([
    ...graphs.initialState(),
    ...graphs.initialGradients(),
    ...articleParameters(),
  ])

const own = (feeds: Readonly<Record<string, TensorData>>): Tensors =>
  Object.fromEntries(
    Object.entries(feeds).map(([name, tensor]) => [name, { ...tensor, data: tensor.data.slice() }]),
  )

/** Three updates of two micro-batches of one row each; the state after them, of every replica. */
const train = async (count: number): Promise<readonly Tensors[]> => {
  const replicas = await openReplicas({ programs, state: state(), session: { threads: 1 } }, count)
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
    return await Promise.all(replicas.engines.map((engine) => engine.read()))
  } finally {
    await replicas.close()
  }
}

describe('replicas', () => {
  test('update like one engine, hold the same bits, and repeat them', async () => {
    const [[one], two, again] = [await train(1), await train(2), await train(2)]
    expect(two[0]).toEqual(two[1])
    expect(again).toEqual(two)
    for (const [name, { data }] of Object.entries(one!)) {
      const tolerance = { rtol: 1e-4, atol: 1e-6 }
      expectClose(two[0]![name]!.data, Array.from(data, Number), tolerance, name)
    }
  })

  test('a refused graph is the catalogue error', async () => {
    const plan = { programs: { gradients: Uint8Array.of(1) }, state: {}, session: { threads: 1 } }
    await expect(openReplicas(plan, 2)).rejects.toMatchObject({ code: 'runtime.graph-refused' })
  })

  test('a failure in one replica is an error, and all of them can still be closed', async () => {
    const replicas = await openReplicas({ programs, state: state(), session: { threads: 1 } }, 2)
    const parts = [own(articleFeeds(0, 1)), {}].map((part) => ({
      ...part,
      share: float32([], [1]),
    }))
    await expect(replicas.step(parts, () => ({}))).rejects.toThrow()
    await replicas.close()
    await expect(replicas.engines[0]!.read()).rejects.toMatchObject({ code: 'runtime.worker-died' })
  })
})
