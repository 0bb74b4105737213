// Every kind of source that a table may come from: packed files, JSON arrays, databases, patterns, folders of classes.
import { existsSync } from 'node:fs'
import { copyFile, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'

import { DuckDBInstance } from '@duckdb/node-api'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'

import { readTable, type Table } from './table.ts'

import type { ReadTableOptions } from './reader.ts'

const { Database } = createRequire(import.meta.url)(
  'node-sqlite3-wasm',
) as typeof import('node-sqlite3-wasm')

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'medley-sources-'))
  vi.stubEnv('TMPDIR', join(folder, 'tmp'))
  await mkdir(join(folder, 'tmp'))
})
afterAll(async () => {
  vi.unstubAllEnvs()
  // Nothing temporary is left, whatever was read and whatever went wrong.
  expect(await readdir(join(folder, 'tmp'))).toEqual([])
  await rm(folder, { recursive: true, force: true })
})

const write = async (name: string, content: string | Uint8Array): Promise<string> => {
  const file = join(folder, name)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, content)
  return file
}

interface Read {
  readonly table: Table
  readonly columns: Record<string, readonly (string | null)[]>
}

/** Reads all columns, checks the sum rule, closes. */
const read = async (source: string, options?: ReadTableOptions): Promise<Read> => {
  const table = await readTable(source, options)
  try {
    const { records, used, repaired, reported, leftOut } = table.report
    expect(used + repaired.length + reported.length).toBe(records)
    expect(table.rowCount).toBe(used + repaired.length - leftOut)
    const columns: Record<string, readonly (string | null)[]> = {}
    for (const name of table.columns) columns[name] = await table.column(name)
    return { table, columns }
  } finally {
    await table.close()
  }
}

const duckdb = async (...statements: string[]): Promise<void> => {
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  for (const sql of statements) await connection.run(sql)
  connection.closeSync()
  instance.closeSync()
}

const JPEG = Uint8Array.from([0xff, 0xd8, 0xff, 0xe0, 1, 2, 3])
const CSV = 'id,title,score\n1,Alien,8.5\n2,"Brazil, 1985",7.9\n'
const CSV_COLUMNS = { id: ['1', '2'], title: ['Alien', 'Brazil, 1985'], score: ['8.5', '7.9'] }

describe('packed files', () => {
  test('CSV and JSON Lines in gzip, also in several members', async () => {
    const packed = await read(await write('films.csv.gz', gzipSync(CSV)))
    expect(packed.columns).toEqual(CSV_COLUMNS)
    expect(packed.table.report.format).toBe('csv')
    const cut = CSV.length / 2
    const members = Buffer.concat([gzipSync(CSV.slice(0, cut)), gzipSync(CSV.slice(cut))])
    expect((await read(await write('members.csv.gz', members))).columns).toEqual(CSV_COLUMNS)
    const lines = gzipSync('{"a":1}\n{"a":2}\n')
    expect((await read(await write('x.jsonl.gz', lines))).columns).toEqual({ a: ['1', '2'] })
    // By what is in it, not by its name.
    expect((await read(await write('named.csv', gzipSync(CSV)))).columns).toEqual(CSV_COLUMNS)
  })

  test('a cut or damaged archive is an error', async () => {
    const packed = gzipSync(CSV.repeat(1000))
    const cut = await write('cut.csv.gz', packed.subarray(0, packed.length - 20))
    await expect(read(cut)).rejects.toMatchObject({ code: 'table.gzip-broken' })
    const damaged = Uint8Array.from(packed)
    damaged[40] = damaged[40]! ^ 0xff
    await expect(read(await write('bad.csv.gz', damaged))).rejects.toMatchObject({
      code: 'table.gzip-broken',
    })
  })
})

