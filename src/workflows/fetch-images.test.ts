// Pictures at web addresses, from a real server, through every workflow that reads a table.
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import sharp from 'sharp'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'

import { startServer } from '../download/testing/server.ts'
import { compare } from './compare.ts'
import { evaluate } from './evaluate.ts'
import { inspect } from './inspect.ts'
import { predictOne, predictTable } from './predict.ts'
import { prepareData } from './prepare.ts'
import { train } from './train.ts'

import type { Answering, TestServer } from '../download/testing/server.ts'
import type { FetchImagesOptions } from './fetch-images.ts'
import type { PreparedData } from './prepare.ts'

const folder = mkdtempSync(join(tmpdir(), 'medley-fetch-'))
const ROWS = 60
let server: TestServer
let table: string
let isHealed = false

const colour = async (grey: number): Promise<Buffer> =>
  sharp({
    create: { width: 20, height: 20, channels: 3, background: { r: grey, g: grey, b: 255 - grey } },
  })
    .png()
    .toBuffer()

/** Rows, 1-based, whose pictures are not plainly there. */
const odd: Readonly<Record<string, Answering>> = {
  '/2.png': (_request, response) => response.writeHead(404).end(),
  '/3.png': (_request, response) => response.end('<!doctype html><p>Sorry'),
  '/4.png': (_request, response) => {
    if (isHealed) response.writeHead(302, { location: '/1.png' }).end()
    else response.writeHead(500).end()
  },
  '/5.png': (_request, response) => {
    response.writeHead(302, { location: 'http://169.254.169.254/latest/meta-data' }).end()
  },
}

beforeAll(async () => {
  const pictures = new Map<string, Buffer>()
  for (let row = 1; row <= ROWS; row++) pictures.set(`/${row}.png`, await colour(row * 4))
  server = await startServer({
    ...odd,
    '*': ({ url }, response) => {
      const picture = pictures.get(url ?? '')
      if (picture === undefined) response.writeHead(404).end()
      else response.end(picture)
    },
  })
  table = join(folder, 'films.csv')
  const lines = Array.from({ length: ROWS }, (_, index) => {
    const row = index + 1
    const text = row % 2 ? 'a quiet love story by the sea' : 'guns and ships in deep space'
    return `${server.base}/${row}.png#top,${text} ${row},${row % 2 ? 'drama|love' : 'action|space'}`
  })
  writeFileSync(table, ['poster,plot,genres', ...lines, ''].join('\n'))
})

beforeEach(() => {
  server.asked.length = 0
})

afterAll(async () => {
  await server.close()
  rmSync(folder, { recursive: true })
})

const fetching = (name: string): FetchImagesOptions => ({
  folder: join(folder, name),
  servers: [server.base],
  requestsPerSecond: 10_000,
  manners: { retry: { limit: 1, baseMs: 1, capMs: 2 } },
})

const roles = { images: ['poster'], texts: ['plot'], labels: ['genres'], checkDuplicates: false }
const planned = { ...roles, imageSize: { width: 16, height: 16 }, seed: 1, threads: 1 }

const prepared = async (
  name: string,
  fetchImages: FetchImagesOptions | undefined,
): Promise<PreparedData & { readonly notes: readonly string[] }> => {
  const notes: string[] = []
  const made = await prepareData(table, {
    ...planned,
    out: join(folder, name),
    fetchImages,
    onNote: (note) => notes.push(note),
  })
  return { ...made, notes }
}

test('nobody is asked unless the user says so', async () => {
  const { report, notes } = await prepared('plain', undefined)
  expect(server.asked).toEqual([])
  expect(report.missing).toEqual({ poster: ROWS, plot: 0 })
  expect(notes).toContain(
    `${ROWS} pictures are web addresses and count as missing; --fetch-images downloads them.`,
  )
  expect(report.bad[0]).toMatchObject({ row: 0, code: 'image.remote' })
})

