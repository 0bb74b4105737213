// The article's network, tiny: the same training on WebGPU and on the CPU, and state that stays on the device.
import { describe, expect, test } from 'vitest'

import { float32 } from '../../../src/base/arrays.ts'
import { compile } from '../../../src/engine/graph/compile.ts'
import { expectClose } from '../../../src/engine/graph/testing/close.ts'
import { adam } from '../../../src/engine/nn/optimisers.ts'
import {
  articleFeeds,
  articleObjective,
  articleParameters,
  stored,
} from '../../../src/engine/nn/testing/article.ts'
import { scalarFeeds } from '../../../src/engine/nn/testing/trainer.ts'
import { trainingGraphs } from '../../../src/engine/nn/training-graph.ts'
import { openEngine } from '../../../src/engine/runtime/engine.ts'

import type { TensorData } from '../../../src/base/arrays.ts'
import type { Tensors } from '../../../src/engine/runtime/protocol.ts'
import type { Device } from '../../../src/engine/runtime/session-options.ts'

/** A large epsilon: Adam would blow up the rounding of gradients that are almost 0. */
const optimiser = adam({ epsilon: 1e-3 })
const graphs = trainingGraphs(articleObjective, { optimiser, seed: 1, clipNorm: 0.1 })

const own = (feeds: Readonly<Record<string, TensorData>>): Tensors =>
  Object.fromEntries(
    Object.entries(feeds).map(([name, tensor]) => [name, { ...tensor, data: tensor.data.slice() }]),
  )

const start = (): Tensors =>
  Object.fromEntries([
    ...graphs.initialState(),
    ...graphs.initialGradients(),
    ...articleParameters(),
  ])

interface Outcome {
  readonly losses: readonly number[]
  readonly state: Tensors
}

const STEPS = 5

/** Updates of one batch each, as gradients and update. */
const train = async (device: Device): Promise<Outcome> => {
  const options = { device, sizes: { time: stored.overview.shape[1]! } }
  const programs = {
    gradients: compile(graphs.gradients, options),
    update: compile(graphs.update, options),
  }
  const engine = await openEngine({ programs, state: start(), session: { threads: 1, device } })
  try {
    const losses: number[] = []
    for (let step = 1; step <= STEPS; step++) {
      const feeds = { ...own(articleFeeds()), share: float32([], [1]) }
      const { loss } = await engine.run('gradients', feeds)
      await engine.run('update', own(scalarFeeds(optimiser.values(step, 0.02))))
      losses.push(Number(loss!.data[0]))
    }
    return { losses, state: await engine.read() }
  } finally {
    await engine.close()
  }
}

describe('training on WebGPU', () => {
  test('goes as on the CPU', async () => {
    const [cpu, webgpu] = [await train('cpu'), await train('webgpu')]
    expect(cpu.losses.at(-1)).toBeLessThan(cpu.losses[0]!)
    expectClose(webgpu.losses, cpu.losses, { rtol: 1e-3, atol: 0 })
    expect(Object.keys(webgpu.state).sort()).toEqual(Object.keys(cpu.state).sort())
    for (const [name, { data, shape }] of Object.entries(cpu.state)) {
      expect(webgpu.state[name]!.shape).toEqual(shape)
      const expected = Array.from(data, Number)
      expectClose(webgpu.state[name]!.data, expected, { rtol: 1e-3, atol: 1e-4 }, name)
    }
  })

  test('what is written is read, and a step takes it', async () => {
    const programs = { update: compile(graphs.update, { device: 'webgpu' }) }
    const engine = await openEngine({
      programs,
      state: start(),
      session: { threads: 1, device: 'webgpu' },
    })
    try {
      const [name] = [...articleParameters().keys()]
      const { [name!]: before } = await engine.read([name!])
      const changed = { ...before!, data: new Float32Array(before!.data.length).fill(3) }
      await engine.write({ [name!]: changed })
      expect((await engine.read([name!]))[name!]).toEqual(changed)
      await engine.run('update', own(scalarFeeds(optimiser.values(1, 0.02))))
      expectClose((await engine.read([name!]))[name!]!.data, Array.from(changed.data), { rtol: 0, atol: 1e-6 }) // prettier-ignore
      await expect(engine.run('none', {})).rejects.toThrow('there is no program none')
      await expect(engine.read(['none'])).rejects.toThrow('there is no state none')
    } finally {
      await engine.close()
    }
  })
})
