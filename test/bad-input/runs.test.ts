// Bad input that comes while a run is on its way: a second run in its folder, a checkpoint that is cut in half, a disk
// that is full. The run ends complete, and the files it learns from are as they were.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { stat, truncate } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, expect, test } from 'vitest'

import { jsonOf, medley } from '../support/medley.ts'
import { runCommand } from '../support/run-command.ts'
import { films, goodFilms } from './films.ts'
import { contentsOf, expectFinished, expectNothingLost } from './nothing-lost.ts'

import type { ChildProcess } from 'node:child_process'

const root = mkdtempSync(join(tmpdir(), 'medley-bad-runs-'))
afterAll(() => {
  rmSync(root, { recursive: true })
})

/** A folder with a table. */
const newFolder = (): string => {
  const folder = mkdtempSync(join(root, 'run-'))
  films(goodFilms)(folder)
  return folder
}

/** Enough epochs to be disturbed in, few enough to be trained in a few seconds. */
const EPOCHS = 60
const TRAIN = ['train', 'films.csv', '--epochs', String(EPOCHS), '--patience', String(EPOCHS)]

/** Trains in a process of its own, and acts once when the third epoch is done. */
const disturbed = (
  cwd: string,
  args: readonly string[],
  act: (child: ChildProcess) => void,
): ReturnType<typeof medley> => {
  let hasActed = false
  return medley([...args, '--json'], {
    cwd,
    onStderr: (child, soFar) => {
      if (hasActed || !soFar.includes('Epoch 3/')) return
      hasActed = true
      act(child)
    },
  })
}

interface Manifest {
  readonly checkpoints: readonly { readonly file: string; readonly step: number }[]
}

const checkpointsOf = (run: string): Manifest['checkpoints'] =>
  (JSON.parse(readFileSync(join(run, 'checkpoints/checkpoints.json'), 'utf8')) as Manifest)
    .checkpoints

test('two runs into one folder: the second is refused, the first is not disturbed', async () => {
  const folder = newFolder()
  const before = contentsOf(folder)
  const refusals: ReturnType<typeof runCommand>[] = []
  const first = await disturbed(folder, [...TRAIN, '--out', 'run'], (child) => {
    // Stopped, it cannot end before the others have been refused.
    child.kill('SIGSTOP')
    const refuse = async (): Promise<void> => {
      for (const args of [
        [...TRAIN, '--out', 'run'],
        ['train', '--resume', 'run'],
      ]) {
        refusals.push(runCommand(folder, args))
        await refusals.at(-1)
      }
      child.kill('SIGCONT')
    }
    void refuse()
  })
  expect(refusals).toHaveLength(2)
  for (const { exit, json, failure } of await Promise.all(refusals)) {
    expect({ exit, json }).toMatchObject({ exit: 1, json: { error: { code: 'files.locked' } } })
    expect(failure).toMatch(/run is in use by process \d+/)
  }
  expect(first.code).toBe(0)
  expect(jsonOf(first)).toMatchObject({ run: 'run', epochs: EPOCHS })
  await expectNothingLost(folder, { before, leaves: ['run'] })
})

test('a checkpoint cut in half: the one before is taken, and it says so', async () => {
  const folder = newFolder()
  const before = contentsOf(folder)
  const args = [...TRAIN, '--out', 'run']
  const stopped = await disturbed(folder, args, (child) => child.kill('SIGINT'))
  expect(stopped.code).toBe(130)
  expect(jsonOf(stopped)).toMatchObject({ error: { code: 'training.interrupted' } })
  const run = join(folder, 'run')
  const [newest, previous] = checkpointsOf(run)
  const path = join(run, 'checkpoints', newest!.file)
  await truncate(path, Math.floor((await stat(path)).size / 2))

  const resumed = await runCommand(folder, ['train', '--resume', 'run'])
  expect(resumed).toMatchObject({ exit: 0, failure: '', json: { epochs: EPOCHS } })
  expect(resumed.told).toContain(newest!.file)
  expect(resumed.told).toContain(`going on from the checkpoint of step ${previous!.step}`)
  await expectNothingLost(folder, { before, leaves: ['run'] })
})