describe('JSON', () => {
  test.each([
    ['compact', '[{"a":1,"b":"x"},{"a":2,"c":[1,{"d":"]"}]}]', [1, 1]],
    [
      'spread',
      '[\n  {\n    "a": 1,\n    "b": "x"\n  },\n  {"a": 2, "c": [1,{"d":"]"}]}\n]\n',
      [2, 6],
    ],
    ['with a mark', '\ufeff [ {"a":1,"b":"x"} , {"a":2,"c":[1,{"d":"]"}]} ] ', [1, 1]],
  ])('one array of objects, %s', async (name, text, lines) => {
    const { table, columns } = await read(await write(`array-${name}.json`, text))
    expect(columns).toEqual({ a: ['1', '2'], b: ['x', null], c: [null, '[1,{"d":"]"}]'] })
    expect(table.report).toMatchObject({ format: 'json', records: 2, used: 2 })
    expect([0, 1].map((row) => table.line(row))).toEqual(lines)
  })

  test('broken elements are reported with their lines', async () => {
    const text = '[{"a":1},\n{"a":},\n7,\n{"a":"b\\",]"},\n{"a":2},\n,{"a":3},{"a":4}]'
    const { table, columns } = await read(await write('broken.json', text))
    expect(columns).toEqual({ a: ['1', 'b",]', '2', '3', '4'] })
    expect(table.report.reported.map(({ line, reason }) => [line, reason])).toEqual([
      [2, 'not valid JSON'],
      [3, 'not a JSON object'],
      [6, 'not valid JSON'],
    ])
  })

  test('lines under the name .json, and arrays under the name .jsonl', async () => {
    expect((await read(await write('lines.json', '{"a":1}\n{"a":2}'))).columns).toEqual({
      a: ['1', '2'],
    })
    expect((await read(await write('array.jsonl', '[{"a":1},\n{"a":2}]'))).columns).toEqual({
      a: ['1', '2'],
    })
  })

  test.each([
    ['one document', '{\n "a": [1, 2]\n}', 'table.json-shape'],
    ['an array that never ends', '[{"a":1},{"a":2}', 'table.json-broken'],
    ['a string that never ends', '[{"a":1},\n{"a":"open},\n{"a":2}]', 'table.json-broken'],
    ['a second array', '[{"a":1}]\n[{"a":2}]', 'table.json-broken'],
    ['an empty array', '[]', 'table.empty'],
  ])('%s is refused', async (name, text, code) => {
    await expect(read(await write(`${name}.json`, text))).rejects.toMatchObject({ code, exit: 2 })
  })

  test('columns that come late, names of object members', async () => {
    const lines = ['{"a":1}', '{"__proto__":"p","b":2}', '{}', '{"constructor":"c","a":3}']
    const { table } = await read(await write('late.jsonl', lines.join('\n')))
    expect(table.columns).toEqual(['a', '__proto__', 'b', 'constructor'])
    const again = await readTable(join(folder, 'late.jsonl'))
    expect(await again.column('__proto__')).toEqual([null, 'p', null, null])
    expect(await again.column('constructor')).toEqual([null, null, null, 'c'])
    await again.close()
  })
})