test('this machine and private networks are not asked unless named', async () => {
  const { report, notes } = await prepared('unnamed', { ...fetching('unnamed'), servers: [] })
  expect(server.asked).toEqual([])
  expect(report.bad).toHaveLength(ROWS)
  expect(report.bad[6]).toMatchObject({ row: 6, code: 'download.private-address' })
  expect(notes.join()).toContain(`${ROWS} x download.private-address`)
  expect(notes.join()).toContain('--allow-server http://HOST:PORT')
  await expect(
    prepared('wrong', { ...fetching('wrong'), servers: ['intranet'] }),
  ).rejects.toMatchObject({ code: 'workflow.server-invalid' })
})

test('what cannot be had is missing with a reason, and a second run asks only for that', async () => {
  isHealed = false
  const kept = fetching('shared')
  const first = await prepared('first', kept)
  expect(first.report.missing).toEqual({ poster: 4, plot: 0 })
  expect(first.report.bad.map(({ row, code }) => [row + 1, code])).toEqual([
    [2, 'download.gone'],
    [3, 'image.not-an-image'],
    [4, 'download.server-error'],
    [5, 'download.redirect'],
  ])
  expect(first.notes.join('\n')).toMatch(/^56 pictures were fetched .* 4 could not be had/m)

  server.asked.length = 0
  isHealed = true
  const second = await prepared('second', kept)
  // 404 is remembered.
  expect(new Set(server.asked)).toEqual(new Set(['/3.png', '/4.png', '/5.png', '/1.png']))
  expect(second.report.missing).toEqual({ poster: 3, plot: 0 })
  expect(second.report.bad.map(({ row }) => row + 1)).toEqual([2, 3, 5])

  server.asked.length = 0
  await prepared('third', { ...kept, retryFailed: true })
  expect(server.asked).toContain('/2.png')
})

test('of rows with several pictures all that count are fetched', async () => {
  isHealed = true
  const several = join(folder, 'several.csv')
  const lines = Array.from({ length: ROWS }, (_, index) => {
    const [one, other] = [index + 1, ((index + 1) % ROWS) + 1]
    const cell = `${server.base}/${one}.png|${server.base}/${other}.png|${server.base}/100.png`
    return `${cell},${one % 2 ? 'a quiet love story' : 'guns and ships'} ${one},${one % 2 ? 'drama' : 'action'}`
  })
  writeFileSync(several, ['poster,plot,genres', ...lines, ''].join('\n'))
  const { report } = await prepareData(several, {
    ...planned,
    pictures: { pool: 'mean', most: 2 },
    out: join(folder, 'several'),
    fetchImages: fetching('several-pictures'),
  })
  expect(server.asked).not.toContain('/100.png')
  // Rows with one of the three pictures that cannot be had have the other; row 2 has neither of its two.
  expect(report.bad.map(({ row }) => row + 1)).toEqual([1, 2, 2, 3, 4, 5])
  expect(report.missing).toEqual({ poster: 1, plot: 0 })
  const notes = report.notes.join('\n')
  expect(notes).toContain(`poster: ${ROWS} rows have more than 2 pictures`)
})

test('two runs may fetch into one folder at once', async () => {
  isHealed = true
  const kept = fetching('at-once')
  const both = await Promise.all([prepared('one', kept), prepared('other', kept)])
  for (const { report } of both) expect(report.missing).toEqual({ poster: 3, plot: 0 })
  const files = readdirSync(kept.folder, { recursive: true, encoding: 'utf8' })
  expect(files.filter((name) => name.includes('.tmp'))).toEqual([])
})

