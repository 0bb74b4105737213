// Augmentation, mixup and weights of rows in whole trainings: the same bits after an interruption, and other bits than without.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeAll, expect, test } from 'vitest'

import { parseExperiment } from '../../src/experiment/schema.ts'
import { readJson } from '../../src/files/json.ts'
import { runPaths } from '../../src/run/run-folder.ts'
import { plan } from '../../src/workflows/plan.ts'
import { resume, train } from '../../src/workflows/train.ts'
import { smallFilms, writeExperiment } from '../support/films.ts'
import { finishedRun } from '../support/finished-run.ts'

import type { FinishedRun } from '../support/finished-run.ts'

const ROWS = 120

let folder: string
let table: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'medley-augment-'))
  table = await smallFilms(folder, ROWS)
})
afterAll(() => rm(folder, { recursive: true }))

/** Writes the films with a column `w`. */
const weighed = async (name: string, weight: (row: number) => string): Promise<string> => {
  const lines = (await readFile(table, 'utf8')).trimEnd().split(/\r?\n/)
  const file = join(folder, 'films', `${name}.csv`)
  const cells = lines.map((line, row) => `${line},${row === 0 ? 'w' : weight(row - 1)}`)
  await writeFile(file, `${cells.join('\n')}\n`)
  return file
}

const settings = {
  recipe: 'joint',
  epochs: 2,
  batch: 16,
  training: { checkpointEvery: 2 },
} as const

const finished = async (name: string, experiment: string): Promise<FinishedRun> => {
  await train(experiment, { out: join(folder, name) })
  return await finishedRun(join(folder, name))
}

test('an interrupted run continues to the same bytes', async () => {
  const file = await weighed('weighed', (row) => String(1 + (row % 3)))
  const experiment = await writeExperiment(file, 'everything', {
    ...settings,
    augment: ['flip', 'crop', 'colour', 'cutout'],
    mixup: 0.4,
    weight: 'w',
    // Two micro-batches of a batch.
    training: { ...settings.training, microBatch: 8 },
  })
  const whole = await finished('whole', experiment)
  const stop = new AbortController()
  const out = join(folder, 'stopped')
  const onEvent = ({ type, step }: { type: string; step?: number | undefined }): void => {
    if (type === 'step' && step === 3) stop.abort()
  }
  await expect(train(experiment, { out, onEvent, signal: stop.signal })).rejects.toMatchObject({
    code: 'training.interrupted',
  })
  await resume(out)
  expect(await finishedRun(out)).toEqual(whole)
})

test('what is asked for on top of an experiment file is written as it will be read again', async () => {
  const file = await weighed('asked', () => '1')
  const experiment = await writeExperiment(file, 'plain', settings)
  const asked = { augment: ['flip', 'crop', 'cutout'], mixup: 0.2, weight: 'w' } as const
  const planned = await plan(experiment, asked)
  await planned.table.close()
  const read = parseExperiment(JSON.parse(JSON.stringify(planned.experiment)))
  expect(JSON.stringify(read)).toBe(JSON.stringify(planned.experiment))
})

test('each of them changes what is learned', async () => {
  const file = await weighed('weighed-again', (row) => String(row % 2))
  const models = new Set<string>()
  const variants = {
    plain: { augment: [] },
    crop: { augment: ['crop'] },
    mixed: { augment: [], mixup: 0.4 },
    weighted: { augment: [], weight: 'w' },
  } as const
  for (const [name, variant] of Object.entries(variants)) {
    const options = { ...settings, epochs: 1, ignored: ['w'], ...variant }
    const { ignored, ...others } = options
    const experiment = await writeExperiment(file, name, {
      ...others,
      ...('weight' in variant ? {} : { ignored }),
    })
    models.add((await finished(name, experiment)).model)
  }
  expect(models.size).toBe(4)
})

test('weights of zero, negative ones and a column that is not there', async () => {
  const out = join(folder, 'refused')
  const zero = await weighed('zero', () => '0')
  await expect(train(zero, { out, weight: 'w' })).rejects.toMatchObject({
    code: 'target.weight-zero',
    exit: 2,
  })
  const negative = await weighed('negative', (row) => (row === 7 ? '-1' : '1'))
  await expect(train(negative, { out, weight: 'w' })).rejects.toMatchObject({
    code: 'target.weight-negative',
    row: 8,
  })
  await expect(train(negative, { out, weight: 'v' })).rejects.toMatchObject({
    code: 'table.column-missing',
  })
})

test('augmentation without pictures is said to change nothing', async () => {
  const planned = await plan(table, { images: [], augment: ['crop', 'flip'] })
  await planned.table.close()
  expect(planned.notes).toContain('There are no pictures to augment by crop, flip.')
})

test('an experiment file keeps what it says, and a wish replaces it', async () => {
  const file = await weighed('kept', (row) => (row === 3 ? '' : '1'))
  const experiment = await writeExperiment(file, 'kept', {
    ...settings,
    augment: ['crop'],
    mixup: 0.3,
    weight: 'w',
  })
  expect(JSON.parse(await readFile(experiment, 'utf8'))).toMatchObject({
    data: { weight: 'w' },
    inputs: { poster: { flip: false, crop: 0.1 } },
    training: { mixup: 0.3 },
  })
  const notes: string[] = []
  const out = join(folder, 'changed')
  const onNote = (note: string): void => void notes.push(note)
  await train(experiment, { out, epochs: 1, augment: ['flip'], mixup: 0, onNote })
  const used = await readJson(runPaths(out).experiment)
  expect(used).toMatchObject({ inputs: { poster: { flip: true } }, training: { mixup: 0 } })
  expect(used).not.toMatchObject({ inputs: { poster: { crop: 0.1 } } })
  expect(notes).toContain(
    'w weighs the training rows; validation and test scores count every row once.',
  )
})
