// The promise of the room: used + repaired + reported = records, whatever the file.
import { existsSync, readdirSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'

import { randomStream } from '../../base/rng.ts'
import { printRecord } from './fields.ts'
import { readTable, type Table } from './table.ts'

import type { ReadTableOptions } from './reader.ts'

let folder = ''
let count = 0
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'medley-test-'))
  // Temporary files of the reader go here too, so that a test can see that none is left.
  vi.stubEnv('TMPDIR', folder)
})
afterAll(async () => {
  vi.unstubAllEnvs()
  await rm(folder, { recursive: true, force: true })
})

const write = async (content: string | Uint8Array, name = 'csv'): Promise<string> => {
  const file = join(folder, `${count++}.${name}`)
  await writeFile(file, content)
  return file
}

/** Reads, checks the sum rule, gives the rows, and closes. */
const rowsOf = async (table: Table): Promise<(string | null)[][]> => {
  const { records, used, repaired, reported } = table.report
  expect(used + repaired.length + reported.length).toBe(records)
  expect(table.rowCount).toBe(used + repaired.length)
  const columns = await Promise.all(table.columns.map((name) => table.column(name)))
  for (const column of columns) expect(column).toHaveLength(table.rowCount)
  return Array.from({ length: table.rowCount }, (_, row) => columns.map((column) => column[row]!))
}

const read = async (
  content: string | Uint8Array,
  options?: ReadTableOptions,
): Promise<{ table: Table; rows: (string | null)[][] }> => {
  const table = await readTable(await write(content), options)
  try {
    return { table, rows: await rowsOf(table) }
  } finally {
    await table.close()
  }
}

const films = (rows: number): string[][] => [
  ['id', 'title', 'overview', 'genres'],
  ...Array.from({ length: rows }, (_, index) => [
    `${index + 1}`,
    `Film ${index}`,
    index % 3 === 0 ? `He said "no", twice.\nThen left, film ${index}` : `A plot, number ${index}`,
    index % 2 === 0 ? 'Drama|War' : 'Comedy',
  ]),
]
const print = (rows: readonly (readonly string[])[], delimiter = ',', end = '\n'): string =>
  rows.map((row) => printRecord(row, delimiter) + end).join('')

