// Trainings that must stop: beside another trainer, on a loss that explodes, on a full disk. What was saved before stays
// good, and resuming ends where an undisturbed run ends. (Ctrl-C is tested on the command line, in test/cli.)
import { execFileSync } from 'node:child_process'
import { rmSync, statfsSync, writeFileSync } from 'node:fs'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeAll, expect, test } from 'vitest'

import { loadCheckpoint } from '../../src/run/checkpoints.ts'
import { runPaths } from '../../src/run/run-folder.ts'
import { resume, train } from '../../src/workflows/train.ts'
import { smallFilms, writeExperiment } from '../support/films.ts'
import { finishedRun } from '../support/finished-run.ts'
import { startResuming, startTraining } from '../support/trainer.ts'

import type { RunEvent } from '../../src/run/events.ts'

let folder: string
let table: string
let experiment: string
let undisturbed: Awaited<ReturnType<typeof finishedRun>>
/** Prepared data, shared by all runs. */
let cache: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'medley-stopped-'))
  cache = join(folder, 'cache')
  table = await smallFilms(folder)
  experiment = await writeExperiment(table, 'joint', {
    preset: 'fast',
    epochs: 3,
    batch: 16,
    training: { checkpointEvery: 2 },
  })
  const out = join(folder, 'undisturbed')
  await train(experiment, { out, cache })
  undisturbed = await finishedRun(out)
})
afterAll(() => rm(folder, { recursive: true }))

test('a second trainer on a run folder is refused; after a kill the folder is taken over', async () => {
  const out = join(folder, 'shared')
  const locked = { code: 'files.locked', message: expect.stringContaining('process') as string }
  const refusals: Promise<unknown>[] = []
  const first = startTraining(experiment, out, {
    options: { cache },
    onHeard: ({ event }, trainer) => {
      if (event?.type !== 'step' || event.step !== 3) return
      // Stopped, it cannot finish before the others have been refused.
      trainer.kill('SIGSTOP')
      const second = startResuming(out, { options: { cache } })
      refusals.push(
        expect(resume(out, { cache })).rejects.toMatchObject(locked),
        expect(train(experiment, { out, cache })).rejects.toMatchObject(locked),
        second.ended.then((ended) => {
          expect(ended).toMatchObject({ exitCode: 1, error: { code: 'files.locked' } })
        }),
      )
      void Promise.allSettled(refusals).then(() => {
        trainer.kill('SIGKILL')
      })
    },
  })
  expect((await first.ended).exitCode).toBe(null)
  expect(refusals).toHaveLength(3)
  await Promise.all(refusals)
  await resume(out, { cache })
  expect(await finishedRun(out)).toEqual(undisturbed)
})

/** Without schedule or patience, so that nothing but the loss stops it. */
const exploding = (preset: 'fast' | 'article', epochs: number): Promise<string> =>
  writeExperiment(table, `exploding-${preset}`, {
    preset,
    // The smallest that the article's network can take.
    imageSize: { width: 46, height: 46 },
    epochs,
    batch: 16,
    learningRate: 1e6,
    training: { checkpointEvery: 1, patience: epochs, schedule: { kind: 'constant' } },
  })

test('a loss that explodes stops training, and the last good checkpoint stays', async () => {
  const out = join(folder, 'exploding')
  await expect(train(await exploding('article', 20), { out })).rejects.toMatchObject({
    code: 'training.loss-not-finite',
    exit: 1,
    message: expect.stringMatching(/NaN at step 2 \(stage joint, epoch 1, rows \d+, \d+/) as string,
  })
  expect(await loadCheckpoint(runPaths(out).checkpoints)).toMatchObject({ step: 1, notes: [] })
})

test('a loss that is absurd but finite is warned of', async () => {
  const warnings: unknown[] = []
  const onEvent = (event: RunEvent): void => {
    if (event.type === 'warning') warnings.push(event.message)
  }
  await train(await exploding('fast', 1), { out: join(folder, 'absurd'), onEvent })
  expect(warnings[0]).toContain('training diverges')
})

const mounted = (): string | undefined => {
  const place = join(folder, 'small-disk')
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', place], { stdio: 'ignore' })
    return place
  } catch {
    return undefined
  }
}

test('a full disk stops training with a clear error; with space again the run goes on', async (context) => {
  await mkdir(join(folder, 'small-disk'))
  const disk = mounted()
  if (disk === undefined) {
    context.skip()
    return
  }
  try {
    const out = join(disk, 'run')
    const ballast = join(disk, 'ballast')
    const fill = ({ type, step }: RunEvent): void => {
      if (type !== 'checkpoint' || step !== 6) return
      const { bavail, bsize } = statfsSync(disk)
      writeFileSync(ballast, new Uint8Array((bavail - 1) * bsize))
    }
    await expect(train(experiment, { out, cache, onEvent: fill })).rejects.toMatchObject({
      code: 'files.no-space',
      message: expect.stringMatching(/disk full: need .* free .*step-6\.safetensors/) as string,
    })
    const saved = await loadCheckpoint(runPaths(out).checkpoints)
    expect(saved).toMatchObject({ step: 5, notes: [] })
    rmSync(ballast)
    await resume(out, { cache })
    expect(await finishedRun(out)).toEqual(undisturbed)
  } finally {
    execFileSync('umount', [disk])
  }
})
