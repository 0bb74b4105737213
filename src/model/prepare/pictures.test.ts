import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import sharp from 'sharp'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { plan } from '../../workflows/plan.ts'
import { prepare } from '../prepare.ts'

import type { PlanOptions } from '../../workflows/plan.ts'

const folder = mkdtempSync(join(tmpdir(), 'medley-pictures-'))
afterAll(() => {
  rmSync(folder, { recursive: true })
})

const ROWS = 40
/** Seconds since 1970. */
const LONG_AGO = 1_000_000_000
const poster = (row: number): string => join(folder, `${row}.png`)

/** A picture of one grey; all such files have the same size in bytes. */
const draw = async (row: number, grey: number): Promise<void> => {
  const create = {
    width: 8,
    height: 8,
    channels: 3,
    background: { r: grey, g: grey, b: grey },
  } as const
  writeFileSync(poster(row), await sharp({ create }).png({ compressionLevel: 0 }).toBuffer())
}

beforeAll(async () => {
  for (let row = 0; row < ROWS; row++) await draw(row, row)
  const lines = Array.from({ length: ROWS }, (_, row) => `${row}.png,${row % 2 ? 'a|b' : 'b|c'}`)
  writeFileSync(join(folder, 'table.csv'), ['poster,tags', ...lines, ''].join('\n'))
})

interface Wanted extends PlanOptions {
  readonly cache?: string
  readonly storeLimitBytes?: number
  readonly file?: string
}

interface Greys {
  /** Of every picture, row by row. */
  readonly greys: number[]
  readonly notes: readonly string[]
}

const prepared = async ({
  cache = join(folder, 'cache'),
  storeLimitBytes,
  file = 'table.csv',
  ...wishes
}: Wanted = {}): Promise<Greys> => {
  const planned = await plan(join(folder, file), { seed: 1, threads: 1, ...wishes })
  const { table, experiment } = planned
  const found = await prepare(table, experiment, { cache, storeLimitBytes, folder })
  try {
    const rows = Array.from({ length: ROWS }, (_, row) => row)
    const { data, shape } = await found.store.read('poster', rows)
    const count = shape.length > 4 ? ROWS * shape[1]! : ROWS
    const size = data.length / count
    const greys = Array.from({ length: count }, (_, place) => Number(data[place * size]))
    return { greys, notes: found.report.notes }
  } finally {
    await found.store.close()
    await table.close()
  }
}

test('only changed pictures are decoded again', async () => {
  utimesSync(poster(5), LONG_AGO, LONG_AGO)
  const first = await prepared()
  expect(first.greys).toEqual(Array.from({ length: ROWS }, (_, row) => row))
  expect(first.notes.join()).not.toContain('taken over')

  await draw(3, 200)
  // What looks unchanged is not read at all: this file has the size and the time of the old one.
  await draw(5, 100)
  utimesSync(poster(5), LONG_AGO, LONG_AGO)
  const changed = await prepared()
  expect(changed.greys).toEqual(first.greys.map((grey, row) => (row === 3 ? 200 : grey)))
  expect(changed.notes).toContain(`${ROWS - 1} pictures were prepared before and are taken over.`)
})

test('other settings of other inputs keep the pictures, other sizes do not', async () => {
  const seed = await prepared({ seed: 2 })
  expect(seed.notes).toContain(`${ROWS} pictures were prepared before and are taken over.`)
  const size = await prepared({ imageSize: { width: 16, height: 16 } })
  expect(size.greys[5]).toBe(100)
  expect(size.notes.join()).not.toContain('taken over')
})

/** Beside stores a cache holds lists of copies. */
const isStore = (cache: string, name: string): boolean =>
  existsSync(join(cache, name, 'index.json'))