describe('dialects', () => {
  test.each([',', ';', '\t', '|'] as const)('delimiter %j is found', async (delimiter) => {
    const { table, rows } = await read(print(films(20), delimiter))
    expect(table.report).toMatchObject({ delimiter, records: 20, used: 20, warnings: [] })
    expect(rows).toEqual(films(20).slice(1))
    expect(table.line(0)).toBe(2)
    // Every third film takes two lines.
    expect(table.line(4)).toBe(8)
  })

  test.each([
    ['LF', '\n'],
    ['CRLF', '\r\n'],
    ['CR', '\r'],
  ] as const)('lines ending in %s', async (lineEnding, end) => {
    const { table, rows } = await read(print(films(10), ',', end))
    expect(table.report).toMatchObject({ lineEnding, used: 10 })
    expect(rows).toEqual(films(10).slice(1))
  })

  test('mixed line ends, no line end at the end, blank lines', async () => {
    const { table, rows } = await read('a,b\n1,x\r\n\n2,y\r3,z\r\n\r\n4,w')
    expect(table.report).toMatchObject({ lineEnding: 'mixed', used: 4, blankLines: 2 })
    expect(rows.map(([, b]) => b)).toEqual(['x', 'y', 'z', 'w'])
  })

  const text = print(films(10)).replace('Film 0', 'Café “Zoë” – 5 €')
  const encoded: [string, Uint8Array, object][] = [
    ['UTF-8', Buffer.from(text), { encoding: 'utf-8', bom: false }],
    ['UTF-8 with a mark', Buffer.from(`\ufeff${text}`), { encoding: 'utf-8', bom: true }],
    ['UTF-16LE', Buffer.from(`\ufeff${text}`, 'utf16le'), { encoding: 'utf-16le', bom: true }],
    [
      'UTF-16BE',
      Buffer.from(`\ufeff${text}`, 'utf16le').swap16(),
      { encoding: 'utf-16be', bom: true },
    ],
    ['UTF-16LE unmarked', Buffer.from(text, 'utf16le'), { encoding: 'utf-16le', bom: false }],
    [
      'Windows-1252',
      Buffer.from(
        text.replace('“', '\x93').replace('”', '\x94').replace('–', '\x96').replace('€', '\x80'),
        'latin1',
      ),
      { encoding: 'windows-1252', bom: false },
    ],
  ]
  test.each(encoded)('encoding %s', async (_, bytes, expected) => {
    const { table, rows } = await read(bytes)
    expect(table.report).toMatchObject({ ...expected, used: 10 })
    expect(rows[0]![1]).toBe('Café “Zoë” – 5 €')
    expect(table.columns[0]).toBe('id')
  })

  test('a few bad bytes in UTF-8 are named and do not change the encoding', async () => {
    const bytes = Buffer.concat([
      Buffer.from('a,b\nüöä,é\nx'),
      Buffer.from([0xff]),
      Buffer.from(',y\n'),
    ])
    const { table, rows } = await read(bytes)
    expect(table.report.encoding).toBe('utf-8')
    expect(table.report.warnings[0]).toMatch(/1 bytes are not valid UTF-8, the first at byte 15/)
    expect(rows).toEqual([
      ['üöä', 'é'],
      ['x\uFFFD', 'y'],
    ])
  })

  test('a file without a header is told from one with', async () => {
    const { table, rows } = await read('1,2020-01-01,x\n2,2020-01-02,y\n')
    expect(table.columns).toEqual(['column1', 'column2', 'column3'])
    expect(rows).toHaveLength(2)
    expect(table.report.warnings[0]).toMatch(/no header/)
    const forced = await read('1,2\n3,4\n', { hasHeader: true })
    expect(forced.table.columns).toEqual(['1', '2'])
  })
})

