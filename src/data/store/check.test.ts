import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import { afterAll, expect, test } from 'vitest'

import { acquireLock } from '../../files/lock.ts'
import { buildStore } from './build.ts'
import { checkStore } from './check.ts'
import { openStore } from './open.ts'

import type { StorePlan } from './layout.ts'

const root = mkdtempSync(join(tmpdir(), 'medley-check-'))
afterAll(() => {
  rmSync(root, { recursive: true })
})

const plan: StorePlan = {
  rows: 10,
  fields: [{ name: 'poster', type: 'uint8', shape: [20] }],
  fingerprint: 'print',
  metadata: { 'bad-rows': '[]' },
}

let folders = 0
const newStore = async (): Promise<string> => {
  const folder = join(root, `store-${folders++}`)
  const store = await buildStore(
    folder,
    plan,
    async (writer) => {
      await writer.writeRows('poster', 0, new Uint8Array(200).fill(7))
      writeFileSync(join(folder, 'pictures.json'), '["a.jpg"]')
    },
    { shardBytes: 100 },
  )
  await store.close()
  return folder
}

const flipBit = (path: string, from: number): void => {
  const bytes = readFileSync(path)
  bytes[bytes.length + from]! ^= 4
  writeFileSync(path, bytes)
}

const SHARD = 'shard-00000.safetensors'

test('a store as it was written', async () => {
  const folder = await newStore()
  expect(await checkStore(folder)).toMatchObject({ state: 'sound', rows: 10, problems: [] })
})

test.each([
  [SHARD, 'has changed since it was written'],
  ['pictures.json', 'has changed since it was written'],
  ['index.json', 'cannot be read'],
])('one bit of %s', async (file, problem) => {
  const folder = await newStore()
  flipBit(join(folder, file), -6)
  expect(await checkStore(folder)).toMatchObject({
    state: 'damaged',
    problems: [{ file, problem }],
  })
})

test('one bit in what the index says about the rows makes it no index', async () => {
  const folder = await newStore()
  const path = join(folder, 'index.json')
  writeFileSync(path, readFileSync(path, 'utf8').replace('"bad-rows": "[]"', '"bad-rows": "[ ]"'))
  expect((await checkStore(folder)).state).toBe('damaged')
  expect(await openStore(folder)).toBeUndefined()
})

test('files that are short or gone', async () => {
  const folder = await newStore()
  truncateSync(join(folder, SHARD), 50)
  rmSync(join(folder, 'shard-00001.safetensors'))
  const { state, problems } = await checkStore(folder)
  expect(state).toBe('damaged')
  expect(problems).toEqual([
    { file: SHARD, problem: expect.stringMatching(/^has 50 bytes instead of \d+$/) as string },
    { file: 'shard-00001.safetensors', problem: 'is not there' },
  ])
})

test('a store without sums is opened, and said to have none', async () => {
  const folder = await newStore()
  const path = join(folder, 'index.json')
  const { files, sum, ...index } = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>
  expect([files, sum]).not.toContain(undefined)
  writeFileSync(path, JSON.stringify(index))
  expect((await checkStore(folder)).state).toBe('unsummed')
})

test('what is being prepared, and what was interrupted', async () => {
  const folder = join(root, 'begun')
  mkdirSync(folder)
  const lock = await acquireLock(folder)
  expect((await checkStore(folder)).state).toBe('in-preparation')
  await lock.release()
  expect((await checkStore(folder)).state).toBe('unfinished')
})

test('a store whose index is hidden for a moment is not called damaged', async () => {
  const folder = await newStore()
  const index = join(folder, 'index.json')
  const hidden = join(folder, '.removed.json')
  let isOver = false
  const hideAndPutBack = async (): Promise<void> => {
    while (!isOver) {
      const lock = await acquireLock(folder).catch(() => undefined)
      if (lock !== undefined) {
        renameSync(index, hidden)
        await sleep(2)
        renameSync(hidden, index)
        await lock.release()
      }
      await sleep(1)
    }
  }
  const hiding = hideAndPutBack()
  const states = new Set<string>()
  for (let check = 0; check < 40; check++) states.add((await checkStore(folder)).state)
  isOver = true
  await hiding
  expect(states).not.toContain('damaged')
  expect(states).toContain('sound')
})
