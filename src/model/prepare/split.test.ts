import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeAll, expect, test } from 'vitest'

import { randomStream } from '../../base/rng.ts'
import { splitRows } from '../../data/split/split.ts'
import { readTable, type Table } from '../../data/table/table.ts'
import { parseTarget, strataOf } from '../../data/target/parse.ts'
import { resolveExperiment } from '../../experiment/resolve.ts'
import { parseExperiment } from '../../experiment/schema.ts'
import { readTarget } from './target.ts'

import type { Split } from '../../data/split/split.ts'
import type { Wishes } from '../../experiment/resolve.ts'

const ROWS = 300
/** Rows 200 to 219 say the same as rows 0 to 19, but for their last word. */
const COPIES = 20

const folder = mkdtempSync(join(tmpdir(), 'medley-split-'))
const file = join(folder, 'films.csv')
const cache = join(folder, 'prepared')
let table: Table

beforeAll(async () => {
  const plotOf = (row: number): string =>
    Array.from(randomStream(1, 'plots').uniform(40, row), (n) => `w${Math.floor(n * 900)}`).join(
      ' ',
    )
  const lines = Array.from({ length: ROWS }, (_, row) => {
    const plot = row >= 200 && row < 200 + COPIES ? `${plotOf(row - 200)} again` : plotOf(row)
    const part = row < 200 ? 'train' : row < 250 ? 'val' : 'test'
    return `${plot},${row % 3 === 0 ? 'Drama|War' : 'War'},${1900 + (row % 100)},f${Math.floor(row / 7)},${part}`
  })
  writeFileSync(file, ['plot,genres,year,series,part', ...lines].join('\n'))
  table = await readTable(file)
})
afterAll(async () => {
  await table.close()
  rmSync(folder, { recursive: true, force: true })
})

const splitWith = async (wishes: Wishes, column?: string) => {
  const roles = {
    images: [],
    texts: ['plot'],
    table: [],
    target: { columns: ['genres'], format: { kind: 'delimited', delimiter: '|' } as const },
    plan: { task: 'multi-label' } as const,
    ...(column !== undefined && { split: column }),
  }
  const experiment = resolveExperiment(file, roles, { seed: 3, ...wishes })
  const hasInput = new Uint8Array(ROWS).fill(1)
  const found = await readTarget(table, experiment, { hasInput, folder, images: [], cache })
  return { ...found, settings: experiment.data.split }
}
const partOf = ({ train, validation, test: tested }: Split): Int8Array => {
  const parts = new Int8Array(ROWS).fill(-1)
  for (const [part, rows] of [train, validation, tested].entries())
    for (const row of rows) parts[row] = part
  return parts
}
const torn = (split: Split): number => {
  const parts = partOf(split)
  return Array.from({ length: COPIES }).filter((_, row) => parts[row] !== parts[200 + row]).length
}
const plainSplit = async (): Promise<Split> => {
  const target = parseTarget([await table.column('genres')], {
    columns: ['genres'],
    task: 'multi-label',
    format: { kind: 'delimited', delimiter: '|' },
  })
  return splitRows(strataOf(target, Int32Array.from(Array(ROWS).keys())), { seed: 3 })
}

test('copies stay on one side, and the report says what that prevents', async () => {
  const plain = await plainSplit()
  expect(torn(plain)).toBeGreaterThan(0)
  const { split, leaks, notes, settings } = await splitWith({})
  expect(settings).toEqual({ fractions: [0.8, 0.1, 0.1], checkDuplicates: true })
  expect(torn(split)).toBe(0)
  expect([split.train.length, split.validation.length, split.test.length]).toEqual([240, 30, 30])
  expect(leaks).toMatchObject({ groups: COPIES, rows: 2 * COPIES, isPrevented: true })
  const parts = partOf(plain)
  const leaked = Array.from({ length: COPIES }, (_, row) => [row, 200 + row]).filter((pair) =>
    [0, 2].every((part) => pair.some((row) => parts[row] === part)),
  )
  expect(leaks!.leaks!.test.leaked).toBe(leaked.length)
  expect(notes[0]).toContain('20 with nearly the same plot')
})

