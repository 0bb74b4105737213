import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeAll, expect, test } from 'vitest'

import { readTable } from './table.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'medley-test-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const blanks = [
  '',
  ' ',
  '\t',
  '\u00a0\u3000',
  '\ufeff \ufeff',
  '\u0085',
  '\u200b',
  ' x',
  '\u00a0x ',
]

test('blank cells are those that JavaScript trims to nothing', async () => {
  const file = join(folder, 'blanks.jsonl')
  await writeFile(file, blanks.map((cell) => JSON.stringify({ cell, row: 'a' })).join('\n'))
  const table = await readTable(file)
  const cells = await table.column('cell')
  const expected = cells.filter((cell) => (cell ?? '').trim() === '').length
  expect(expected).toBeGreaterThan(3)
  expect(await table.countBlank('cell')).toBe(expected)
  expect(await table.countBlank('row')).toBe(0)
  await expect(table.countBlank('nothing')).rejects.toMatchObject({ code: 'table.column-missing' })
  await table.close()
})

test('rows that repeat others, and some cells', async () => {
  const file = join(folder, 'rows.csv')
  const lines = ['k,a,b', '0,x,', '1,y,z', '2,x,""', '3,,x', '4,y,z', '5,y,z', '6,xx,']
  await writeFile(file, lines.join('\n'))
  const table = await readTable(file)
  expect(await table.repeatedRows(['k'])).toEqual([
    [0, 2],
    [1, 4, 5],
  ])
  expect(await table.repeatedRows()).toEqual([])
  expect(await table.repeatedRows(['k', 'a', 'b'])).toEqual([])
  expect(await table.texts(['a'], [6, 0, 3, 6])).toEqual([['xx', 'x', null, 'xx']])
  expect(await table.texts(['a'], [])).toEqual([[]])
  expect(await table.texts([], [1])).toEqual([])
  await table.close()
})
