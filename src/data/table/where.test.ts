// The filter: which rows stay, what their lines are, and what it may not do.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeAll, expect, test } from 'vitest'

import { readTable } from './table.ts'

let folder = ''
let file = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'medley-where-'))
  file = join(folder, 'films.csv')
  await writeFile(
    file,
    [
      'id,Year,language,rating,released,title,mixed,it"s',
      '1,1979,en,8.5,1979-05-25,Alien,1,a',
      '2,1985,en,,1985-02-20,"two\nlines",x,b',
      '3,2001,fr,8.3,2001-04-25,Amélie,10,c',
      '4,,de,nan,,None,2,d',
      '5,1997,ja,8.3e0,1997-07-12,Mononoke,,e',
    ].join('\n'),
  )
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const idsWhere = async (where: string): Promise<string> => {
  const table = await readTable(file, { where })
  try {
    expect(table.report).toMatchObject({ records: 5, used: 5, leftOut: 5 - table.rowCount })
    return (await table.column('id')).join()
  } finally {
    await table.close()
  }
}

test.each([
  ["year > 1980 and language = 'en'", '2'],
  ['year < 200', 'none'],
  ['year is null', '4'],
  ['not (year > 1990)', '1,2'],
  ["Year = '1979' or id in (3, 5)", '1,3,5'],
  // A missing number is no number, so it is not greater than all others either.
  ['rating > 8', '1,3,5'],
  ['rating = 8.3', '3,5'],
  ["released >= '1990-01-01'", '3,5'],
  ['year(released) = 1985', '2'],
  ["title like '%i%' -- a comment", '1,2,3'],
  ["mixed = '10'", '3'],
  ['try_cast(mixed as double) > 1', '3,4'],
  ['"it""s" = \'b\'', '2'],
  ['length(title) > 8 or false', '2'],
  ["title = 'a;b' or id = 1", '1'],
  ['id = 1) or (id = 2', '1,2'],
])('%s', async (where, ids) => {
  if (ids === 'none')
    await expect(idsWhere(where)).rejects.toMatchObject({ code: 'table.where-empty', exit: 2 })
  else expect(await idsWhere(where)).toBe(ids)
})

test('lines and cells are those of the file', async () => {
  const table = await readTable(file, { where: 'id >= 2 and id <> 3' })
  expect([0, 1, 2].map((row) => table.line(row))).toEqual([3, 6, 7])
  expect(await table.column('rating')).toEqual([null, 'nan', '8.3e0'])
  expect(await table.column('Year')).toEqual(['1985', null, '1997'])
  expect(await table.cells('title', [2, 0])).toEqual(['Mononoke', 'two\nlines'])
  await table.close()
})

test.each([
  ['', 'it is empty'],
  ['year >', 'syntax error'],
  ['year > 1; drop table rows', 'syntax error'],
  ['true); drop table rows; select (1', 'it is more than one condition'],
  ['true) union all select * from rows where (true', 'it is more than one condition'],
  ['true) order by (id', 'it is more than one condition'],
  ['true) group by (id', 'it is more than one condition'],
  ["id in (select content from read_text('/etc/hostname'))", 'it has a query of its own'],
  ['exists (from rows)', 'it has a query of its own'],
  ['random() < 0.5', 'random() gives other rows every time'],
  ['columns(*) is not null', 'it names all columns at once'],
  ['mixed > 3', 'Cannot compare values of type VARCHAR and type INTEGER_LITERAL'],
  ['language = "en"', 'text stands in single quotes'],
  ['nonsense(id)', 'nonsense does not exist'],
  ["date_trunc('eon', released) is null", 'eon'],
])('%j is refused in one line', async (where, reason) => {
  const error: unknown = await readTable(file, { where }).then(
    (table) => table.close(),
    (thrown: unknown) => thrown,
  )
  expect(error).toMatchObject({ code: 'table.where-invalid', exit: 2, file })
  expect((error as Error).message).toContain(reason)
  expect((error as Error).message).not.toContain('\n')
})

test('a column that does not exist: the nearest is named', async () => {
  await expect(readTable(file, { where: 'yeer > 1990' })).rejects.toMatchObject({
    code: 'table.column-missing',
    fix: expect.stringContaining('Did you mean Year?') as string,
  })
})

test('columns whose names differ in capitals only', async () => {
  const twice = join(folder, 'twice.csv')
  await writeFile(twice, 'a,A\n1,x\n2,y\n')
  const table = await readTable(twice, { where: 'a > 1 and "A.2" = \'y\'' })
  expect(await table.column('A')).toEqual(['y'])
  await table.close()
})
