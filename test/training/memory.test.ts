// `--memory`: how many rows go through a network at once follows from what training may take.
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeAll, expect, test } from 'vitest'

import { nativeKernels } from '../../src/engine/runtime/native/availability.ts'
import { parseExperiment } from '../../src/experiment/schema.ts'
import { readJson } from '../../src/files/json.ts'
import { runPaths } from '../../src/run/run-folder.ts'
import { train } from '../../src/workflows/train.ts'
import { smallFilms, writeExperiment } from '../support/films.ts'
import { startTraining } from '../support/trainer.ts'

import type { Experiment } from '../../src/experiment/schema.ts'

const MEGABYTE = 1e6

let folder: string
let table: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'medley-memory-'))
  table = await smallFilms(folder, 150)
})
afterAll(() => rm(folder, { recursive: true }))

/** The article's network on pictures that need some 14 MB a row without own kernels. */
const experimentOf = (name: string, training: Partial<Experiment['training']>): Promise<string> =>
  writeExperiment(table, name, {
    preset: 'article',
    imageSize: { width: 160, height: 160 },
    epochs: 1,
    batch: 32,
    training,
  })

const trained = async (name: string): Promise<Experiment> =>
  parseExperiment(await readJson(runPaths(join(folder, name)).experiment))

interface Measured {
  /** Most resident bytes until the run was finished. */
  readonly peak: number
  readonly notes: readonly string[]
}

/** Trains in a process of its own. */
const measure = async (experiment: string, name: string, device: string): Promise<Measured> => {
  let peak = 0
  const notes: string[] = []
  const trainer = startTraining(experiment, join(folder, name), {
    options: { device },
    onHeard: ({ event, note }, { pid }) => {
      if (note !== undefined) notes.push(note)
      if (event?.type !== 'run.end') return
      const [, kilobytes] = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))!
      peak = 1024 * Number(kilobytes)
    },
  })
  expect(await trainer.ended).toMatchObject({ exitCode: 0 })
  return { peak, notes }
}

const { available } = await nativeKernels()
const isTold = existsSync('/proc/self/status')

/** Medley's own kernels keep less between them. */
const limits = {
  cpu: { megabytes: 850, rows: 32 },
  ...(available && { avx512: { megabytes: 780, rows: 96 } }),
}

test.runIf(isTold).each(Object.entries(limits))(
  'training stays within the memory, and says by what (%s)',
  async (device, { megabytes, rows }) => {
    const limit = megabytes * MEGABYTE
    const run = async (
      name: string,
      training: Partial<Experiment['training']>,
    ): Promise<Measured> =>
      // prettier-ignore
      measure(
        await experimentOf(`${name}-${device}`, { microBatch: rows, batch: rows, ...training }),
        `${name}-${device}`,
        device,
      )
    const free = await run('free', {})
    console.log(free.peak)
    expect(free.peak).toBeGreaterThan(1.2 * limit)
    const bound = await run('bound', { memoryBytes: limit })
    expect(bound.peak).toBeLessThan(limit)
    // Nor is it left unused.
    expect(bound.peak).toBeGreaterThan(0.6 * limit)
    const { microBatch } = (await trained(`bound-${device}`)).training
    expect(microBatch).toBeLessThan(rows)
    expect(bound.notes).toContain(
      `To stay within the memory, ${microBatch} rows at most go through a network at once.`,
    )
  },
)

test('enough memory changes nothing', async () => {
  const small = await writeExperiment(table, 'small', {
    epochs: 1,
    batch: 16,
    training: { memoryBytes: 2000 * MEGABYTE, microBatch: 24 },
  })
  await train(small, { out: join(folder, 'small') })
  expect((await trained('small')).training.microBatch).toBe(24)
})

test('too little is an error before training, and leaves no run', async () => {
  const out = join(folder, 'none')
  const experiment = await experimentOf('none', { memoryBytes: 320 * MEGABYTE })
  await expect(train(experiment, { out })).rejects.toMatchObject({
    code: 'training.memory-too-small',
  })
  expect(existsSync(out)).toBe(false)
})