test('all checkpoints cut in half: a clear error, and the folder stays as it is', async () => {
  const folder = newFolder()
  const args = [...TRAIN, '--out', 'run']
  await disturbed(folder, args, (child) => child.kill('SIGINT'))
  const run = join(folder, 'run')
  for (const { file } of checkpointsOf(run)) await truncate(join(run, 'checkpoints', file), 1000)
  const before = contentsOf(folder)
  const { exit, json, failure } = await runCommand(folder, ['train', '--resume', 'run'])
  expect({ exit, json }).toMatchObject({
    exit: 1,
    json: { error: { code: 'run.checkpoint-corrupt' } },
  })
  expect(failure.trim().split('\n')).toHaveLength(2)
  expect(contentsOf(folder)).toEqual(before)
})

const DISK_BYTES = 4e6

/** Takes all the space there is: the last write fails. */
const fill = (path: string): void => {
  try {
    writeFileSync(path, new Uint8Array(DISK_BYTES))
  } catch {
    // Now the disk is full.
  }
}

/** A disk in memory; false where it cannot be mounted. */
const smallDisk = (place: string, options: string): boolean => {
  mkdirSync(place)
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', place], {
      stdio: 'ignore',
    })
    return true
  } catch {
    return false
  }
}

test('a full disk during training: a clear error; with space again the run is finished', async (context) => {
  const folder = newFolder()
  const disk = join(folder, 'disk')
  if (!smallDisk(disk, `size=${DISK_BYTES}`)) {
    context.skip()
    return
  }
  try {
    const before = contentsOf(folder)
    const ballast = join(disk, 'ballast')
    const ended = await disturbed(folder, [...TRAIN, '--out', 'disk/run'], () => {
      fill(ballast)
    })
    expect(ended.code).toBe(1)
    expect(jsonOf(ended)).toMatchObject({ error: { code: 'files.no-space' } })
    expect(ended.stderr).toMatch(/error: disk full: need .* free .*\n {2}-> [^\n]+\n$/)
    const left = Object.keys(contentsOf(join(disk, 'run')))
    expect(left.filter((name) => /\.tmp$|model\.onnx|\.medley/.test(name))).toEqual([])

    rmSync(ballast)
    const resumed = await runCommand(folder, ['train', '--resume', 'disk/run'])
    expect(resumed).toMatchObject({ exit: 0, failure: '', json: { epochs: EPOCHS } })
    await expectFinished(join(disk, 'run'))
    expect(contentsOf(folder)).toMatchObject(before)
  } finally {
    execFileSync('umount', [disk])
  }
})

const ontoDisk = {
  train: [...TRAIN, '--out', 'disk/run'],
  prepare: ['prepare', 'films.csv', '--out', 'disk/prepared'],
  predict: ['predict', 'run', 'films.csv', '--out', 'disk/predictions.csv'],
} as const

test.for(Object.entries(ontoDisk))(
  'a disk that is full from the start: %s',
  async ([command, args], context) => {
    const folder = newFolder()
    if (command === 'predict')
      await runCommand(folder, ['train', 'films.csv', '--epochs', '1', '--out', 'run'])
    const disk = join(folder, 'disk')
    if (!smallDisk(disk, 'size=4096')) {
      context.skip()
      return
    }
    try {
      writeFileSync(join(disk, 'mine'), 'mine')
      const { exit, json } = await runCommand(folder, args)
      expect({ exit, json }).toMatchObject({
        exit: 1,
        json: { error: { code: 'files.no-space' } },
      })
      const left = contentsOf(disk)
      expect(Object.keys(left).filter((name) => left[name] !== 'folder')).toEqual(['mine'])
      expect(existsSync(join(disk, 'run'))).toBe(false)
    } finally {
      execFileSync('umount', [disk])
    }
  },
)

test.for(Object.entries(ontoDisk).filter(([command]) => command !== 'predict'))(
  'a disk that cannot be written: %s',
  async ([, args], context) => {
    const folder = newFolder()
    const disk = join(folder, 'disk')
    if (!smallDisk(disk, 'ro')) {
      context.skip()
      return
    }
    try {
      const { exit, json } = await runCommand(folder, args)
      expect({ exit, json }).toMatchObject({
        exit: 1,
        json: { error: { code: 'files.read-only' } },
      })
    } finally {
      execFileSync('umount', [disk])
    }
  },
)
