import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, expect, test } from 'vitest'

import { acquireLock } from '../../files/lock.ts'
import { start, translateRooms } from '../../files/testing/program.ts'
import { buildStore, type StoreWriter } from './build.ts'
import { openStore } from './open.ts'
import type { StorePlan } from './layout.ts'

const root = mkdtempSync(join(tmpdir(), 'medley-store-'))
afterAll(() => {
  rmSync(root, { recursive: true })
})
let folders = 0
const newFolder = (): string => join(root, `store-${folders++}`)

const ROWS = 23
const plan: StorePlan = {
  rows: ROWS,
  fields: [
    { name: 'poster', type: 'uint8', shape: [3, 2, 3] },
    { name: 'overview', type: 'int32', shape: [5] },
    { name: 'year', type: 'float32', shape: [] },
    { name: 'poster_present', type: 'bool', shape: [] },
  ],
  fingerprint: 'first',
  metadata: { decoder: 'test' },
}
/** 43 bytes a row, so 4 rows a shard: 6 shards, the last one with 3 rows. */
const small = { shardBytes: 200 }

const poster = (row: number): number[] => Array.from({ length: 18 }, (_, i) => (row * 7 + i) % 256)
const overview = (row: number): number[] => Array.from({ length: 5 }, (_, i) => row * 1000 - i)
const rowsOf = <Value>(from: number, to: number, value: (row: number) => Value): Value[] =>
  Array.from({ length: to - from }, (_, index) => value(from + index))

/** Writes in pieces that cut across shards, and the fields one after the other. */
const writeAll = async (writer: StoreWriter): Promise<void> => {
  for (let from = 0; from < ROWS; from += 5) {
    const to = Math.min(ROWS, from + 5)
    await writer.writeRows('poster', from, Uint8Array.from(rowsOf(from, to, poster).flat()))
  }
  // Backwards: order is free.
  await writer.writeRows('overview', 9, Int32Array.from(rowsOf(9, ROWS, overview).flat()))
  await writer.writeRows('overview', 0, Int32Array.from(rowsOf(0, 9, overview).flat()))
  await writer.writeRows('year', 0, Float32Array.from(rowsOf(0, ROWS, (row) => row / 2)))
  await writer.writeRows('poster_present', 0, Uint8Array.from(rowsOf(0, ROWS, (row) => row % 2)))
}

const never = (): Promise<void> => Promise.reject(new TypeError('must not be called'))

test.each([small, {}])('rows come back in any order, %j', async (options) => {
  const folder = newFolder()
  const store = await buildStore(folder, plan, writeAll, options)
  expect(store).toMatchObject({ rows: ROWS, fields: plan.fields, metadata: { decoder: 'test' } })
  const wanted = [22, 0, 3, 4, 4, 19, 7, 8]
  expect(await store.read('poster', wanted)).toEqual({
    type: 'uint8',
    shape: [8, 3, 2, 3],
    data: Uint8Array.from(wanted.flatMap(poster)),
  })
  expect(await store.read('overview', Int32Array.from(wanted))).toEqual({
    type: 'int32',
    shape: [8, 5],
    data: Int32Array.from(wanted.flatMap(overview)),
  })
  expect((await store.read('year', [5, 1])).data).toEqual(Float32Array.of(2.5, 0.5))
  expect(await store.read('poster_present', [5, 20])).toEqual({
    type: 'bool',
    shape: [2],
    data: Uint8Array.of(1, 0),
  })
  expect((await store.read('poster', [])).shape).toEqual([0, 3, 2, 3])
  await expect(store.read('poster', [ROWS])).rejects.toThrow(RangeError)
  await expect(store.read('plot', [0])).rejects.toThrow(RangeError)
  await store.close()
  expect(readdirSync(folder).filter((name) => name.startsWith('shard-'))).toHaveLength(
    options === small ? 6 : 1,
  )
})

test('a finished store is opened, not made again; another fingerprint replaces it', async () => {
  const folder = newFolder()
  expect(await openStore(folder)).toBeUndefined()
  await (await buildStore(folder, plan, writeAll, small)).close()
  await (await buildStore(folder, plan, never)).close()
  expect(await openStore(folder, 'second')).toBeUndefined()
  const second = await buildStore(folder, { ...plan, fingerprint: 'second' }, writeAll)
  expect(second.fingerprint).toBe('second')
  await second.close()
  expect(await openStore(folder, 'first')).toBeUndefined()
  // The six small shards of the first one are gone.
  expect(readdirSync(folder).sort()).toEqual(['index.json', 'shard-00000.safetensors'])
})

test('what the writer found is kept with the store', async () => {
  const folder = newFolder()
  const describing = async (writer: StoreWriter): Promise<void> => {
    await writeAll(writer)
    writer.describe({ found: 'nothing bad' })
  }
  await (await buildStore(folder, { ...plan, metadata: { maker: 'test' } }, describing)).close()
  const store = await openStore(folder)
  expect(store?.metadata).toEqual({ maker: 'test', found: 'nothing bad' })
  await store?.close()
})

test('no rows make a store too', async () => {
  const folder = newFolder()
  const store = await buildStore(folder, { ...plan, rows: 0 }, () => Promise.resolve())
  expect((await store.read('overview', [])).shape).toEqual([0, 5])
  await store.close()
})