describe('SQLite', () => {
  const make = (name: string, ...statements: string[]): string => {
    const file = join(folder, name)
    const database = new Database(file)
    for (const sql of statements) database.exec(sql)
    database.close()
    return file
  }

  test('the only table: numbers, text, nothing, bytes', async () => {
    const file = make(
      'films.sqlite',
      'create table films (id integer primary key, title text, score real, poster blob, "2020" int)',
      `insert into films values (1, 'Alien ü', 8.5, x'ffd8ffe0010203', 9007199254740993)`,
      `insert into films values (2, '', null, 'posters/2.jpg', -1)`,
    )
    const { table, columns } = await read(file)
    expect(columns).toEqual({
      id: ['1', '2'],
      title: ['Alien ü', null],
      score: ['8.5', null],
      poster: ['<JPEG, 7 bytes>', 'posters/2.jpg'],
      '2020': ['9007199254740993', '-1'],
    })
    expect(table.report.format).toBe('sqlite')
    expect(table.binaryColumns).toEqual(['poster'])
    const again = await readTable(file)
    const cells = await again.cells('poster', [1, 0])
    expect(cells[0]).toBe('posters/2.jpg')
    expect(Uint8Array.from(cells[1] as Uint8Array)).toEqual(JPEG)
    await again.close()
    // Locks and logs would be left in the user's folder.
    expect((await readdir(folder)).filter((name) => name.startsWith('films.sqlite'))).toEqual([
      'films.sqlite',
    ])
  })

  test('one of several tables is named', async () => {
    const file = make(
      'many.db',
      'create table a (x)',
      'create table "b c" (y)',
      `insert into "b c" values ('z')`,
      'create view v as select y as w from "b c"',
    )
    await expect(read(file)).rejects.toMatchObject({
      code: 'table.table-choice',
      fix: 'Name one with --table: a, b c.',
    })
    await expect(read(file, { table: 'd' })).rejects.toMatchObject({
      code: 'table.table-missing',
      fix: 'The tables are: a, b c, v.',
    })
    await expect(read(file, { table: 'a' })).rejects.toMatchObject({ code: 'table.no-rows' })
    expect((await read(file, { table: 'B C' })).columns).toEqual({ y: ['z'] })
  })

  test('rows that are still in the log of a writer', async () => {
    const file = join(folder, 'logged.sqlite')
    const database = new Database(file)
    database.exec('pragma locking_mode = exclusive; pragma journal_mode = wal')
    database.exec(`create table t (a); insert into t values ('kept in the log')`)
    for (const suffix of ['', '-wal']) await copyFile(file + suffix, `${folder}/copy.db${suffix}`)
    database.close()
    expect((await read(join(folder, 'copy.db'))).columns).toEqual({ a: ['kept in the log'] })
    expect((await read(file)).columns).toEqual({ a: ['kept in the log'] })
  })

  test('no database, a damaged one, no tables', async () => {
    const text = await write('text.sqlite', 'a,b\n1,2\n')
    await expect(read(text)).rejects.toMatchObject({ code: 'table.database-broken', exit: 2 })
    const empty = make('none.sqlite', 'create table t (a)', 'drop table t')
    await expect(read(empty)).rejects.toMatchObject({ code: 'table.no-tables' })
    const cut = await write('cut.sqlite', Buffer.from('SQLite format 3\0and no more'.padEnd(200)))
    await expect(read(cut)).rejects.toMatchObject({ code: 'table.database-broken' })
  })
})

describe('DuckDB files', () => {
  test('types become text, bytes stay bytes', async () => {
    const file = join(folder, 'films.duckdb')
    await duckdb(
      `attach '${file}' as f`,
      `create table f.films as select 7 as id, ['a', 'b'] as genres, date '1979-05-25' as day,
       '\\xFF\\xD8\\xFF\\xE0\\x01\\x02\\x03'::blob as poster`,
    )
    const { table, columns } = await read(file)
    expect(columns).toEqual({
      id: ['7'],
      genres: ['["a","b"]'],
      day: ['1979-05-25'],
      poster: ['<JPEG, 7 bytes>'],
    })
    expect(table.report.format).toBe('duckdb')
    const again = await readTable(file)
    for await (const [cell] of again.cellChunks('poster'))
      expect(Uint8Array.from(cell as Uint8Array)).toEqual(JPEG)
    await again.close()
  })

  test('several tables, other schemas, no file at all', async () => {
    const file = join(folder, 'two.db')
    await duckdb(
      `attach '${file}' as f`,
      'create schema f.s',
      'create table f.a as select 1 as x',
      'create table f.s.b as select 2 as y',
    )
    await expect(read(file)).rejects.toMatchObject({ fix: 'Name one with --table: a, s.b.' })
    expect((await read(file, { table: 's.b' })).columns).toEqual({ y: ['2'] })
    const text = await write('text.duckdb', 'a,b\n1,2\n')
    await expect(read(text)).rejects.toMatchObject({ code: 'table.database-broken' })
    const csv = await write('plain.csv', CSV)
    await expect(read(csv, { table: 'a' })).rejects.toMatchObject({ code: 'table.table-unused' })
  })
})