/** Content, the rows expected (undefined: not looked at) and what the report says. */
const oddFiles: [string, string, (string | null)[][] | undefined, object][] = [
  [
    'quotes inside an unquoted field',
    'id,t\n1,a 5" disk\n2,b\n',
    [
      ['1', 'a 5" disk'],
      ['2', 'b'],
    ],
    { used: 1 },
  ],
  [
    'quotes inside a quoted field',
    'id,t,u\n1,"He said "hi", and left",x\n2,b,y\n',
    [
      ['1', 'He said "hi", and left', 'x'],
      ['2', 'b', 'y'],
    ],
    { used: 1 },
  ],
  [
    'a quote that is never closed',
    'id,t\n1,"abc\n2,def\n3,ghi\n',
    [
      ['1', '"abc'],
      ['2', 'def'],
      ['3', 'ghi'],
    ],
    { used: 2 },
  ],
  [
    'a quote closed only by the quotes of the next record',
    'id,t,u\n1,"abc,x\n2,"def, g",y\n3,"h",z\n',
    [
      ['1', '"abc', 'x'],
      ['2', 'def, g', 'y'],
      ['3', 'h', 'z'],
    ],
    { used: 2 },
  ],
  [
    'spaces around quotes',
    'id,t,u\n1, "a, b" ,x\n2,c,y\n',
    [
      ['1', 'a, b', 'x'],
      ['2', 'c', 'y'],
    ],
    { used: 1 },
  ],
  [
    'too few and too many fields',
    'id,t,u\n1,a,b\n2,a\n3,a,b,c\n4,a,b\n5,c,d\n',
    [
      ['1', 'a', 'b'],
      ['4', 'a', 'b'],
      ['5', 'c', 'd'],
    ],
    { used: 3, reported: [{ line: 3 }, { line: 4 }] },
  ],
  [
    'empty extra fields',
    'id,t\n1,a,,\n2,b\n',
    [
      ['1', 'a'],
      ['2', 'b'],
    ],
    { used: 1 },
  ],
  [
    'a record cut in two by an unquoted line break',
    'id,n,t,u\n1,5,some words,x\n2,6,more\n words here,y\n3,7,last words,z\n',
    [
      ['1', '5', 'some words', 'x'],
      ['2', '6', 'more\n words here', 'y'],
      ['3', '7', 'last words', 'z'],
    ],
    { used: 2, repaired: [{ line: 3 }] },
  ],
  [
    'two short records, which are not one cut in two',
    'id,t,u\n1,a,b\n2,a\n3,b\n4,a,b\n5,a,b\n',
    [
      ['1', 'a', 'b'],
      ['4', 'a', 'b'],
      ['5', 'a', 'b'],
    ],
    { reported: [{ line: 3 }, { line: 4 }] },
  ],
  [
    'NUL characters',
    'id,t\n1,a\0b\n2,c\n',
    [
      ['1', 'ab'],
      ['2', 'c'],
    ],
    { used: 2 },
  ],
  [
    'empty cells, quoted or not',
    'a,b\n"",x\n,y\n',
    [
      [null, 'x'],
      [null, 'y'],
    ],
    { used: 2 },
  ],
  [
    'one column with an empty cell',
    'a\nx\n""\n\ny\n',
    [['x'], [null], ['y']],
    { used: 3, blankLines: 1 },
  ],
  [
    'cells that look like missing values',
    'a,b\nNULL,NA\nNaN,#x\n',
    [
      ['NULL', 'NA'],
      ['NaN', '#x'],
    ],
    {},
  ],
  [
    'spaces kept',
    'a,b\n x , y\n z,w \n',
    [
      [' x ', ' y'],
      [' z', 'w '],
    ],
    { used: 2 },
  ],
  [
    'backslashes are nothing special',
    'a,b\n"x\\",y\n\\,z\n',
    [
      ['x\\', 'y'],
      ['\\', 'z'],
    ],
    { used: 2 },
  ],
  [
    'line breaks of all kinds in quotes',
    'a,b\n"1\r\n2",x\n"3\r4",y\n"5\n6",z\n',
    [
      ['1\r\n2', 'x'],
      ['3\r4', 'y'],
      ['5\n6', 'z'],
    ],
    { used: 3 },
  ],
]

