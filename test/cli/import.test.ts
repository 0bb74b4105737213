// `medley import` as a process: JSON for scripts, a server that fails, and Ctrl-C in the middle of a download.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import sharp from 'sharp'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'

import { startServer } from '../../src/download/testing/server.ts'
import { jsonOf, medley } from '../support/medley.ts'

import type { TestServer } from '../../src/download/testing/server.ts'
import type { Ended } from '../support/medley.ts'

const cwd = mkdtempSync(join(tmpdir(), 'medley-cli-import-'))
const FILMS = 40
const quick = ['--rate', '500', '--retries', '0', '--concurrency', '4']

let jpeg: Buffer
let server: TestServer | undefined

beforeAll(async () => {
  const rows = Array.from({ length: FILMS }, (_, index) => {
    const id = index + 1
    const genres = index % 10 === 9 ? '[]' : "\"[{'id': 18, 'name': 'Drama'}]\""
    return `False,${genres},${id},tt${String(id).padStart(7, '0')},A story of number ${id},/p${id}.jpg,2001-02-03,Film ${id}`
  })
  const header = 'adult,genres,id,imdb_id,overview,poster_path,release_date,title'
  writeFileSync(join(cwd, 'movies_metadata.csv'), [header, ...rows, ''].join('\n'))
  const create = { width: 40, height: 60, channels: 3, background: '#204060' } as const
  jpeg = await sharp({ create }).jpeg().toBuffer()
})
afterEach(async () => {
  await server?.close()
  server = undefined
})
afterAll(() => {
  rmSync(cwd, { recursive: true, force: true })
})

const run = (
  args: readonly string[],
  onStderr?: Parameters<typeof medley>[1]['onStderr'],
): Promise<Ended> =>
  medley(['import', 'kaggle-movies', ...args], {
    cwd,
    ...(onStderr === undefined ? {} : { onStderr }),
  })

test('a table without posters, for people and for scripts', async () => {
  const human = await run(['movies_metadata.csv', '--out', 'plain'])
  expect(human).toMatchObject({ code: 0, stderr: '' })
  for (const words of ['40 records: 36 films kept, 4 dropped', 'medley inspect plain/films.csv'])
    expect(human.stdout).toContain(words)
  expect(jsonOf(await run(['.', '--out', 'plain', '--json']))).toEqual({
    out: 'plain',
    table: 'plain/films.csv',
    report: {
      records: 40,
      kept: 36,
      dropped: 4,
      dropped_by_reason: {
        unreadable: 0,
        'no-id': 0,
        duplicate: 0,
        'genres-unreadable': 0,
        'no-genre': 4,
      },
      repaired: 0,
      placeholder_overviews: 0,
      adult: 0,
    },
    posters: { source: 'none', there: 0, outcomes: {}, problems: {} },
  })
  expect(readdirSync(join(cwd, 'plain')).sort()).toEqual([
    'films.csv',
    'import-report.json',
    'import-report.txt',
  ])
})

test('mistakes are one line and exit code 2', async () => {
  expect(jsonOf(await run(['nowhere', '--out', 'x', '--json']))).toMatchObject({
    error: { code: 'source.not-found' },
  })
  expect(await run(['.'])).toMatchObject({ code: 2 })
  expect(existsSync(join(cwd, 'x'))).toBe(false)
})

test('a download that Ctrl-C stops goes on with the same command', async () => {
  let isSlow = true
  server = await startServer({
    '/w185/p1.jpg': (_request, response) => response.writeHead(404).end(),
    '*': (request, response) => {
      const number = Number(/\d+(?=\.jpg)/.exec(request.url ?? '')?.[0])
      if (isSlow && number > 20) return
      response.writeHead(200, { 'content-length': jpeg.length }).end(jpeg)
    },
  })
  const { base, asked } = server
  const args = ['.', '--out', 'films', '--posters', 'download', '--poster-base-url', base, ...quick]
  const posters = join(cwd, 'films', 'posters')
  // Posters 2 to 20 but 10 and 20, which have no genre.
  const THERE = 17
  const stopped = await run([...args, '--json'], (child, soFar) => {
    if (!soFar.includes('now their posters') || soFar.includes('Stopping')) return
    const timer = setInterval(() => {
      const there = existsSync(posters) ? readdirSync(posters) : []
      if (there.filter((name) => name.endsWith('.jpg')).length < THERE) return
      clearInterval(timer)
      child.kill('SIGINT')
    }, 20)
  })
  expect(stopped.code).toBe(130)
  expect(stopped.stderr).toContain('Run the same command again: only the other 18 are fetched')
  expect(jsonOf(stopped)).toMatchObject({ error: { code: 'download.interrupted' } })
  const table = readFileSync(join(cwd, 'films', 'films.csv'), 'utf8')
  expect(table.match(/posters\/\d+\.jpg/g)).toHaveLength(THERE)

  isSlow = false
  const before = asked.length
  const ended = await run([...args, '--json'])
  expect(jsonOf(ended)['posters']).toEqual({
    source: 'download',
    there: 35,
    outcomes: { downloaded: 18, present: 17, remembered: 1 },
    problems: { 'download.gone': 1 },
  })
  expect(asked.length - before).toBe(18)
  const again = await run([...args, '--retry-failed'])
  expect(asked.length - before).toBe(19)
  expect(again.stderr).toContain('1 posters could not be had')
  const leftovers = readdirSync(join(cwd, 'films')).filter((name) => name.startsWith('.'))
  expect(leftovers).toEqual([])
})

test('redirects to another server are not followed', async () => {
  server = await startServer({
    '*': (_request, response) =>
      response.writeHead(302, { location: 'http://169.254.169.254/latest/meta-data' }).end(),
  })
  const args = ['--posters', 'download', '--poster-base-url', server.base, ...quick, '--json']
  const ended = await run(['.', '--out', 'redirected', ...args])
  expect(ended.code).toBe(0)
  expect(jsonOf(ended)['posters']).toMatchObject({
    there: 0,
    outcomes: { failed: 36 },
    problems: { 'download.redirect': 36 },
  })
})