describe('pictures in Parquet', () => {
  test('bytes, and records of bytes and path, are fetched when asked for', async () => {
    const file = join(folder, 'pictures.parquet')
    await duckdb(
      `copy (select i, case when i <> 3 then '\\xFF\\xD8\\xFF'::blob || i::varchar::blob end as raw,
       case when i = 4 then {'bytes': null, 'path': 'four.jpg'}
       else {'bytes': '\\x89PNG\\x0D\\x0A\\x1A\\x0A'::blob || i::varchar::blob, 'path': i || '.png'} end as image
       from range(5000) t(i)) to '${file}' (format parquet, row_group_size 2048)`,
    )
    const table = await readTable(file, { where: 'i >= 2' })
    expect(table.binaryColumns).toEqual(['raw', 'image'])
    expect((await table.column('raw')).slice(0, 2)).toEqual(['<JPEG, 4 bytes>', null])
    expect((await table.column('image'))[2]).toBe('four.jpg')
    const text = (cell: unknown): string =>
      cell instanceof Uint8Array ? Buffer.from(cell).toString('latin1').slice(-4) : String(cell)
    const cells = await table.cells('image', [4990, 0, 2])
    expect(cells.map(text)).toEqual(['4992', '\n\x1a\n2'.slice(-4), 'four.jpg'])
    let rows = 0
    for await (const chunk of table.cellChunks('raw', { rows: 1000 }))
      for (const cell of chunk) {
        const i = rows++ + 2
        if (i === 3) expect(cell).toBe(null)
        else expect(text(cell).endsWith(String(i))).toBe(true)
      }
    expect(rows).toBe(4998)
    await table.close()
  })
})

describe('patterns', () => {
  test('files of one table, in the order of their names', async () => {
    await write('parts/part-1.csv', 'id,t\n1,a\n2,"b\nb"\n')
    await write('parts/part-2.csv', 't,id,extra\nc,3,x\n')
    await write('parts/part-3.csv', 'id,t\n')
    await write('parts/part-4.tsv', 'id\tt\n4\td\n5\n')
    await write('parts/.hidden.csv', 'id,t\n9,z\n')
    const { table, columns } = await read(join(folder, 'parts/part-*.[ct]sv'))
    expect(columns).toEqual({
      id: ['1', '2', '3', '4'],
      t: ['a', 'b\nb', 'c', 'd'],
      extra: [null, null, 'x', null],
    })
    expect(table.report.warnings).toEqual([
      'the column extra begins with part-2.csv; it is empty above',
      'part-3.csv has no rows',
      'part-4.tsv has no column extra; its cells are empty',
    ])
    expect(table.report.reported).toMatchObject([
      { file: join(folder, 'parts/part-4.tsv'), line: 3 },
    ])
    expect([0, 1, 2, 3].map((row) => table.line(row))).toEqual([2, 3, 2, 2])
    expect(table.fileOf(2)).toBe(join(folder, 'parts/part-2.csv'))
    expect(table.folder).toBe(join(folder, 'parts'))
    expect(table.files).toHaveLength(4)
  })

  test('a file that has the name of a pattern comes first', async () => {
    await write('odd/a*.csv', 'x\nliteral\n')
    await write('odd/ab.csv', 'x\nother\n')
    expect((await read(join(folder, 'odd/a*.csv'))).columns).toEqual({ x: ['literal'] })
    expect((await read(join(folder, 'odd/a?.csv'))).columns).toEqual({ x: ['literal', 'other'] })
    expect((await read(join(folder, '**/ab.csv'))).columns).toEqual({ x: ['other'] })
  })

  test('Parquet files with other types, and their bytes', async () => {
    await mkdir(join(folder, 'pq'))
    await duckdb(
      `copy (select 1 as id, '\\xFF\\xD8\\xFF\\x01'::blob as b) to '${folder}/pq/1.parquet' (format parquet)`,
      `copy (select '\\xFF\\xD8\\xFF\\x02'::blob as b, 'two' as id) to '${folder}/pq/2.parquet' (format parquet)`,
    )
    const table = await readTable(join(folder, 'pq/*.parquet'))
    expect(await table.column('id')).toEqual(['1', 'two'])
    const cells = await table.cells('b', [0, 1])
    expect(cells.map((cell) => (cell as Uint8Array).at(-1))).toEqual([1, 2])
    await table.close()
  })

  test('nothing found, other tables, nothing but empty files', async () => {
    await expect(read(join(folder, 'nowhere/*.csv'))).rejects.toMatchObject({
      code: 'table.pattern-empty',
    })
    await write('mixed/1.csv', 'a,b\n1,2\n')
    await write('mixed/2.csv', 'c,d\n1,2\n')
    await expect(read(join(folder, 'mixed/*.csv'))).rejects.toMatchObject({
      code: 'table.pattern-columns',
    })
    await write('empty/1.csv', 'a,b\n')
    await write('empty/2.csv', '')
    await expect(read(join(folder, 'empty/*.csv'))).rejects.toMatchObject({ code: 'table.no-rows' })
  })

  test('the hash changes with any of the files', async () => {
    const hashOf = async (source: string, options?: ReadTableOptions): Promise<string> => {
      const table = await readTable(source, options)
      const hash = await table.hash()
      await table.close()
      return hash
    }
    const pattern = join(folder, 'h/*.csv')
    await write('h/1.csv', 'a\n1\n')
    await write('h/2.csv', 'a\n2\n')
    const hashes = [await hashOf(pattern), await hashOf(pattern, { where: 'a = 1' })]
    await write('h/2.csv', 'a\n3\n')
    hashes.push(await hashOf(pattern))
    expect(new Set(hashes).size).toBe(3)
  })
})

