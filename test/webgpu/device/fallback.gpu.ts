// What of a whole training step still runs on the CPU: a picture tower, an LSTM tower, dense layers, clipping and Adam.
import { expect, test } from 'vitest'

import { compile } from '../../../src/engine/graph/compile.ts'
import { adam } from '../../../src/engine/nn/optimisers.ts'
import {
  articleFeeds,
  articleObjective,
  articleParameters,
  stored,
} from '../../../src/engine/nn/testing/article.ts'
import { scalarFeeds } from '../../../src/engine/nn/testing/trainer.ts'
import { trainingGraphs } from '../../../src/engine/nn/training-graph.ts'
import { runProfiled } from '../profile.ts'

test('only bytes stay on the CPU', async () => {
  const optimiser = adam()
  const options = { optimiser, seed: 1, clipNorm: 1 }
  const { step, initialState } = trainingGraphs(articleObjective, options)
  const sizes = { time: stored.overview.shape[1]! }
  const { onDevice, onCpu } = await runProfiled(compile(step, { device: 'webgpu', sizes }), {
    ...Object.fromEntries(initialState()),
    ...Object.fromEntries(articleParameters()),
    ...articleFeeds(),
    ...scalarFeeds(optimiser.values(1, 0.02)),
  })
  expect(onDevice).toContain('Conv float')
  // Pixels and masks are turned while they are bytes: there is no WebGPU kernel for that, and bytes are a quarter of floats.
  expect([...onCpu]).toEqual(['Transpose uint8'])
})
