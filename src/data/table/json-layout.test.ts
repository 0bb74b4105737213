// JSON documents of all shapes: those that hold a table are read, the others are refused by what they are.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { outlineOf } from './json-outline.ts'
import { readTable } from './table.ts'

import type { ReadReport } from './report.ts'

let folder = ''
let count = 0
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'medley-json-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const read = async (
  text: string,
  extension = 'json',
): Promise<{ cells: object; lines: number[]; report: ReadReport }> => {
  const file = join(folder, `${count++}.${extension}`)
  await writeFile(file, text)
  const table = await readTable(file)
  try {
    const cells: Record<string, readonly (string | null)[]> = {}
    for (const name of table.columns) cells[name] = await table.column(name)
    const lines = Array.from({ length: table.rowCount }, (_, row) => table.line(row))
    return { cells, lines, report: table.report }
  } finally {
    await table.close()
  }
}

describe('rows within an object', () => {
  test.each([
    ['alone', '{"films":[{"a":1},{"a":2}]}', 'films', [1, 1]],
    [
      'beside other values',
      '{"total":2,"next":null,"results":[{"a":1},{"a":2}]}',
      'results',
      [1, 1],
    ],
    ['beside a schema', '{"schema":{"fields":[1]},"data":[{"a":1},{"a":2}]}', 'data', [1, 1]],
    [
      'over lines',
      '{\n "total": 2,\n "rows": [\n  {"a": 1},\n  {"a":\n   2}\n ]\n}\n',
      'rows',
      [4, 5],
    ],
    ['brackets in texts', '{"a]}":"[{\\"","items":[{"a":1},{"a":2}],"b":"]"}', 'items', [1, 1]],
    ['with a mark', '\ufeff { "data" : [ {"a":1} , {"a":2} ] } ', 'data', [1, 1]],
  ])('%s', async (_, text, name, lines) => {
    const found = await read(text)
    expect(found.cells).toEqual({ a: ['1', '2'] })
    expect(found.lines).toEqual(lines)
    expect(found.report).toMatchObject({
      format: 'json',
      records: 2,
      used: 2,
      warnings: [`the rows are the list "${name}" of its one object`],
    })
  })

  test('a broken one is reported with its line', async () => {
    const { cells, report } = await read('{"data": [\n{"a":1},\n{"a":},\n{"a":2}\n], "n": "\0"}')
    expect(cells).toEqual({ a: ['1', '2'] })
    expect(report.reported).toMatchObject([{ line: 3, reason: 'not valid JSON' }])
    expect(report.warnings).toContain('1 NUL characters were taken out')
  })
})

describe('one row on one line', () => {
  test.each([
    ['plain', '{"a":1}', 'json', { a: ['1'] }],
    ['with lists', '{"a":1,"b":["x","y"],"c":[{"d":1}]}', 'json', { b: ['["x","y"]'] }],
    ['called JSON Lines', '{"b":[{"a":1},{"a":2}]}', 'jsonl', { b: ['[{"a":1},{"a":2}]'] }],
  ])('%s', async (_, text, extension, cells) => {
    const found = await read(text, extension)
    expect(found).toMatchObject({ cells, report: { format: 'jsonl', records: 1, warnings: [] } })
  })
})

