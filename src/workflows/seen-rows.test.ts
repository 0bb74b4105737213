// Rows known by their content, in tables where little else tells them apart.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { DuckDBInstance } from '@duckdb/node-api'
import { afterAll, expect, test } from 'vitest'

import { readTable } from '../data/table/table.ts'
import { seenBy } from './seen-rows.ts'

import type { Experiment } from '../experiment/schema.ts'

const folder = mkdtempSync(join(tmpdir(), 'medley-seen-'))
afterAll(() => {
  rmSync(folder, { recursive: true })
})

const pictures = async (name: string, last: readonly string[]): Promise<string> => {
  const file = join(folder, name)
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  const rows = last.map((byte) => `(unhex('FFD8FF${byte}'), 'red')`).join(',')
  await connection.run(
    `copy (select * from (values ${rows}) t(poster, colour)) to '${file}' (format parquet)`,
  )
  connection.closeSync()
  instance.closeSync()
  return file
}

const csv = (name: string, lines: readonly string[]): string => {
  const file = join(folder, name)
  writeFileSync(file, [...lines, ''].join('\n'))
  return file
}

/** Whether each row of a table was seen by a run of other rows, of which all but the last were learned. */
const seen = async (
  [learned, other]: readonly [string, string],
  inputs: Readonly<Record<string, unknown>>,
): Promise<readonly boolean[] | undefined> => {
  const [own, table] = [await readTable(learned), await readTable(other)]
  try {
    const rows = Int32Array.from({ length: own.rowCount - 1 }, (_, row) => row)
    const isSeen = await seenBy(table, {
      experiment: { inputs } as unknown as Experiment,
      table: own,
      prepared: {
        split: {
          train: rows.subarray(1),
          validation: rows.subarray(0, 1),
          test: new Int32Array(0),
        },
      },
    })
    return isSeen && Array.from({ length: table.rowCount }, (_, row) => isSeen(row))
  } finally {
    await own.close()
    await table.close()
  }
}

const table = { kind: 'table', fields: [{ column: 'colour' }] }
const image = { kind: 'image', column: 'poster' }

test('pictures of the same length are different rows', async () => {
  const learned = await pictures('learned.parquet', ['01', '02', '03'])
  const other = await pictures('other.parquet', ['04', '02', '03'])
  expect(await seen([learned, other], { image, table })).toEqual([false, true, false])
})

test('a few categories tell no rows apart, and many numbers do', async () => {
  const colours = ['red', 'green', 'blue', 'red', 'green', 'blue', 'red']
  const few = csv('few.csv', ['colour,x', ...colours.map((colour) => `${colour},1`)])
  const more = csv('more.csv', ['colour,x', 'red,2', 'green,2'])
  expect(await seen([few, more], { table })).toBe(undefined)
  const many = csv('many.csv', ['colour,x', ...colours.map((_, row) => `${row}.5,1`)])
  const own = csv('own.csv', ['colour,x', '3.5,2', '9.5,2', '6.5,2'])
  expect(await seen([many, own], { table })).toEqual([true, false, false])
})

test('a text names a row, however common its other cells', async () => {
  const text = { kind: 'text', column: 'plot' }
  const plots = ['a fox and a hen', 'the sea at night alone', 'two friends on one bus']
  const learned = csv('plots.csv', ['plot,colour', ...plots.map((plot) => `${plot},red`)])
  const other = csv('others.csv', ['plot,colour', `${plots[1]!.toUpperCase()},blue`, 'new,red'])
  expect(await seen([learned, other], { text, table })).toEqual([true, false])
})
