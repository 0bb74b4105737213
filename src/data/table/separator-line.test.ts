// Excel's `sep=;`: it is no record, whatever surrounds it, and both ways of reading a file pass over it.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { loadCsv } from './csv-load.ts'
import { openDatabase } from './database.ts'
import { scanPlain } from './scan-plain.ts'
import { separatorLine } from './separator-line.ts'
import { learnShapes } from './shapes.ts'
import { readTable } from './table.ts'

import type { ReadTableOptions } from './reader.ts'

let folder = ''
let count = 0
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'medley-separator-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const write = async (content: string | Uint8Array): Promise<string> => {
  const file = join(folder, `${count++}.csv`)
  await writeFile(file, content)
  return file
}

const read = async (
  content: string | Uint8Array,
  options?: ReadTableOptions,
): Promise<{ columns: object; lines: number[]; report: object }> => {
  const table = await readTable(await write(content), options)
  try {
    const columns: Record<string, readonly (string | null)[]> = {}
    for (const name of table.columns) columns[name] = await table.column(name)
    const lines = Array.from({ length: table.rowCount }, (_, row) => table.line(row))
    return { columns, lines, report: table.report }
  } finally {
    await table.close()
  }
}

const rows = (delimiter: string, end: string): string =>
  [
    ['id', 'text'],
    ['1', '"a, b; c"'],
    ['2', '"two\nlines"'],
    ['3', 'é'],
  ]
    .map((cells) => cells.join(delimiter) + end)
    .join('')
const columns = { id: ['1', '2', '3'], text: ['a, b; c', 'two\nlines', 'é'] }
const lines = [3, 4, 6]

describe('what the line may look like', () => {
  test.each([
    ['sep=;\r\n', ';', 7],
    ['sep=,\n', ',', 6],
    ['sep=\t\r\n', '\t', 7],
    ['SEP=|\r', '|', 6],
    ['"sep=;"\r\n', ';', 9],
    ['"sep=;";;;\n', ';', 11],
    ['sep=,,,\n', ',', 8],
    ['sep=\\t\n', '\t', 7],
    ['sep=:', ':', 5],
  ])('%j', (line, delimiter, length) => {
    const rest = length === 5 ? '' : 'a;b\n'
    expect(separatorLine(line + rest)).toMatchObject({ delimiter, length })
  })

  test.each(['sep=;title\n', 'sep=a\n', 'sep=\n', 'sep="\n', '"sep=;\n', 'id;sep=;\n', 'sep=é\n'])(
    'not %j',
    (text) => {
      expect(separatorLine(text)).toBeUndefined()
    },
  )
})

describe('a table below it', () => {
  test.each([
    ['a semicolon', ';', '\n'],
    ['a comma', ',', '\r\n'],
    ['a tab', '\t', '\r\n'],
    ['a bar, in an old Mac file', '|', '\r'],
    ['a mark that nobody would guess', ':', '\n'],
  ])('%s', async (_, delimiter, end) => {
    const found = await read(`sep=${delimiter}${end}${rows(delimiter, end)}`)
    expect(found).toMatchObject({ columns, lines, report: { delimiter, records: 3, warnings: [] } })
  })

  test.each([
    ['with a byte order mark', '\ufeffsep=;\r\n', '\r\n'],
    ['in quotes', '"sep=;"\r\n', '\n'],
    ['ended by CRLF, the rest by LF', 'sep=;\r\n', '\n'],
    ['ended by LF, the rest by CRLF', 'sep=;\n', '\r\n'],
  ])('%s', async (_, line, end) => {
    const text = line + rows(';', end)
    for (const content of [text, Buffer.from(text, 'utf16le'), gzipSync(text)])
      expect(await read(content)).toMatchObject({ columns, lines, report: { used: 3 } })
    const told = await read(text, { encoding: 'utf-8' })
    expect(told).toMatchObject({ columns, lines, report: { used: 3 } })
  })

  test('without a header, and with broken records, which keep their lines', async () => {
    const bare = await read('sep=;\n1;x\n2;y\n', { hasHeader: false })
    expect(bare).toMatchObject({ columns: { column1: ['1', '2'] }, lines: [2, 3] })
    const { report } = await read(`sep=;\n${rows(';', '\n')}4;x;y\n5;z\n6;z\n`)
    expect(report).toMatchObject({ records: 6, used: 5, reported: [{ line: 7 }] })
  })

  test('it is wrong: what fits is used and said', async () => {
    const { report, ...found } = await read(`sep=;\n${rows(',', '\n')}`)
    expect(found).toEqual({ columns, lines })
    expect(report).toMatchObject({
      delimiter: ',',
      warnings: ['its first line says that ";" stands between fields, but "," does'],
    })
  })

  test('what the user says comes first', async () => {
    const text = `sep=;\n${rows(',', '\n')}`
    expect(await read(text, { delimiter: ',' })).toMatchObject({
      columns,
      report: { warnings: [] },
    })
    await expect(read(text, { delimiter: ';' })).rejects.toMatchObject({
      code: 'table.wrong-delimiter',
    })
  })

  test('nothing below it', async () => {
    await expect(read('sep=;\r\n')).rejects.toMatchObject({ code: 'table.empty' })
    await expect(read('sep=;\r\na;b\r\n')).rejects.toMatchObject({ code: 'table.no-rows' })
  })
})

test.each([
  ['sep=;\n', '\n'],
  ['sep=;\r\n', '\r\n'],
  ['"sep=;"\r\n', '\r\n'],
])('%j does not keep a file in order from being read by DuckDB', async (line, end) => {
  const file = await write(line + rows(';', end))
  const layout = { delimiter: ';', crEnds: false, columns: 2, shapes: learnShapes([], 2) }
  const scan = await scanPlain(file, layout, { hasHeader: true, skipLines: 1 })
  expect(scan?.lineOfRow).toEqual(lines)
  const database = await openDatabase()
  const csv = { into: 't', delimiter: ';', columns: 2, hasHeader: true, skipLines: 1, longest: 20 }
  expect(await loadCsv(database.connection, file, csv)).toBe(3)
  database.close()
})

test.each([
  ['sep=;\r\n', '\n'],
  ['sep=;\n', '\r\n'],
])('%j above lines with another end is read with care: DuckDB would err', async (line, end) => {
  const file = await write(line + rows(';', end))
  const layout = { delimiter: ';', crEnds: false, columns: 2, shapes: learnShapes([], 2) }
  expect(await scanPlain(file, layout, { hasHeader: true, skipLines: 1 })).toBeUndefined()
})
