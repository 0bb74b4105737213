// A whole run: losses as on the CPU, the device in environment.json, and a resumed run that keeps to it.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeAll, expect, test } from 'vitest'

import { expectClose } from '../../../src/engine/graph/testing/close.ts'
import { loadCheckpoint } from '../../../src/run/checkpoints.ts'
import { loadEnvironment } from '../../../src/run/environment.ts'
import { runPaths } from '../../../src/run/run-folder.ts'
import { resume, train } from '../../../src/workflows/train.ts'
import { smallFilms, writeExperiment } from '../../support/films.ts'

import type { Experiment } from '../../../src/experiment/schema.ts'
import type { RunProgress } from '../../../src/training/progress.ts'

let folder: string
let experiment: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'medley-webgpu-run-'))
  experiment = await writeExperiment(await smallFilms(folder, 60), 'tiny', {
    recipe: 'joint',
    epochs: 2,
    batch: 16,
    // Two micro-batches of a batch.
    training: { microBatch: 8, checkpointEvery: 1 },
  })
  const planned = JSON.parse(await readFile(experiment, 'utf8')) as Experiment
  const encoders: Readonly<Record<string, object>> = {
    poster: { encoder: { kind: 'convnorm', filters: [4, 6], dropout: 0.2 } },
    overview: { encoder: { kind: 'lstm', units: [4], dimensions: 6, dropout: 0.3 } },
  }
  const inputs: Record<string, unknown> = {}
  for (const [name, settings] of Object.entries(planned.inputs))
    inputs[name] = { ...settings, ...encoders[name] }
  await writeFile(experiment, JSON.stringify({ ...planned, inputs }))
})
afterAll(() => rm(folder, { recursive: true }))

const lossesOf = async (out: string): Promise<number[]> => {
  const saved = await loadCheckpoint(runPaths(out).checkpoints)
  const { finished } = saved!.progress as unknown as RunProgress
  return finished.flatMap(({ history }) =>
    history.flatMap(({ loss, validation_loss }) => [loss, validation_loss]),
  )
}

test('learns as on the CPU, and goes on where it began', async () => {
  const [cpu, out] = [join(folder, 'cpu'), join(folder, 'webgpu')]
  await train(experiment, { out: cpu })
  const notes: string[] = []
  const stop = new AbortController()
  const stopped = train(experiment, {
    out,
    device: 'webgpu',
    onNote: (note) => notes.push(note),
    onEvent: ({ type, step }) => {
      if (type === 'step' && step === 2) stop.abort()
    },
    signal: stop.signal,
  })
  await expect(stopped).rejects.toMatchObject({ code: 'training.interrupted' })
  expect(notes.join('\n')).not.toContain('cannot be used')
  const { device } = await loadEnvironment(runPaths(out).environment)
  expect(device).toEqual({ asked: 'webgpu', used: 'webgpu' })
  await expect(resume(out, { device: 'cpu' })).rejects.toMatchObject({
    code: 'run.environment-differs',
  })
  await resume(out)
  expectClose(await lossesOf(out), await lossesOf(cpu), { rtol: 1e-3, atol: 1e-3 })
})