test('a writer that fails or forgets rows leaves no store and no temporary file', async () => {
  const folder = newFolder()
  const failing = async (writer: StoreWriter): Promise<void> => {
    await writer.writeRows('year', 0, new Float32Array(12))
    throw new TypeError('decoder died')
  }
  await expect(buildStore(folder, plan, failing, small)).rejects.toThrow('decoder died')
  expect(readdirSync(folder)).toEqual([])
  const forgetful = (writer: StoreWriter): Promise<void> =>
    writer.writeRows('year', 0, new Float32Array(ROWS))
  await expect(buildStore(folder, plan, forgetful, small)).rejects.toThrow('never written')
  expect(await openStore(folder)).toBeUndefined()
  await (await buildStore(folder, plan, writeAll, small)).close()
})

test('rows that do not fit the plan are refused', async () => {
  const attempts: ((writer: StoreWriter) => Promise<void>)[] = [
    (writer) => writer.writeRows('plot', 0, new Uint8Array(1)),
    (writer) => writer.writeRows('poster', 0, new Uint8Array(17)),
    (writer) => writer.writeRows('year', 20, new Float32Array(4)),
    (writer) => writer.writeRows('year', -1, new Float32Array(2)),
    (writer) => writer.writeRows('year', 0, new Float64Array(2)),
  ]
  for (const attempt of attempts)
    await expect(buildStore(newFolder(), plan, attempt)).rejects.toThrow(RangeError)
})

test('damaged, incomplete and mixed stores count as absent and are made again', async () => {
  const damages: ((folder: string) => void)[] = [
    (folder) => {
      rmSync(join(folder, 'shard-00003.safetensors'))
    },
    (folder) => {
      truncateSync(join(folder, 'shard-00005.safetensors'), 250)
    },
    (folder) => {
      copyFileSync(join(folder, 'shard-00005.safetensors'), join(folder, 'shard-00000.safetensors'))
    },
    (folder) => {
      truncateSync(join(folder, 'index.json'), 40)
    },
    (folder) => {
      writeFileSync(join(folder, 'index.json'), '{"version":2}')
    },
    (folder) => {
      const path = join(folder, 'index.json')
      writeFileSync(path, readFileSync(path, 'utf8').replace('"first"', '"other"'))
    },
  ]
  for (const damage of damages) {
    const folder = newFolder()
    await (await buildStore(folder, plan, writeAll, small)).close()
    damage(folder)
    expect(await openStore(folder)).toBeUndefined()
    const store = await buildStore(folder, plan, writeAll, small)
    expect((await store.read('overview', [22])).data).toEqual(Int32Array.from(overview(22)))
    await store.close()
  }
})

test('a second preparation is refused, or waits and finds the store', async () => {
  const folder = newFolder()
  mkdirSync(folder)
  const lock = await acquireLock(folder)
  await expect(buildStore(folder, plan, never)).rejects.toMatchObject({
    code: 'store.busy',
    file: folder,
    exit: 1,
  })
  await lock.release()
  const options = { ...small, waitMs: 20_000 }
  let calls = 0
  const counted = async (writer: StoreWriter): Promise<void> => {
    calls++
    await writeAll(writer)
  }
  const stores = await Promise.all([
    buildStore(folder, plan, counted, options),
    buildStore(folder, plan, counted, options),
  ])
  expect(calls).toBe(1)
  await Promise.all(stores.map((store) => store.close()))
})

test('a preparation killed at any moment is no store, and the next one succeeds', async () => {
  const programs = join(root, 'programs')
  mkdirSync(join(programs, 'data'), { recursive: true })
  translateRooms(programs, ['base', 'files', 'data/store'])
  const program = join(programs, 'prepare.js')
  writeFileSync(
    program,
    `import { buildStore } from './data/store/build.js'
const [folder, plan] = process.argv.slice(2)
await buildStore(folder, JSON.parse(plan), async (writer) => {
  for (let row = 0; row < 23; row++) {
    await writer.writeRows('poster', row, new Uint8Array(18))
    await writer.writeRows('overview', row, new Int32Array(5))
    await writer.writeRows('year', row, new Float32Array(1))
    await writer.writeRows('poster_present', row, new Uint8Array(1))
    console.log('row', row, '.')
    await new Promise((resolve) => setTimeout(resolve, row === 22 ? 60_000 : 10))
  }
}, { shardBytes: 200 })
`,
  )
  const folder = newFolder()
  for (const moment of ['row 0 .', 'row 13 .', 'row 22 .']) {
    const { child, ended, printed } = start(process.execPath, [
      program,
      folder,
      JSON.stringify(plan),
    ])
    await printed(moment)
    child.kill('SIGKILL')
    await ended
    expect(await openStore(folder)).toBeUndefined()
  }
  expect(readdirSync(folder).length).toBeGreaterThan(0)
  const store = await buildStore(folder, plan, writeAll, small)
  expect((await store.read('year', [22])).data).toEqual(Float32Array.of(11))
  await store.close()
  // Nothing of the killed ones is left.
  expect(readdirSync(folder)).toHaveLength(7)
})