describe('folders of classes', () => {
  const tree = async (name: string, ...files: string[]): Promise<string> => {
    for (const file of files) await write(join(name, file), 'x')
    return join(folder, name)
  }

  test('a folder per class', async () => {
    const source = await tree(
      'pets',
      'dog/2.JPG',
      'dog/1.png',
      'cat/deep/3.webp',
      'cat/notes.txt',
      '.git/x.jpg',
      'stray.jpg',
      'nothing/readme.md',
    )
    const { table, columns } = await read(source)
    expect(columns).toEqual({
      image: ['cat/deep/3.webp', 'dog/1.png', 'dog/2.JPG'],
      label: ['cat', 'dog', 'dog'],
    })
    expect(table.report).toMatchObject({ format: 'folder', records: 3, used: 3 })
    expect(table.report.warnings).toEqual([
      `1 pictures in ${source} are in no class folder and were left out`,
      '2 files are no pictures and were passed over',
    ])
    expect(table.folder).toBe(source)
    expect((await read(source, { where: "label = 'dog'" })).columns['image']).toEqual([
      'dog/1.png',
      'dog/2.JPG',
    ])
  })

  test('split folders above the classes', async () => {
    const source = await tree(
      'split',
      'train/a/1.jpg',
      'train/b/2.jpg',
      'val/a/3.jpg',
      'Test/b/4.jpg',
    )
    expect((await read(source)).columns).toEqual({
      image: ['Test/b/4.jpg', 'train/a/1.jpg', 'train/b/2.jpg', 'val/a/3.jpg'],
      label: ['b', 'a', 'b', 'a'],
      split: ['test', 'train', 'train', 'validation'],
    })
  })

  test('a class may be called train', async () => {
    const source = await tree('vehicles', 'train/1.jpg', 'bus/2.jpg')
    expect((await read(source)).columns['label']).toEqual(['bus', 'train'])
  })

  test('pictures without folders, and nothing at all', async () => {
    const plain = await tree('plain', '1.jpg', '2.jpg')
    await expect(read(plain)).rejects.toMatchObject({
      code: 'table.folder-plain',
      message: `${plain} has 2 pictures but no folders, so nothing says what they show`,
    })
    const none = await tree('bare', 'a/readme.md')
    await expect(read(none)).rejects.toMatchObject({ code: 'table.folder-empty' })
    expect(existsSync(join(none, 'a'))).toBe(true)
  })
})

test('columns in pieces, several at once', async () => {
  const rows = Array.from(
    { length: 30_000 },
    (_, index) => `${index},${index % 7 === 0 ? '' : 'x'}`,
  )
  const table = await readTable(await write('many.csv', `id,t\n${rows.join('\n')}\n`))
  const gather = async (name: string): Promise<[number[], (string | null)[]]> => {
    const sizes: number[] = []
    const cells: (string | null)[] = []
    for await (const chunk of table.columnChunks(name, { rows: 9000 })) {
      sizes.push(chunk.length)
      cells.push(...chunk)
    }
    return [sizes, cells]
  }
  const [[sizes, ids], [, texts], whole] = await Promise.all([
    gather('id'),
    gather('t'),
    table.column('id'),
  ])
  expect(sizes).toEqual([9000, 9000, 9000, 3000])
  expect(ids).toEqual(rows.map((_, index) => String(index)))
  expect(whole).toEqual(ids)
  expect(texts.slice(6, 9)).toEqual(['x', null, 'x'])
  await table.close()
})
