// Stores that come and go, also under the eyes of other processes.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeAll, expect, test } from 'vitest'

import { acquireLock } from '../../files/lock.ts'
import { start, translateRooms } from '../../files/testing/program.ts'
import { buildStore } from './build.ts'
import { checkStore } from './check.ts'
import { limitStores } from './limit.ts'
import { openStore } from './open.ts'

import type { StorePlan } from './layout.ts'

const root = mkdtempSync(join(tmpdir(), 'medley-limit-'))
const programs = join(root, 'programs')
const reader = join(programs, 'read.js')
const builder = join(programs, 'build.js')

beforeAll(() => {
  mkdirSync(join(programs, 'data'), { recursive: true })
  translateRooms(programs, ['base', 'files', 'data/store'])
  writeFileSync(
    reader,
    `import { openStore } from './data/store/open.js'
const store = await openStore(process.argv[2])
console.log('rows', store.rows, '.')
setInterval(() => undefined, 1000)
`,
  )
  writeFileSync(
    builder,
    `import { buildStore } from './data/store/build.js'
const [folder, plan] = process.argv.slice(2)
let calls = 0
const store = await buildStore(folder, JSON.parse(plan), async (writer) => {
  calls += 1
  for (let row = 0; row < 10; row++) {
    await writer.writeRows('poster', row, new Uint8Array(1000).fill(row))
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}, { waitMs: 30_000 })
const { data } = await store.read('poster', [9])
console.log(JSON.stringify({ calls, last: data[0] }))
await store.close()
`,
  )
})
afterAll(() => {
  rmSync(root, { recursive: true })
})

const plan: StorePlan = {
  rows: 10,
  fields: [{ name: 'poster', type: 'uint8', shape: [1000] }],
  fingerprint: 'print',
  metadata: {},
}

let caches = 0
const newCache = (): string => join(root, `cache-${caches++}`)
const place = (cache: string, number: number): string =>
  join(cache, String(number).padStart(16, '0'))

/** Makes a store of 10 kB that was last used at some second. */
const addStore = async (cache: string, number: number, usedSeconds: number): Promise<string> => {
  const folder = place(cache, number)
  const store = await buildStore(folder, plan, (writer) =>
    writer.writeRows('poster', 0, new Uint8Array(10_000)),
  )
  await store.close()
  utimesSync(join(folder, 'index.json'), usedSeconds, usedSeconds)
  return folder
}

const left = (cache: string): number[] => readdirSync(cache).sort().map(Number)
/** Two stores fit, three do not. */
const limitBytes = 25_000

test('what was not used for longest goes first', async () => {
  const cache = newCache()
  await addStore(cache, 1, 3000)
  await addStore(cache, 2, 1000)
  await addStore(cache, 3, 2000)
  const other = join(cache, 'pictures')
  mkdirSync(other)
  const { removed, bytes, removedBytes } = await limitStores(cache, { limitBytes, keep: '' })
  expect(removed).toEqual([place(cache, 2)])
  expect(removedBytes).toBeGreaterThan(10_000)
  expect(bytes).toBeLessThan(limitBytes)
  expect(existsSync(other)).toBe(true)
  rmSync(other, { recursive: true })
  expect(left(cache)).toEqual([1, 3])
  expect((await limitStores(cache, { limitBytes, keep: '' })).removed).toEqual([])
  await (await openStore(place(cache, 1)))?.close()
})

test('opening a store counts as using it, checking it does not', async () => {
  const cache = newCache()
  for (const number of [1, 2, 3]) await addStore(cache, number, 1000 * number)
  await (await openStore(place(cache, 1)))!.close()
  expect((await checkStore(place(cache, 2))).state).toBe('sound')
  expect((await limitStores(cache, { limitBytes, keep: '' })).removed).toEqual([place(cache, 2)])
})

test('never the store that was asked for, nor one that is read or made', async () => {
  const cache = newCache()
  for (const number of [1, 2, 3]) await addStore(cache, number, 1000 * number)
  const making = place(cache, 4)
  mkdirSync(making)
  writeFileSync(join(making, 'shard'), new Uint8Array(1000))
  const lock = await acquireLock(making)
  const read = (await openStore(place(cache, 1)))!
  const { removed, bytes } = await limitStores(cache, { limitBytes: 1, keep: place(cache, 2) })
  expect(removed).toEqual([place(cache, 3)])
  expect(bytes).toBeGreaterThan(20_000)
  expect(left(cache)).toEqual([1, 2, 4])
  expect((await read.read('poster', [0])).shape).toEqual([1, 1000])
  await read.close()
  await lock.release()
})

test('another process that reads a store keeps it, until it ends in whatever way', async () => {
  const cache = newCache()
  const folder = await addStore(cache, 1, 1000)
  const { child, ended, printed } = start(process.execPath, [reader, folder])
  await printed('rows 10 .')
  expect((await limitStores(cache, { limitBytes: 1, keep: '' })).removed).toEqual([])
  expect(await openStore(folder).then((store) => store?.close())).toBeUndefined()
  expect(existsSync(join(folder, 'index.json'))).toBe(true)
  child.kill('SIGKILL')
  await ended
  expect((await limitStores(cache, { limitBytes: 1, keep: '' })).removed).toEqual([folder])
  expect(left(cache)).toEqual([])
})

test('two processes that prepare the same store: one makes it, both have it', async () => {
  const folder = place(newCache(), 1)
  const both = [1, 2].map(() => start(process.execPath, [builder, folder, JSON.stringify(plan)]))
  const outputs = await Promise.all(both.map(async ({ ended }) => (await ended).output))
  const results = outputs.map((output) => JSON.parse(output) as { calls: number; last: number })
  expect(results.map(({ calls }) => calls).sort()).toEqual([0, 1])
  expect(results.map(({ last }) => last)).toEqual([9, 9])
})

test('a store that cannot be removed stays whole, and the next one goes', async () => {
  const cache = newCache()
  for (const number of [1, 2, 3]) await addStore(cache, number, 1000 * number)
  // Reading this mark fails.
  mkdirSync(join(place(cache, 1), '.in-use-00'))
  const { removed, failures } = await limitStores(cache, { limitBytes: 30_000, keep: '' })
  expect(removed).toEqual([place(cache, 2)])
  expect(failures).toEqual([expect.stringContaining(place(cache, 1))])
  expect((await checkStore(place(cache, 1))).state).toBe('sound')
})

test('a mark of another machine holds for a week', async () => {
  const cache = newCache()
  const folder = await addStore(cache, 1, 1000)
  const mark = join(folder, '.in-use-00')
  const owner = { pid: process.pid, host: 'some-container', token: '00' }
  writeFileSync(mark, JSON.stringify(owner))
  const days = (count: number): number => Date.now() / 1000 - count * 86_400
  utimesSync(mark, days(6), days(6))
  expect((await limitStores(cache, { limitBytes: 1, keep: '' })).removed).toEqual([])
  utimesSync(mark, days(8), days(8))
  expect((await limitStores(cache, { limitBytes: 1, keep: '' })).removed).toEqual([folder])
})