test('what was found is kept, and found again', async () => {
  const first = await splitWith({})
  expect(readdirSync(cache)).toHaveLength(1)
  expect(await splitWith({})).toEqual(first)
  expect(readdirSync(cache)).toHaveLength(1)
  writeFileSync(join(cache, readdirSync(cache)[0]!), 'no JSON')
  expect(await splitWith({})).toEqual(first)
})

test('without the check, and in experiments of before it, the split is the plain one', async () => {
  const plain = await plainSplit()
  const unchecked = await splitWith({ checkDuplicates: false })
  expect(unchecked).toMatchObject({ split: plain, leaks: null, notes: [] })
  const old = parseExperiment({
    ...resolveExperiment(file, {
      images: [],
      texts: ['plot'],
      table: [],
      target: { columns: ['genres'], format: { kind: 'delimited', delimiter: '|' } },
      plan: { task: 'multi-label' },
    }),
    seed: 3,
    data: { table: file, split: { fractions: [0.8, 0.1, 0.1] } },
  })
  expect(old.data.split).toEqual({ fractions: [0.8, 0.1, 0.1] })
  const hasInput = new Uint8Array(ROWS).fill(1)
  expect((await readTarget(table, old, { hasInput, folder, images: [], cache })).split).toEqual(
    plain,
  )
})

test('a given split stays as it is, and its leaks are counted', async () => {
  const { split, leaks, notes } = await splitWith({}, 'part')
  expect([split.train.length, split.validation.length, split.test.length]).toEqual([200, 50, 50])
  expect(leaks).toMatchObject({
    isPrevented: false,
    leaks: { validation: { rows: 50, leaked: COPIES }, test: { rows: 50, leaked: 0 } },
    examples: [{ rows: [1, 201] }, { rows: [2, 202] }, { rows: [3, 203] }],
  })
  expect(notes[0]).toContain('20 of 50 validation rows have a copy in training')
})

test('groups of a column and copies together', async () => {
  const { split, notes } = await splitWith({ group: 'series', splitFractions: [0.6, 0.2, 0.2] })
  const parts = partOf(split)
  for (let row = 0; row < ROWS; row++) expect(parts[row]).toBe(parts[row - (row % 7)])
  expect(torn(split)).toBe(0)
  expect(split.train.length).toBeGreaterThan(160)
  expect(split.train.length).toBeLessThan(200)
  expect(notes[0]).toBe('Rows with the same series stay on one side of the split: 43 groups.')
})

test('by time: the newest years test, ties are kept together, copies only counted', async () => {
  const { split, leaks, notes, settings } = await splitWith({ splitByTime: 'year' }, 'part')
  expect(settings).toMatchObject({ time: 'year' })
  expect([...split.test].every((row) => row % 100 >= 90)).toBe(true)
  expect([...split.train].every((row) => row % 100 < 80)).toBe(true)
  expect(leaks).toMatchObject({ isPrevented: false, leaks: { test: { leaked: 0 } } })
  expect(notes[0]).toBe('Split by year: validation rows from 1980, test rows from 1990 on.')
})

test('folds: every row is a test row once', async () => {
  const tested: number[] = []
  for (let fold = 1; fold <= 4; fold++) {
    const { split } = await splitWith({ fold: { fold, folds: 4 } })
    expect(torn(split)).toBe(0)
    expect(split.validation.length).toBeGreaterThan(70)
    tested.push(...split.test)
  }
  expect(tested.sort((a, b) => a - b)).toEqual([...Array(ROWS).keys()])
})

test('wishes that exclude each other', async () => {
  for (const wishes of [
    { split: 'part', group: 'series' },
    { splitByTime: 'year', fold: { fold: 1, folds: 5 } },
    { splitByTime: 'year', group: 'series' },
    { fold: { fold: 1, folds: 5 }, splitFractions: [0.6, 0.2, 0.2] },
  ] as const)
    await expect(splitWith(wishes)).rejects.toMatchObject({ code: 'split.clash' })
})