test('rows of several pictures and of one lend each other pixels', async () => {
  const lines = Array.from({ length: ROWS }, (_, row) => {
    const second = `${(row + 1) % ROWS}.png`
    return `${row}.png|${row === 8 ? 'gone.png' : second},${row % 2 ? 'a|b' : 'b|c'}`
  })
  writeFileSync(join(folder, 'pairs.csv'), ['poster,tags', ...lines, ''].join('\n'))
  const cache = join(folder, 'pairs')
  const wishes = { cache, file: 'pairs.csv', imageSize: { width: 12, height: 12 } }
  const pairs = { ...wishes, pictures: { pool: 'mean' } } as const
  const grey = (row: number): number => ({ 3: 200, 5: 100 })[row] ?? row

  const first = await prepared(wishes)
  const { greys, notes } = await prepared({ ...pairs, seed: 2 })
  const expected = first.greys.flatMap((own, row) => [own, row === 8 ? 0 : grey((row + 1) % ROWS)])
  expect(greys).toEqual(expected)
  // Every picture is the first of some row.
  expect(notes).toContain(`${2 * ROWS - 1} pictures were prepared before and are taken over.`)

  // Back: from second places, where the first ones have gone.
  const [store] = readdirSync(cache).filter((name) => isStore(cache, name))
  rmSync(join(cache, store!), { recursive: true })
  const again = await prepared({ ...pairs, seed: 3 })
  expect(again.greys).toEqual(expected)
  const back = await prepared({ ...wishes, seed: 4 })
  expect(back.greys).toEqual(first.greys)
  expect(back.notes).toContain(`${ROWS} pictures were prepared before and are taken over.`)
})

test('pictures beyond those that count are said', async () => {
  const lines = Array.from({ length: ROWS }, (_, row) => {
    const count = row < 4 ? 3 : 2
    const names = Array.from({ length: count }, (__, slot) => `${(row + slot) % ROWS}.png`)
    return `"${JSON.stringify(names).replaceAll('"', '""')}",${row % 2 ? 'a|b' : 'b|c'}`
  })
  writeFileSync(join(folder, 'many.csv'), ['poster,tags', ...lines, ''].join('\n'))
  const pictures = { pool: 'mean', most: 2 } as const
  const { notes, greys } = await prepared({ file: 'many.csv', pictures })
  expect(greys).toHaveLength(2 * ROWS)
  expect(notes).toContain('poster: 4 rows have more than 2 pictures, of which the first 2 count.')
})

test('a damaged list of pictures costs time and nothing else', async () => {
  const cache = join(folder, 'cache')
  for (const name of readdirSync(cache)) {
    const file = join(cache, name, 'pictures.json')
    if (existsSync(file))
      writeFileSync(file, readFileSync(file, 'utf8').replace('"rows": [', '"rows": [ 999999,'))
  }
  const after = await prepared({ seed: 3 })
  // As the files are now.
  const drawn: Readonly<Record<number, number>> = { 3: 200, 5: 100 }
  expect(after.greys).toEqual(Array.from({ length: ROWS }, (_, row) => drawn[row] ?? row))
  expect(after.notes.join()).not.toContain('taken over')
})

test('a store that lends its pixels is not used by that', async () => {
  const cache = join(folder, 'limited')
  const names: string[] = []
  for (const seed of [1, 2, 3]) {
    await prepared({ cache, seed })
    const name = readdirSync(cache).find((one) => isStore(cache, one) && !names.includes(one))!
    names.push(name)
    utimesSync(join(cache, name, 'index.json'), LONG_AGO + seed, LONG_AGO + seed)
  }
  // The oldest is asked for once more.
  await prepared({ cache, seed: 1 })
  const bytes = readdirSync(join(cache, names[0]!))
    .map((name) => readFileSync(join(cache, names[0]!, name)).length)
    .reduce((sum, size) => sum + size)
  const { notes } = await prepared({ cache, seed: 4, storeLimitBytes: Math.round(bytes * 3.5) })
  expect(notes).toContain(`${ROWS} pictures were prepared before and are taken over.`)
  expect(notes.join()).toContain('1 prepared stores that were not used for longest')
  expect(readdirSync(cache)).not.toContain(names[1])
  expect(readdirSync(cache)).toEqual(expect.arrayContaining([names[0], names[2]]))
})

test('an old store that cannot be removed ends no preparation', async () => {
  const cache = join(folder, 'stuck')
  await prepared({ cache, seed: 1 })
  const [first] = readdirSync(cache).filter((name) => isStore(cache, name))
  // Reading this mark fails.
  mkdirSync(join(cache, first!, '.in-use-00'))
  const { notes } = await prepared({ cache, seed: 2, storeLimitBytes: 1 })
  expect(notes.join('\n')).toContain(
    `A prepared store could not be removed: ${join(cache, first!)}`,
  )
})
