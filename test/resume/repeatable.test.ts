// The same seed, threads and data give the same bytes, wherever the data lie; anything else that decides the bits is
// refused on resuming.
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

import { afterAll, beforeAll, expect, test } from 'vitest'

import { sha256File } from '../../src/files/hash.ts'
import { readJson } from '../../src/files/json.ts'
import { runPaths } from '../../src/run/run-folder.ts'
import { resume, train } from '../../src/workflows/train.ts'
import { smallFilms, writeExperiment } from '../support/films.ts'
import { finishedRun } from '../support/finished-run.ts'

let folder: string
let table: string
let experiment: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'medley-repeat-'))
  table = await smallFilms(folder)
  experiment = await writeExperiment(table, 'joint', settings)
  await train(experiment, { out: join(folder, 'first') })
})
afterAll(() => rm(folder, { recursive: true }))

const settings = {
  preset: 'fast',
  recipe: 'joint',
  epochs: 2,
  batch: 16,
  training: { checkpointEvery: 2 },
} as const

const modelOf = (run: string): Promise<string> => sha256File(runPaths(join(folder, run)).model)

/** Starts the experiment and stops it at step 3. */
const trainABit = async (out: string): Promise<void> => {
  const stop = new AbortController()
  const onEvent = ({ type, step }: { type: string; step?: number | undefined }): void => {
    if (type === 'step' && step === 3) stop.abort()
  }
  await expect(train(experiment, { out, onEvent, signal: stop.signal })).rejects.toMatchObject({
    code: 'training.interrupted',
    exit: 130,
  })
}

test('the same seed gives the same bytes, another seed others', async () => {
  await train(experiment, { out: join(folder, 'second') })
  await train(experiment, { out: join(folder, 'third'), seed: 2 })
  expect(await finishedRun(join(folder, 'second'))).toEqual(
    await finishedRun(join(folder, 'first')),
  )
  expect(await modelOf('third')).not.toBe(await modelOf('first'))
})

test('a copy of the data gives the same bytes', async () => {
  const copy = join(folder, 'elsewhere', 'films')
  await cp(dirname(table), copy, { recursive: true })
  const moved = await writeExperiment(join(copy, 'films.csv'), 'joint', settings)
  await train(moved, { out: join(folder, 'moved') })
  expect(await modelOf('moved')).toBe(await modelOf('first'))
})

test('an interrupted run continues to the same bytes', async () => {
  const out = join(folder, 'interrupted')
  await trainABit(out)
  const notes: string[] = []
  await resume(out, { onNote: (note) => notes.push(note) })
  expect(notes).toContain('Continuing after step 3.')
  expect(await finishedRun(out)).toEqual(await finishedRun(join(folder, 'first')))
})

test('threads are kept, and resuming with others is refused', async () => {
  const out = join(folder, 'threads')
  await trainABit(out)
  const paths = runPaths(out)
  expect(await readJson(paths.environment)).toMatchObject({ threads: 2 })
  const text = await readFile(paths.experiment, 'utf8')
  await writeFile(paths.experiment, text.replace('"threads": 2', '"threads": 1'))
  await expect(resume(out)).rejects.toMatchObject({
    code: 'run.environment-differs',
    message: expect.stringContaining('threads was 2, is 1') as string,
  })
  await writeFile(paths.experiment, text)
  await resume(out)
  expect(await modelOf('threads')).toBe(await modelOf('first'))
})