describe('odd files', () => {
  test.each(oddFiles)('%s', async (_, content, expected, report) => {
    const { table, rows } = await read(content)
    expect(rows).toEqual(expected)
    expect(table.report).toMatchObject(report)
  })

  const hopeless: [string, string | Uint8Array, string, ReadTableOptions?][] = [
    ['an empty file', '', 'table.empty'],
    ['only line breaks', '\n\n\r\n', 'table.empty'],
    ['only a byte order mark', '\ufeff', 'table.empty'],
    ['a header alone', 'id,title,poster\n', 'table.no-rows'],
    ['a header without line end', 'id,title', 'table.no-rows'],
    ['a picture', Buffer.from('\x89PNG\r\n\x1a\n____', 'latin1'), 'table.binary-file'],
    ['a workbook', Buffer.from('PK\x03\x04rest'), 'table.binary-file'],
    ['random bytes', randomBytes(5000), 'table.binary-file'],
    ['a wrong delimiter', 'a;b\n1;2\n', 'table.wrong-delimiter', { delimiter: ',' }],
    ['mostly ragged', 'a,b,c\n1,2\n1,2\n1,2,3\n', 'table.mostly-broken'],
  ]
  test.each(hopeless)('%s is refused', async (_, content, code, options) => {
    await expect(read(content, options)).rejects.toMatchObject({ code, exit: 2 })
  })

  test('missing files and folders', async () => {
    await expect(readTable(join(folder, 'none.csv'))).rejects.toMatchObject({
      code: 'table.file-missing',
    })
    await write('a,b\n1,2\n')
    await expect(readTable(folder)).rejects.toMatchObject({ code: 'table.is-folder' })
  })

  test('names: duplicates, empty ones, names of object members', async () => {
    const { table, rows } = await read('a,a,,__proto__,constructor,a.2\n1,2,3,4,5,6\n')
    expect(table.columns).toEqual(['a', 'a.3', 'column3', '__proto__', 'constructor', 'a.2'])
    expect(table.report.warnings).toHaveLength(2)
    expect(rows).toEqual([['1', '2', '3', '4', '5', '6']])
  })

  test('a missing column names the nearest', async () => {
    const table = await readTable(await write('Over View,genres\nx,y\n'))
    await expect(table.column('overview')).rejects.toMatchObject({
      code: 'table.column-missing',
      fix: 'Did you mean Over View? The columns are: Over View, genres.',
    })
    await table.close()
  })

  test('a cell of 10 MB', async () => {
    const big = 'x y,'.repeat(2_500_000)
    const { table, rows } = await read(`id,t\n1,"${big}"\n2,b\n`)
    expect(table.report.used).toBe(2)
    expect(rows[0]![1]).toBe(big)
  })

  // DuckDB begins with files of such a size before the scan has seen them whole.
  test.each([
    ['in order', '', { used: 900, repaired: [], reported: [] }],
    ['in order, with a cell of 5 MB', `x,${'y'.repeat(5e6)}\n`, { used: 901, repaired: [] }],
    ['odd at its end', 'a "b" c,d,e\n', { used: 900 }],
  ])('a file of 36 MB, %s', async (_, end, expected) => {
    const cell = 'z'.repeat(40_000)
    const body = Array.from({ length: 900 }, (_, row) => `${row},${cell}\n`).join('')
    const { table, rows } = await read(`id,text\n${body}${end}`)
    expect(table.report).toMatchObject(expected)
    expect(rows[899]).toEqual(['899', cell])
    expect(table.line(899)).toBe(901)
  })

  test('a large file may be given up', async () => {
    const file = await write('id,text\n' + `1,${'z'.repeat(40_000)}\n`.repeat(900))
    const controller = new AbortController()
    const reading = readTable(file, { signal: controller.signal })
    setTimeout(() => {
      controller.abort()
    }, 50)
    await expect(reading).rejects.toThrow('aborted')
  })

  test('many columns', async () => {
    const names = Array.from({ length: 2000 }, (_, index) => `c${index}`)
    const table = await readTable(await write(`${names.join()}\n${names.join()}\n`, 'csv'))
    expect(await table.column('c1999')).toEqual(['c1999'])
    await table.close()
  })

  test('file names with globbing characters and quotes', async () => {
    const file = await write('a,b\n1,2\n', "[x]*?'.csv")
    const table = await readTable(file)
    expect(await table.column('b')).toEqual(['2'])
    await table.close()
  })

  test('a suspicious record is used, as RFC 4180 says, and named', async () => {
    const { table } = await read('id,t,u\n1,a,b\n2,"a,x\n3,b",c\n4,a,b\n')
    expect(table.report.used).toBe(3)
    expect(table.report.warnings.join()).toMatch(/may hide other records, the first at line 3/)
  })
})

function randomBytes(length: number): Uint8Array {
  const words = new Uint32Array(length / 4)
  randomStream(1, 'bytes').words(0, 0, words)
  return new Uint8Array(words.buffer)
}