describe('what is no table is refused by what it is', () => {
  const shapes: [string, string, RegExp][] = [
    [
      'columns',
      '{"a":[1,2],"b":["x","y"]}',
      /is one JSON object \("a": a list of 2 numbers, "b": a list of 2 texts\), expected one array/,
    ],
    ['rows by number', '{"0":{"a":1},"1":{"a":2}}', /\("0": an object of 1, "1": an object of 1\)/],
    [
      'parts',
      '{"columns":["a"],"data":[[1],[2]]}',
      /"columns": a list of one text, "data": a list/,
    ],
    ['many members', '{"a":[],"b":{},"c":[null],"d":[1],"e":[2]}', /one value, and 2 more\)/],
    ['two tables', '{"data":[{"a":1},{"a":2}],"rows":[{"a":1}],"x":1}', /a list of 2 objects/],
    [
      'a list in a row',
      '{"a":"x","cast":[{"b":1},{"b":2}]}',
      /"a": a text, "cast": a list of 2 obj/,
    ],
    ['one row over lines', '{\n "a": 1\n}', /\("a": a number\)/],
    [
      'rows over lines',
      '{\n "a": 1\n}\n{\n "a": 2\n}',
      /is several JSON values, each over several/,
    ],
    [
      'an array of arrays',
      '[["a","b"],[1,2]]',
      /is one array of 2 lists, expected one array of obj/,
    ],
    ['the same over lines', '[\n [1,2],\n [3,4]\n]\n', /is one array of 2 lists/],
    ['an array of numbers', '[1,2,3]', /is one array of 3 numbers/],
  ]
  test.each(shapes)('%s', async (_, text, message) => {
    const error = await read(text).catch((each: unknown) => each)
    expect(error).toMatchObject({ code: 'table.json-shape', exit: 2 })
    expect((error as Error).message).toMatch(message)
  })

  test.each([
    ['an object', '{"a": 1\n', 1, '{"a": 1'],
    ['a list within', '{"data":[\n{"a":1},\n{"a"', 3, '{"data":[ {"a":1}, {"a"'],
    ['an array', '[{"a":1},\n{"a":2}\n\n', 2, '[{"a":1}, {"a":2}'],
    ['an array of arrays', '[[1,2],[3,', 1, '[[1,2],[3,'],
    ['a text', '[{"a":1},{"a":"some wor', 1, '":1},{"a":"some wor'],
  ])('%s that ends too early', async (_, text, line, tail) => {
    const error = await read(text).catch((each: unknown) => each)
    expect(error).toMatchObject({ code: 'table.json-broken', exit: 2 })
    const { message } = error as Error
    expect(message).toContain(`is broken at line ${line}: the file ends too early, after `)
    expect(message.endsWith(tail)).toBe(true)
  })

  test.each([
    ['lines of arrays', '[1,2]\n[3,4]\n', 2, 'line 1: not a JSON object'],
    ['other quotes', "{'a': 1}", 1, 'line 1: not valid JSON'],
    ['no JSON', 'a,b\n1,2\n3,4\n', 3, 'line 1: not valid JSON'],
  ])('%s: nothing is said of fields and quotes', async (_, text, records, says) => {
    const error = await read(text, 'jsonl').catch((each: unknown) => each)
    expect(error).toMatchObject({ code: 'table.json-records', exit: 2 })
    const { message } = error as Error
    expect(message).toContain(`${records} of ${records} records`)
    expect(message).toContain(says)
    expect(message).not.toContain('fields')
  })

  test('lines of which the first is broken are still lines', async () => {
    const { report } = await read('{"a":1\n{"a":2}\n{"a":3}\n')
    expect(report).toMatchObject({ format: 'jsonl', used: 2, reported: [{ line: 1 }] })
    const others = await read('[1]\n{"a":2}\n{"a":3}\n')
    expect(others.report).toMatchObject({ format: 'jsonl', used: 2, reported: [{ line: 1 }] })
  })
})

test('an outline does not depend on where the pieces of the text end', async () => {
  const text = '{"to\\"tal": -2, "x": {"y": [1]},\n"da\\\\ta": [{"a": "]}"}, {"b": [1, 2]}]}\n '
  const outlines = [1, 2, 3, 5, 7, 1000].map((length) => {
    const pieces = text.match(new RegExp(`[^]{1,${length}}`, 'g')) ?? []
    return outlineOf(
      (async function* () {
        for (const piece of pieces) yield await Promise.resolve(piece)
      })(),
    )
  })
  const [first, ...others] = await Promise.all(outlines)
  expect(first).toMatchObject({
    kind: 'object',
    members: 3,
    plain: 1,
    tables: 1,
    table: { name: 'da\\\\ta', count: 2, offset: text.indexOf('[{'), line: 2 },
    end: 'alone',
    isOneLine: false,
  })
  for (const other of others) expect(other).toEqual(first)
})