test('inspect, training, its evaluation and predictions share the folder', async () => {
  isHealed = true
  const fetchImages = fetching('everywhere')
  const inspected = await inspect(table, { ...roles, fetchImages })
  expect(inspected.images['poster']).toMatchObject({
    named: ROWS,
    existing: ROWS - 3,
    decoded: ROWS - 3,
    problems: { 'download.gone': 1, 'image.not-an-image': 1, 'download.redirect': 1 },
  })

  const run = join(folder, 'run')
  await train(table, { ...planned, preset: 'fast', epochs: 1, out: run, fetchImages })
  server.asked.length = 0
  const options = { fetchImages, threads: 1 }
  const rows = await predictTable(run, table, { ...options, out: join(folder, 'p.csv') })
  expect(rows).toMatchObject({ rows: ROWS, predicted: ROWS, missing: { poster: 3, plot: 0 } })
  expect(rows.bad.map(({ row }) => row + 1)).toEqual([2, 3, 5])
  const one = await predictOne(run, { ...options, image: `${server.base}/7.png` })
  expect(one.missing).toEqual(['plot'])
  await expect(
    predictOne(run, { ...options, image: `${server.base}/2.png` }),
  ).rejects.toMatchObject({
    code: 'download.gone',
    fix: expect.stringContaining('--retry-failed') as unknown,
  })
  expect((await evaluate(run, table, options)).rows).toBe(ROWS)
  expect(new Set(server.asked)).toEqual(new Set(['/3.png', '/5.png']))
  // The experiment of the run knows where its pictures are.
  const notes: string[] = []
  await evaluate(run, undefined, { fetchImages, onNote: (note) => notes.push(note) })
  expect(notes.join('\n')).toContain('57 were there already')

  notes.length = 0
  const fetchSettings = fetchImages
  await compare([run, run], { fetchSettings, threads: 1, onNote: (note) => notes.push(note) })
  expect(notes.join('\n')).not.toContain('--fetch-images downloads them')
  // Both runs are prepared once, and both models read the rows.
  expect(notes.filter((note) => note.includes('57 were there already'))).toHaveLength(4)
})

test('a run is judged on the pictures it was trained with, though others have come back', async () => {
  isHealed = false
  const fetchImages = fetching('healing')
  const run = join(folder, 'healed-run')
  const { scores } = await train(table, { ...planned, epochs: 1, out: run, fetchImages })
  isHealed = true
  const inspected = await inspect(table, { ...roles, fetchImages })
  expect(inspected.images['poster']).toMatchObject({ existing: ROWS - 3 })
  server.asked.length = 0
  const notes: string[] = []
  const onNote = (note: string): number => notes.push(note)
  const again = await evaluate(run, undefined, { fetchImages, onNote })
  expect(server.asked).toEqual([])
  expect(notes.join('\n')).toMatch(/56 were there already, 4 could not be had/)
  expect(again).toEqual(scores.test)

  notes.length = 0
  await compare([run, run], { fetchSettings: fetchImages, threads: 1, onNote })
  expect(server.asked).toEqual([])
  const counts = notes.filter((note) => note.includes('were there already'))
  expect(counts).toHaveLength(4)
  for (const note of counts) expect(note).toMatch(/56 were there already, 4 could not be had/)
})

test('an experiment of somebody else allows no server and names no folder', async () => {
  isHealed = true
  await prepared('theirs', fetching('elsewhere'))
  const experiment = join(folder, 'theirs', 'experiment.json')
  const options = { epochs: 1, out: join(folder, 'not-asked'), cache: join(folder, 'own') }
  server.asked.length = 0
  await expect(train(experiment, options)).rejects.toMatchObject({
    code: 'workflow.server-not-allowed',
    fix: expect.stringContaining(`--allow-server ${server.base}`) as unknown,
  })
  expect(server.asked).toEqual([])
  const { servers, requestsPerSecond, manners } = fetching('elsewhere')
  const fetchSettings = { servers, requestsPerSecond, manners }
  const notes: string[] = []
  const onNote = (note: string): number => notes.push(note)
  await train(experiment, { ...options, fetchSettings, onNote })
  expect(notes.join('\n')).toMatch(/^57 pictures were fetched/m)
  expect(readdirSync(join(options.cache, 'pictures'))).not.toEqual([])
})
