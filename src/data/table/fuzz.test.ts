// Damaged tables by the hundred: no crash, every record accounted for, no cell lost in silence. What came in is counted by
// a parser of this test's own, which shares nothing with the reader; MEDLEY_FUZZ sets the number of files of each format.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeAll, expect, test } from 'vitest'

import { MedleyError } from '../../base/errors.ts'
import { randomStream } from '../../base/rng.ts'
import { printRecord } from './fields.ts'
import { readTable } from './table.ts'

const FILES = Number(process.env['MEDLEY_FUZZ'] ?? 75)
const AT_ONCE = 4
const TIMEOUT_MS = 60_000 + FILES * 400

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'medley-fuzz-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** Numbers in [0, 1), the same for the same file. */
const randomOf = (seed: string, file: number): (() => number) => {
  const numbers = randomStream(11, seed).uniform(400, file)
  let next = 0
  return () => numbers[next++ % numbers.length]!
}

const pick = <T>(random: () => number, list: readonly T[]): T =>
  list[Math.floor(random() * list.length)]!

// Each cell of text has a word that is nowhere else: `zq17x`. No damage makes or joins such words.
const WORD = /zq\d+x/g

interface Fuzzed {
  readonly text: string
  readonly delimiter: string
}

const makeCsv = (file: number): Fuzzed => {
  const random = randomOf('csv', file)
  const delimiter = pick(random, [',', ',', ';', '\t', '|'])
  const end = pick(random, ['\n', '\n', '\r\n'])
  const count = 5 + Math.floor(random() * 30)
  let words = 0
  const word = (): string => `zq${words++}x`
  const rows = Array.from({ length: count }, (_, row) => [
    String(row + 1),
    word(),
    pick(random, [
      `a plot, ${word()}; the end`,
      `He said "${word()}", twice.\nThen left`,
      `"${word()}"`,
      ` ${word()} `,
      '',
    ]),
    (random() * 10).toFixed(2),
    pick(random, [`Drama|${word()}`, 'War', '']),
  ])
  const records = [['id', 'title', 'overview', 'score', 'genres'], ...rows]
  let text = records.map((record) => printRecord(record, delimiter) + end).join('')
  const damages = Math.floor(random() * random() * 12)
  for (let damage = 0; damage < damages; damage++) {
    // Never inside a word or the header, so that what must come out stays known.
    const header = text.search(/[\r\n]/) + 1
    let at = header + Math.floor(random() * (text.length - header))
    while (at > header && /[zq\dx]/.test(text[at - 1] ?? '')) at--
    const noise = pick(random, [
      '"',
      '""',
      '"""',
      delimiter,
      '\n',
      '\r\n',
      '\r',
      '\n\n',
      '", "',
      ' "',
      '\0',
      '\ufeff',
      'é',
      '\t',
      '\\"',
      '…',
    ])
    const cut = random() < 0.2 && !/[zq\dx]/.test(text[at] ?? '') ? 1 : 0
    text = text.slice(0, at) + noise + text.slice(at + cut)
  }
  return { text, delimiter }
}

/** RFC 4180 and nothing else: the records of a file, or undefined when it is not valid. Written as one state machine. */
const parseStrict = (text: string, delimiter: string): string[][] | undefined => {
  const records: string[][] = []
  let record: string[] = []
  let field = ''
  let state: 'start' | 'plain' | 'quoted' | 'closed' = 'start'
  const endField = (): void => {
    record.push(field)
    field = ''
    state = 'start'
  }
  const endRecord = (): void => {
    endField()
    records.push(record)
    record = []
  }
  for (const char of text.replace(/\r\n/g, '\n')) {
    if (state === 'quoted') {
      if (char === '"') state = 'closed'
      else field += char
    } else if (char === '"') {
      if (state === 'plain') return undefined
      if (state === 'closed') field += '"'
      state = 'quoted'
    } else if (char === delimiter) endField()
    else if (char === '\n') endRecord()
    else if (char === '\r' || state === 'closed') return undefined
    else {
      field += char
      state = 'plain'
    }
  }
  if (state === 'quoted') return undefined
  if (field !== '' || record.length > 0 || state !== 'start') endRecord()
  return records
}

interface Reading {
  readonly rows: readonly (readonly (string | null)[])[]
  readonly lines: readonly number[]
  readonly reported: readonly number[]
  readonly repaired: number
  readonly records: number
}

/** Reads; gives the account, or undefined where the whole table is refused with a reason. */
const readAll = async (file: string): Promise<Reading | undefined> => {
  try {
    const table = await readTable(file)
    try {
      const { records, used, repaired, reported } = table.report
      expect(used + repaired.length + reported.length).toBe(records)
      expect(used + repaired.length).toBe(table.rowCount)
      const columns = await Promise.all(table.columns.map((name) => table.column(name)))
      const rows = Array.from({ length: table.rowCount }, (_, row) =>
        columns.map((column) => column[row]!),
      )
      return {
        rows,
        records,
        lines: rows.map((_, row) => table.line(row)),
        reported: reported.map(({ line }) => line),
        repaired: repaired.length,
      }
    } finally {
      await table.close()
    }
  } catch (error) {
    if (!(error instanceof MedleyError) || error.exit !== 2) throw error
    return undefined
  }
}

