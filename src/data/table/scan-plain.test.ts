// The fast pass may give up, but where it does not, it must say what the careful scanner says.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeAll, expect, test } from 'vitest'

import { randomStream } from '../../base/rng.ts'
import { openText } from './decode.ts'
import { printRecord } from './fields.ts'
import { scanPlain } from './scan-plain.ts'
import { scanRecords } from './scan.ts'
import { learnShapes } from './shapes.ts'

import type { Layout } from './record.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'medley-plain-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const rows = Array.from({ length: 12 }, (_, index) => [
  `${index}`,
  index % 3 === 0 ? `He said "no", twice.\nThen ${index},left` : `plot é ${index}`,
  index % 2 === 0 ? 'Drama' : '',
])
const layoutOf = (delimiter: string): Layout => ({
  delimiter,
  crEnds: false,
  columns: 3,
  shapes: learnShapes(rows, 3),
})
const noises = ['"', '""', ',', '\t', '\n', '\r', '\r\n', '\n\n', '\0', 'é', ' ', '",', ',"', 'x']

test('changed files: the same account, or none', async () => {
  const stream = randomStream(7, 'plain')
  const file = join(folder, 'x.csv')
  let plain = 0
  for (let run = 0; run < 600; run++) {
    const delimiter = run % 2 === 0 ? ',' : '\t'
    const end = run % 3 === 0 ? '\r\n' : '\n'
    let text = rows.map((row) => printRecord(row, delimiter) + end).join('')
    const [which = 0, where = 0, amount = 0] = stream.uniform(3, run)
    if (amount < 0.8) {
      const at = Math.floor(where * (text.length + 1))
      text = text.slice(0, at) + noises[Math.floor(which * noises.length)]! + text.slice(at)
    }
    await writeFile(file, text)
    const layout = layoutOf(delimiter)
    const fast = await scanPlain(file, layout, { hasHeader: false })
    if (fast === undefined) continue
    plain++
    const slow = await scanRecords(openText(file, 'utf-8', undefined).chunks(), layout, {
      hasHeader: false,
    })
    const said = JSON.stringify(text)
    expect(slow.used, said).toBe(slow.records)
    expect(slow.blankLines, said).toBe(0)
    expect(fast.lineOfRow, said).toEqual(slow.lineOfRow)
    expect(fast.lineEnding, said).toBe(slow.lineEnding)
    expect(fast.suspicious, said).toEqual(slow.suspicious)
  }
  expect(plain).toBeGreaterThan(150)
  expect(plain).toBeLessThan(500)
})

test('records across the pieces in which a file is read', async () => {
  const file = join(folder, 'big.csv')
  const long = 'some "words", and\nmore '.repeat(20_000)
  const many = Array.from({ length: 40 }, (_, index) => [`${index}`, long.slice(index), 'x'])
  await writeFile(file, many.map((row) => `${printRecord(row)}\r\n`).join(''))
  const fast = await scanPlain(file, layoutOf(','), { hasHeader: true })
  const slow = await scanRecords(openText(file, 'utf-8', undefined).chunks(), layoutOf(','), {
    hasHeader: true,
  })
  expect(fast?.lineOfRow).toEqual(slow.lineOfRow)
  expect(fast?.lineOfRow).toHaveLength(39)
})
