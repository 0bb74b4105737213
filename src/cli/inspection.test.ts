// The terminal, the page and the JSON of `medley inspect` tell the same, on a table so large that much of it is sampled.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import sharp from 'sharp'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { MOST_PICTURES } from '../experiment/pictures.ts'
import { inspect } from '../workflows/inspect.ts'
import { inspectionHtml } from './inspection-html.ts'
import { inspectionJson } from './inspection-json.ts'
import { inspectionNotes } from './inspection-notes.ts'
import { inspectionText } from './inspection-text.ts'
import { MOST_PICTURES as OFFERED, pictures } from './values.ts'

import type { Inspection } from '../workflows/inspect.ts'

/** Pictures of more are not compared, and not all of them looked for. */
const ROWS = 20_100
const folder = mkdtempSync(join(tmpdir(), 'medley-inspection-'))
let large: Inspection

beforeAll(async () => {
  const red = { create: { width: 8, height: 12, channels: 3, background: '#f00' } } as const
  writeFileSync(join(folder, 'good.jpg'), await sharp(red).jpeg().toBuffer())
  writeFileSync(join(folder, 'bad.jpg'), 'not a picture')
  const lines = Array.from({ length: ROWS }, (_, row) => {
    const poster = row === 3 ? 'gone.jpg' : row % 3 === 0 ? 'bad.jpg' : 'good.jpg'
    const label = row === 5 ? 'Rare <b>' : row % 2 === 0 ? 'War' : 'Drama'
    return row === 7 ? 'a,b,c,d,e,f' : `k${row},${poster},no. ${row} & co,same,${label}`
  })
  writeFileSync(join(folder, 'films.csv'), ['key,poster,plot,unit,genre', ...lines].join('\n'))
  large = await inspect(join(folder, 'films.csv'), {
    images: ['poster'],
    labels: ['genre'],
    where: "key <> 'k9'",
  })
})
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

const textOf = (inspection: Inspection): string =>
  inspectionText(inspection, { paint: (_, text) => text, width: 80 })

/** What a browser shows of it. */
const shownOf = (page: string): string =>
  page
    .replace(/<style>[^]*<\/style>|<[^>]*>/g, '')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&quot;/g, '"')
    .replace(/&#39;/g, "'")
    .replace(/&amp;/g, '&')

test('the terminal and the page tell every note', () => {
  const text = textOf(large)
  const page = shownOf(inspectionHtml(large))
  const { head, labels, sections } = inspectionNotes(large, { records: 5, examples: 1 })
  for (const { title, summary, notes } of [head, labels!, ...sections])
    for (const words of [
      summary === '' ? title : `${title}: ${summary}`,
      ...notes.map((n) => n.text),
    ]) {
      expect(text).toContain(words)
      expect(page).toContain(words)
    }
})

test.each([
  ['the terminal', textOf],
  ['the page', (inspection: Inspection) => shownOf(inspectionHtml(inspection))],
])('%s says what was sampled and what is left out', (_, tell) => {
  const told = tell(large)
  for (const words of [
    /Kinds and reasons are told from 4000 of 20098 rows/,
    /< 0\.1%/,
    /20000 of 20098 were looked for, 1000 of 19999 were opened/,
    /\d+ x image\.not-an-image, such as row \d+: /,
    /1 labels have fewer than ten rows: Rare <b> \(1\)/,
    /Copies of the pictures in poster were not looked for in so many rows/,
    /Nothing is learned from unit/,
    /1 rows are left out by the filter/,
    /1 cannot be read and are left out/,
  ])
    expect(told).toMatch(words)
})

test('the JSON tells it as data', () => {
  const { images, leaks, read } = inspectionJson(large)
  expect(images['poster']).toMatchObject({ named: 20_098, looked_for: 20_000, tried: 1000 })
  const { tried, decoded, problems } = images['poster']!
  expect(decoded).toBeGreaterThan(600)
  expect(tried - decoded).toBe(problems['image.not-an-image'])
  expect(leaks.notes.join('\n')).toContain('Copies of the pictures in poster were not looked for')
  expect(read).toMatchObject({ records: ROWS, used: ROWS - 1, rows_left_out: 1 })
})

test('both say how many pictures the rows have', async () => {
  const told = async (cell: string): Promise<readonly string[]> => {
    const lines = Array.from({ length: 30 }, (_, row) => {
      const own = row < 3 ? cell : 'good.jpg'
      return `${own},${row % 2 === 0 ? 'War' : 'Drama'}`
    })
    writeFileSync(join(folder, 'several.csv'), ['poster,genre', ...lines].join('\n'))
    const found = await inspect(join(folder, 'several.csv'))
    expect(inspectionJson(found).images['poster']).toMatchObject({ named: 30 })
    return [textOf(found), shownOf(inspectionHtml(found))]
  }
  const list = (count: number): string => Array.from({ length: count }, () => 'good.jpg').join('|')
  for (const text of await told(list(3)))
    expect(text).toContain(
      'up to 3 pictures per row, more than one in 3 rows: the first counts; --pictures mean uses all',
    )
  for (const text of await told(list(9))) expect(text).toContain('--pictures mean uses up to 8')
  for (const text of await told('good.jpg')) expect(text).not.toContain('--pictures')
})

test('what --pictures takes', () => {
  expect(OFFERED).toBe(MOST_PICTURES)
  expect(pictures('first')).toEqual({ pool: 'first' })
  expect(pictures('mean')).toEqual({ pool: 'mean' })
  expect(pictures('mean:3')).toEqual({ pool: 'mean', most: 3 })
  for (const text of ['', 'all', 'mean:', 'mean:1', 'mean:9', 'mean:x', 'first:2'])
    expect(() => pictures(text)).toThrow('N from 2 to 8')
})

test('a table that cannot be trained on: both say why, and what to do', async () => {
  writeFileSync(join(folder, 'x.csv'), 'a\nthe first of many words\nnobody says it twice\n')
  const found = await inspect(join(folder, 'x.csv'))
  for (const told of [textOf(found), shownOf(inspectionHtml(found))]) {
    expect(told).toContain(`nothing yet: ${found.problem!.message}`)
    expect(told).toContain(`-> ${found.problem!.fix}`)
  }
})

test('target warnings of numbers are told by both', () => {
  const target = {
    task: 'regression',
    reason: 'numbers',
    classes: null,
    warnings: ['odd'],
  } as const
  const found = { ...large, labels: null, target }
  for (const told of [textOf(found), shownOf(inspectionHtml(found))])
    expect(told).toMatch(/^\s*odd$/m)
})