describe('properties', () => {
  const cell = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 12 }),
    fc.string({ unit: fc.constantFrom(...Array.from('a"\',;|\t\n\r \\#€😀')), maxLength: 8 }),
  )
  const clean = (text: string): string => text.replaceAll('\0', '')
  const table = fc.integer({ min: 1, max: 5 }).chain((columns) =>
    fc.record({
      delimiter: fc.constantFrom(',', ';', '\t', '|'),
      rows: fc.array(fc.array(cell.map(clean), { minLength: columns, maxLength: columns }), {
        minLength: 1,
        maxLength: 8,
      }),
    }),
  )

  test('what is printed is read back', async () => {
    await fc.assert(
      fc.asyncProperty(table, async ({ delimiter, rows }) => {
        const header = rows[0]!.map((_, index) => `name${index}`)
        const options = { delimiter, hasHeader: true } as const
        const { rows: back } = await read(print([header, ...rows], delimiter), options)
        expect(back).toEqual(rows.map((row) => row.map((text) => (text === '' ? null : text))))
      }),
      { numRuns: 30, seed: 1 },
    )
  })

  test('random bytes changed anywhere: no crash, no hang, and the sum holds', async () => {
    const good = Buffer.from(print(films(40)))
    const stream = randomStream(4, 'mutation')
    for (let run = 0; run < 40; run++) {
      const bytes = Uint8Array.from(good)
      const changes = 1 + (run % 20)
      const random = stream.uniform(2 * changes, run)
      for (let change = 0; change < changes; change++)
        bytes[Math.floor(random[2 * change]! * bytes.length)] = Math.floor(
          random[2 * change + 1]! * 256,
        )
      await read(bytes).catch((error: unknown) => {
        expect(error).toMatchObject({ exit: 2 })
      })
    }
  })

  test('temporary files are gone', () => {
    expect(readdirSync(folder).filter((name) => name.startsWith('medley-'))).toEqual([])
  })
})

describe('other formats', () => {
  test('JSON Lines: columns in order of appearance, broken lines reported', async () => {
    const lines = [
      '{"a":"x","b":1}',
      'nonsense',
      '',
      '[1]',
      '{"b":null,"c":["p","q"]}',
      '{"a":true}',
    ]
    const table = await readTable(await write(lines.join('\n'), 'jsonl'))
    expect(table.columns).toEqual(['a', 'b', 'c'])
    expect(await rowsOf(table)).toEqual([
      ['x', '1', null],
      [null, null, '["p","q"]'],
      ['true', null, null],
    ])
    expect(table.report.reported.map(({ line }) => line)).toEqual([2, 4])
    expect(table.line(1)).toBe(5)
    await table.close()
  })

  test('Parquet: nested values as JSON', async () => {
    const { DuckDBInstance } = await import('@duckdb/node-api')
    const file = join(folder, 'table.parquet')
    const instance = await DuckDBInstance.create(':memory:')
    const connection = await instance.connect()
    await connection.run(
      `copy (select 7 as id, ['Drama', 'War'] as genres, null as x) to '${file}' (format parquet)`,
    )
    connection.closeSync()
    instance.closeSync()
    const table = await readTable(file)
    expect(await rowsOf(table)).toEqual([['7', '["Drama","War"]', null]])
    await table.close()
    await expect(readTable(await write('PAR1 not really', 'parquet'))).rejects.toMatchObject({
      code: 'table.parquet-broken',
    })
  })
})

const shared = resolve(import.meta.dirname, '../../../../shared/data')
const real: [string, number, number][] = [
  ['movies/movies.csv', 9475, 0],
  ['kaggle/movies_metadata.csv', 5000, 0],
  ['kaggle/verbatim-prefix/movies_metadata.csv', 2996, 0],
  ['kaggle/spreadsheet-copy/movies_metadata.csv', 4690, 0],
  ['kaggle/broken-records-reconstructed.csv', 5, 3],
]
test.skipIf(!existsSync(shared)).each(real)('%s', async (name, rows, repaired) => {
  const table = await readTable(join(shared, name))
  expect(table.report).toMatchObject({ records: rows, reported: [] })
  expect(table.report.repaired).toHaveLength(repaired)
  const ids = await table.column('id')
  expect(ids.every((id) => /^\d+$/.test(id ?? ''))).toBe(true)
  await table.close()
})
