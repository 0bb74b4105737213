// The scanner alone, on text in memory: thousands of broken files are cheap here.
import fc from 'fast-check'
import { expect, test } from 'vitest'

import { randomStream } from '../../base/rng.ts'
import { printRecord, splitStrict } from './fields.ts'
import { scanRecords, type ScanResult } from './scan.ts'
import { learnShapes } from './shapes.ts'

import type { Layout } from './record.ts'

async function* inPieces(text: string, size: number): AsyncGenerator<string> {
  for (let start = 0; start < text.length; start += size)
    yield await Promise.resolve(text.slice(start, start + size))
}

const layoutOf = (rows: readonly (readonly string[])[]): Layout => ({
  delimiter: ',',
  crEnds: false,
  columns: rows[0]!.length,
  shapes: learnShapes(rows, rows[0]!.length),
})

const scanText = async (
  text: string,
  layout: Layout,
  pieceSize = 1 << 20,
): Promise<{ result: ScanResult; rows: (readonly string[])[] }> => {
  const rows: (readonly string[])[] = []
  const result = await scanRecords(inPieces(text, pieceSize), layout, {
    hasHeader: false,
    sink: (raw, fields) => {
      rows.push(fields ?? splitStrict(raw, layout.delimiter))
    },
  })
  expect(result.coveredLines).toBe(result.countedLines)
  expect(result.used + result.repaired.length + result.reported.length).toBe(result.records)
  expect(rows).toHaveLength(result.used + result.repaired.length)
  return { result, rows }
}

const films = Array.from({ length: 25 }, (_, index) => [
  `${index + 1}`,
  `Film ${index}`,
  index % 3 === 0 ? `He said "no", twice. Then left, film ${index}` : `A plot, number ${index}`,
  index % 2 === 0 ? 'Drama|War' : 'Comedy',
])
const noises = ['"', '""', '"""', ',', '\t', '"x', '",', ',"', ' "', 'x"y"z', '\r']

test('one pollution in a file: the other records are untouched, and none is lost', async () => {
  const layout = layoutOf(films)
  const stream = randomStream(3, 'pollution')
  const outcomes = { used: 0, repaired: 0, reported: 0 }
  for (let run = 0; run < 800; run++) {
    const lines = films.map((row) => printRecord(row))
    const [which = 0, where = 0, what = 0] = stream.uniform(3, run)
    const line = Math.floor(which * lines.length)
    const text = lines[line]!
    const at = Math.floor(where * (text.length + 1))
    lines[line] = text.slice(0, at) + noises[Math.floor(what * noises.length)]! + text.slice(at)
    const { result, rows } = await scanText(lines.join('\n'), layout)
    expect(result.records, lines[line]).toBe(films.length)
    const others = rows.filter((_, row) => result.lineOfRow[row] !== line + 1)
    expect(others, lines[line]).toEqual(films.filter((_, index) => index !== line))
    if (result.reported.length > 0) outcomes.reported++
    else if (result.repaired.length > 0) outcomes.repaired++
    else outcomes.used++
  }
  // All three happen: `used` where the noise makes a valid file, such as a doubled quote in a quoted field.
  expect(Object.values(outcomes).every((count) => count > 20)).toBe(true)
})

test('many changes at once, cut into pieces anywhere: the same account every time', async () => {
  const layout = layoutOf(films)
  const good = films.map((row) => printRecord(row)).join('\r\n')
  const stream = randomStream(5, 'mutation')
  for (let run = 0; run < 500; run++) {
    const chars = Array.from(good)
    const changes = 1 + (run % 25)
    const random = stream.uniform(2 * changes, run)
    for (let change = 0; change < changes; change++)
      chars[Math.floor(random[2 * change]! * chars.length)] = [...noises, '\n', 'é'][
        Math.floor(random[2 * change + 1]! * (noises.length + 2))
      ]!
    const text = chars.join('')
    const whole = await scanText(text, layout)
    expect(await scanText(text, layout, 1 + (run % 50))).toEqual(whole)
  }
})

test('every valid file is read as it was printed, whatever the pieces', async () => {
  const cell = fc.string({
    unit: fc.constantFrom(...Array.from('a1"\',;|\t\n\r \\€😀')),
    maxLength: 8,
  })
  const table = fc
    .integer({ min: 1, max: 5 })
    .chain((columns) =>
      fc.array(fc.array(cell, { minLength: columns, maxLength: columns }), { minLength: 1 }),
    )
  await fc.assert(
    fc.asyncProperty(
      table,
      fc.constantFrom('\n', '\r\n'),
      fc.integer({ min: 1, max: 40 }),
      async (rows, end, size) => {
        const text = rows.map((row) => printRecord(row) + end).join('')
        const { result, rows: back } = await scanText(text, layoutOf(rows), size)
        expect(back.filter((_, row) => row >= 0)).toEqual(rows.filter((row) => !isBlank(row)))
        expect(result.blankLines).toBe(rows.filter(isBlank).length)
      },
    ),
    { numRuns: 1000, seed: 2 },
  )
})

/** A row that prints as a line of nothing. */
const isBlank = (row: readonly string[]): boolean =>
  row.length > 1 && printRecord(row).trim() === ''

test('a line longer than any record may be is reported once and passed over', async () => {
  const layout: Layout = { ...layoutOf([['1', 'a']]), columns: 2 }
  async function* chunks(): AsyncGenerator<string> {
    yield '1,a\n2,'
    for (let piece = 0; piece < 66; piece++) yield await Promise.resolve('z'.repeat(2 ** 20))
    yield ',q\n3,c\n'
  }
  const rows: string[] = []
  const sink = (raw: string): void => {
    rows.push(raw)
  }
  const result = await scanRecords(chunks(), layout, { hasHeader: false, sink })
  expect(rows).toEqual(['1,a', '3,c'])
  expect(result.lineOfRow).toEqual([1, 3])
  expect(result.reported).toMatchObject([{ line: 2, reason: 'longer than 64 MB' }])
  expect(result.coveredLines).toBe(result.countedLines)
})

test('the rest of a record that was given up is not taken for a record', async () => {
  const layout = layoutOf([
    ['1', 'a'],
    ['2', 'b'],
  ])
  const { result, rows } = await scanText('1,a\n2,"He said "hi", oh\nwell, fine"\n3,b\n', layout)
  expect(rows).toEqual([
    ['1', 'a'],
    ['3', 'b'],
  ])
  expect(result.reported.map(({ line }) => line)).toEqual([2, 3])
})

test('ten thousand open quotes take no quadratic time', async () => {
  const rows = Array.from({ length: 10_000 }, (_, index) => `${index},"a""b`)
  const start = performance.now()
  const { result } = await scanText(rows.join('\n'), layoutOf([['1', 'a']]))
  expect(result.records).toBe(10_000)
  expect(performance.now() - start).toBeLessThan(20_000)
})
