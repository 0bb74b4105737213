import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeAll, expect, test } from 'vitest'

import { openEventLog, readEvents } from './event-log.ts'
import type { RunEvent } from './events.ts'

const clock = { now: () => 1_600_000_000_000, monotonic: () => 0 }

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'medley-log-'))
})
afterAll(() => rm(folder, { recursive: true }))

const withSteps = async (name: string, steps: number): Promise<string> => {
  const path = join(folder, name)
  await rm(path, { force: true })
  const log = openEventLog(path, { clock })
  for (let step = 1; step <= steps; step++) log.append({ type: 'step', step, loss: 1 / step })
  log.close()
  return path
}

const steps = async (path: string): Promise<unknown[]> =>
  (await readEvents(path)).map(({ seq, step }) => [seq, step])

test('events are numbered, dated and read back', async () => {
  const path = join(folder, 'a.jsonl')
  const log = openEventLog(path, { clock })
  const start = log.append({ type: 'run.start', rows: 5 })
  log.append({ type: 'warning', message: 'zwei\nZeilen', loss: NaN, seq: 99 })
  log.flush()
  expect(log.seq).toBe(2)
  log.close()
  expect(start).toEqual({ v: 1, seq: 1, time: '2020-09-13T12:26:40.000Z', type: 'run.start', rows: 5 }) // prettier-ignore
  expect((await readFile(path, 'utf8')).split('\n')).toEqual([
    '{"v":1,"seq":1,"time":"2020-09-13T12:26:40.000Z","type":"run.start","rows":5}',
    '{"v":1,"seq":2,"time":"2020-09-13T12:26:40.000Z","type":"warning","message":"zwei\\nZeilen","loss":null}',
    '',
  ])
  expect(await readEvents(path, { after: 1 })).toMatchObject([{ seq: 2, loss: null }])
})

test('an opened log goes on counting', async () => {
  const path = await withSteps('on.jsonl', 2)
  const log = openEventLog(path, { clock })
  log.append({ type: 'step', step: 3 })
  log.close()
  expect(await steps(path)).toEqual([[1, 1], [2, 2], [3, 3]]) // prettier-ignore
})

test('a resumed log is cut at the checkpoint and goes on from there', async () => {
  for (const after of [0, 1, 3, 5]) {
    const path = await withSteps('cut.jsonl', 5)
    const log = openEventLog(path, { clock, after })
    expect(log.seq).toBe(after)
    log.append({ type: 'step', step: 100 })
    log.close()
    const kept = Array.from({ length: after }, (_, index) => [index + 1, index + 1])
    expect(await steps(path)).toEqual([...kept, [after + 1, 100]])
  }
})

test('wherever a kill cuts the last line, the whole lines before it stay', async () => {
  const path = await withSteps('torn.jsonl', 3)
  const whole = await readFile(path)
  const second = whole.indexOf('\n', whole.indexOf('\n') + 1) + 1
  for (let length = second; length < whole.length; length++) {
    await writeFile(path, whole.subarray(0, length))
    expect(await steps(path)).toEqual([[1, 1], [2, 2]]) // prettier-ignore
    const log = openEventLog(path, { clock })
    expect(log.append({ type: 'step', step: 9 }).seq).toBe(3)
    log.close()
    expect(await steps(path)).toEqual([[1, 1], [2, 2], [3, 9]]) // prettier-ignore
  }
})

test('a damaged line in the middle costs only itself', async () => {
  const path = await withSteps('damaged.jsonl', 1)
  await appendFile(path, '{"v":1,"se\u0000\n{"v":1,"seq":3,"time":"","type":"step","step":3}\n')
  const log = openEventLog(path, { clock })
  expect(log.seq).toBe(3)
  log.close()
  expect(await steps(path)).toEqual([[1, 1], [3, 3]]) // prettier-ignore
})

test('if events before the checkpoint were lost, numbers still go on after it', async () => {
  const path = await withSteps('lost.jsonl', 2)
  const log = openEventLog(path, { clock, after: 7 })
  expect(log.append({ type: 'step', step: 8 }).seq).toBe(8)
  log.close()
})

test('a missing folder is named', async () => {
  const path = join(folder, 'none', 'a.jsonl')
  expect(() => openEventLog(path, { clock })).toThrow('there is no')
  await expect(readEvents(path)).rejects.toMatchObject({ code: 'files.not-found' })
})

test('a type narrows an event to its fields', () => {
  const reason = (event: RunEvent): string =>
    event.type === 'row.bad' ? `${event.row}: ${event.reason}` : event.type
  expect(reason({ type: 'row.bad', row: 3, reason: 'no image' })).toBe('3: no image')
})
