import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeAll, expect, test } from 'vitest'

import { createRun, openRun, resumeRun } from './run-folder.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'medley-run-'))
})
afterAll(() => rm(folder, { recursive: true }))

test('a run is created, held, resumed, finished and opened', async () => {
  const place = join(folder, 'runs', 'a')
  const run = await createRun(place)
  expect(run).toMatchObject({ folder: place, events: join(place, 'events.jsonl') })
  await expect(openRun(place)).rejects.toMatchObject({ code: 'run.not-found' })
  await writeFile(run.experiment, '{}')
  await expect(createRun(place)).rejects.toMatchObject({ code: 'files.locked' })
  await expect(resumeRun(place)).rejects.toMatchObject({ code: 'files.locked' })
  expect((await openRun(place)).isFinished).toBe(false)
  await run.release()

  const resumed = await resumeRun(place)
  expect(resumed.checkpoints).toBe(run.checkpoints)
  await writeFile(resumed.model, 'onnx')
  await resumed.release()
  expect((await openRun(place)).isFinished).toBe(true)
  await expect(resumeRun(place)).rejects.toMatchObject({ code: 'run.finished', exit: 2 })
  expect((await readdir(place)).sort()).toEqual(['checkpoints', 'experiment.json', 'model.onnx'])
})

test('a folder that is in use is refused and stays as it was', async () => {
  const cases = [
    ['experiment.json', 'an unfinished run', /--resume/],
    ['model.onnx', 'a finished run', /--out/],
    ['holiday.jpg', 'holiday.jpg', /--out/],
  ] as const
  for (const [file, content, fix] of cases) {
    const place = await mkdtemp(join(folder, 'used-'))
    await writeFile(join(place, file), '')
    await expect(createRun(place)).rejects.toMatchObject({
      code: 'run.exists',
      message: expect.stringContaining(content) as string,
      fix: expect.stringMatching(fix) as string,
    })
    expect(await readdir(place)).toEqual([file])
  }
})

test('a file in the place of a folder, and a folder that is no run', async () => {
  await writeFile(join(folder, 'file'), '')
  await expect(createRun(join(folder, 'file'))).rejects.toMatchObject({ code: 'run.exists' })
  await expect(createRun(join(folder, 'file', 'a'))).rejects.toMatchObject({
    code: 'files.not-a-folder',
  })
  await mkdir(join(folder, 'empty'))
  await expect(openRun(join(folder, 'empty'))).rejects.toMatchObject({ code: 'run.not-found' })
  await expect(resumeRun(join(folder, 'none'))).rejects.toMatchObject({ code: 'run.not-found' })
  const run = await createRun(join(folder, 'empty'))
  await run.release()
})
