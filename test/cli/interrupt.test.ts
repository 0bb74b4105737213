// Ctrl-C, SIGTERM and a second Ctrl-C during training: what is saved, what is said, and that the run goes on.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeAll, expect, test } from 'vitest'

import { jsonOf, medley } from '../support/medley.ts'

import type { Ended } from '../support/medley.ts'

const cwd = mkdtempSync(join(tmpdir(), 'medley-cli-signals-'))
const small = ['--image-size', '16x24', '--threads', '1', '--batch', '8']

/** Trains, and sends signals as soon as stderr has said the words. */
const interrupt = (
  args: readonly string[],
  signals: readonly (readonly [words: string, signal: NodeJS.Signals])[],
): Promise<Ended> => {
  let next = 0
  return medley(['train', ...args, '--json'], {
    cwd,
    onStderr: (child, soFar) => {
      const waiting = signals[next]
      if (waiting === undefined || !soFar.includes(waiting[0])) return
      next++
      child.kill(waiting[1])
    },
  })
}

beforeAll(async () => {
  await medley(['sample-data', 'films', 'films', '--rows', '60', '--poster-width', '32'], { cwd })
})
afterAll(() => {
  rmSync(cwd, { recursive: true, force: true })
})

const LONG = ['--epochs', '3', '--patience', '3']

test(
  'Ctrl-C saves and ends with 130; the run goes on to the same bits',
  { timeout: 120_000 },
  async () => {
    const args = ['films/films.csv', ...small, ...LONG]
    const stopped = await interrupt([...args, '--out', 'run'], [['Epoch 2/', 'SIGINT']])
    expect(stopped.code).toBe(130)
    expect(stopped.stderr).toContain('Stopping')
    expect(stopped.stderr).toContain('medley train --resume run')
    expect(jsonOf(stopped)).toMatchObject({ error: { code: 'training.interrupted' } })
    expect(existsSync(join(cwd, 'run', 'model.onnx'))).toBe(false)

    const resumed = await medley(['train', '--resume', 'run'], { cwd })
    expect(resumed.code).toBe(0)
    expect(resumed.stderr).toContain('Continuing after step')
    const whole = await medley(['train', ...args, '--out', 'whole'], { cwd })
    expect(whole.code).toBe(0)
    const model = (run: string): Buffer => readFileSync(join(cwd, run, 'model.onnx'))
    expect(model('run').equals(model('whole'))).toBe(true)
  },
)

test('SIGTERM ends with 143', async () => {
  const args = ['films/films.csv', ...small, '--epochs', '500', '--patience', '500']
  const stopped = await interrupt([...args, '--out', 'term'], [['Epoch 1/', 'SIGTERM']])
  expect(stopped.code).toBe(143)
  expect(readdirSync(join(cwd, 'term', 'checkpoints'))).toContain('checkpoints.json')
})

test('before training nothing is left behind', async () => {
  const args = ['films/films.csv', ...small, '--image-size', '20x30', '--out', 'early']
  const stopped = await interrupt(args, [['is the image', 'SIGINT']])
  expect(stopped.code).toBe(130)
  expect(existsSync(join(cwd, 'early', 'model.onnx'))).toBe(false)
  // Small pictures are quick: the signal may come when training has begun, and then it is saved.
  const { error } = jsonOf(stopped) as { error: { code: string } }
  expect(existsSync(join(cwd, 'early'))).toBe(error.code === 'training.interrupted')
})

test('a second signal is left to the system, and the last checkpoint stays whole', async () => {
  const args = ['films/films.csv', ...small, '--epochs', '500', '--patience', '500']
  const killed = await interrupt(
    [...args, '--out', 'killed'],
    [
      ['Epoch 1/', 'SIGTERM'],
      ['Stopping', 'SIGTERM'],
    ],
  )
  // The first may have been fast enough.
  expect(killed.signal ?? killed.code).toBe(killed.signal === null ? 143 : 'SIGTERM')
})