/** Every word of the text is in a cell, or on the lines of a record that was reported. */
const expectNoLoss = (text: string, { rows, lines, reported }: Reading, isBreak: RegExp): void => {
  const kept = new Set(rows.flatMap((row) => row.flatMap((cell) => cell?.match(WORD) ?? [])))
  const starts = [...lines, ...reported].sort((a, b) => a - b)
  const isReported = new Set(reported)
  for (const [index, line] of text.split(isBreak).entries()) {
    const start = starts.findLast((each) => each <= index + 1)
    if (start !== undefined && isReported.has(start)) continue
    for (const word of line.match(WORD) ?? [])
      expect(kept, `${word} of line ${index + 1}`).toContain(word)
  }
}

/** Runs `check` for each file, a few at a time. */
const forFiles = async (check: (file: number) => Promise<void>): Promise<void> => {
  let next = 0
  const work = async (): Promise<void> => {
    while (next < FILES) await check(next++)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
}

test(`${FILES} damaged CSV files`, { timeout: TIMEOUT_MS }, async () => {
  const seen = { valid: 0, repaired: 0, reported: 0, refused: 0 }
  await forFiles(async (number) => {
    const { text, delimiter } = makeCsv(number)
    const file = join(folder, `${number}.csv`)
    await writeFile(file, text)
    const reading = await readAll(file)
    await rm(file)
    if (reading === undefined) {
      seen.refused++
      return
    }
    const said = `file ${number}: ${JSON.stringify(text)}`
    const plain = text.replaceAll('\0', '')
    // A lone carriage return ends lines only in files where that is the habit; elsewhere it is reported or kept.
    const loneReturns = /\r(?!\n)/.test(plain)
    if (!loneReturns)
      try {
        expectNoLoss(plain, reading, /\n/)
      } catch (error) {
        throw new Error(said, { cause: error })
      }
    if (reading.repaired > 0) seen.repaired++
    if (reading.reported.length > 0) seen.reported++
    const parsed = parseStrict(plain, delimiter)
    if (parsed === undefined) return
    const blank = (record: readonly string[]): boolean =>
      record.join('').trim() === '' && (record.length === 1 || delimiter === '\t')
    const records = parsed.slice(1).filter((record) => !blank(record))
    if (!records.every((record) => record.length === 5)) return
    seen.valid++
    // A byte order mark at the beginning of a cell is dropped.
    const cells = records.map((record) => record.map((cell) => cell.replace(/^\ufeff/, '') || null))
    const back = reading.rows.map((row) =>
      row.map((cell) => cell?.replaceAll('\r\n', '\n') ?? null),
    )
    expect(reading.records, said).toBe(records.length)
    expect(back, said).toEqual(cells)
  })
  expect(seen.valid).toBeGreaterThan(FILES / 10)
  expect(seen.repaired).toBeGreaterThan(FILES / 20)
  expect(seen.reported).toBeGreaterThan(FILES / 20)
  expect(seen.refused).toBeLessThan(FILES / 4)
})

const makeJsonl = (file: number): string => {
  const random = randomOf('jsonl', file)
  let words = 0
  const word = (): string => `zq${words++}x`
  const lines = Array.from({ length: 5 + Math.floor(random() * 30) }, (_, row) =>
    JSON.stringify({
      id: row + 1,
      title: word(),
      ...(random() < 0.5 ? { overview: `"${word()}"\n{,}` } : {}),
      genres: [word(), 'War'],
    }),
  )
  let text = lines.join(pick(random, ['\n', '\n', '\r\n']))
  const damages = Math.floor(random() * random() * 8)
  for (let damage = 0; damage < damages; damage++) {
    let at = Math.floor(random() * text.length)
    while (at > 0 && /[zq\dx]/.test(text[at - 1] ?? '')) at--
    const noise = pick(random, [
      '"',
      '{',
      '}',
      '[',
      ',',
      '\n',
      '\n\n',
      '\\',
      'null',
      '\0',
      '\ufeff',
      '\u2028',
    ])
    text = text.slice(0, at) + noise + text.slice(at)
  }
  return text
}

test(`${FILES} damaged JSON Lines files`, { timeout: TIMEOUT_MS }, async () => {
  let refused = 0
  let damaged = 0
  await forFiles(async (number) => {
    const text = makeJsonl(number)
    const file = join(folder, `${number}.jsonl`)
    await writeFile(file, text)
    const reading = await readAll(file)
    await rm(file)
    if (reading === undefined) {
      refused++
      return
    }
    const said = `file ${number}: ${JSON.stringify(text)}`
    const plain = text.replaceAll('\0', '').replace(/^\ufeff/, '')
    const filled = plain.split('\n').filter((line) => line.trim() !== '')
    expect(reading.records, said).toBe(filled.length)
    if (reading.reported.length > 0) damaged++
    try {
      expectNoLoss(plain, reading, /\n/)
    } catch (error) {
      throw new Error(said, { cause: error })
    }
  })
  expect(damaged).toBeGreaterThan(FILES / 10)
  expect(refused).toBeLessThan(FILES / 4)
})
