// The import on a small hand-made data set with every oddity, and on real excerpts where they are at hand.
import {
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

import sharp from 'sharp'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'

import { printRecord } from '../data/table/fields.ts'
import { readTable } from '../data/table/table.ts'
import { startServer } from '../download/testing/server.ts'
import { importKaggleMovies } from './import-kaggle-movies.ts'

import type { Answering, TestServer } from '../download/testing/server.ts'
import type { ImportReport } from '../sources/kaggle-movies/report.ts'
import type { ImportOptions, ImportResult, PosterChoice } from './import-kaggle-movies.ts'

const HEADER =
  'adult,belongs_to_collection,budget,genres,homepage,id,imdb_id,original_language,original_title,overview,popularity,poster_path,production_companies,production_countries,release_date,revenue,runtime,spoken_languages,status,tagline,title,video,vote_average,vote_count'
const names = HEADER.split(',')

type Movie = Readonly<Record<string, string>>

const movie = (id: number, cells: Movie = {}): Movie => ({
  adult: 'False',
  budget: '0',
  genres: "[{'id': 18, 'name': 'Drama'}]",
  id: String(id),
  imdb_id: `tt${String(id).padStart(7, '0')}`,
  original_language: 'en',
  overview: `A story, number ${id}, of people who meet in a small town and part again.`,
  popularity: '1.5',
  poster_path: `/poster${id}.jpg`,
  release_date: '1999-05-17',
  revenue: '0',
  runtime: '90.0',
  status: 'Released',
  title: `Film ${id}`,
  video: 'False',
  vote_average: '6.5',
  vote_count: '12',
  ...cells,
})

const recordOf = (cells: Movie): string => printRecord(names.map((name) => cells[name] ?? ''))
const ordinary = Array.from({ length: 30 }, (_, index) => movie(100 + index))

let root: string
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'medley-import-'))
})
afterAll(() => {
  rmSync(root, { recursive: true, force: true })
})

let folders = 0
/** A data set of its own folder, from lines of text or cells. */
const dataSet = (
  movies: readonly (Movie | string)[],
  others: Readonly<Record<string, string>> = {},
  header = HEADER,
): string => {
  const folder = join(root, `set${folders++}`)
  mkdirSync(folder)
  const lines = movies.map((each) => (typeof each === 'string' ? each : recordOf(each)))
  writeFileSync(join(folder, 'movies_metadata.csv'), [header, ...lines, ''].join('\n'))
  for (const [name, text] of Object.entries(others)) writeFileSync(join(folder, name), text)
  return folder
}

const rowsOf = async ({ table: path }: ImportResult): Promise<Record<string, string>[]> => {
  const table = await readTable(path)
  try {
    expect(table.report).toMatchObject({ repaired: [], reported: [], encoding: 'utf-8' })
    const columns = await Promise.all(table.columns.map((name) => table.column(name)))
    return Array.from({ length: table.rowCount }, (_, row) =>
      Object.fromEntries(table.columns.map((name, at) => [name, columns[at]?.[row] ?? ''])),
    )
  } finally {
    await table.close()
  }
}

const out = (): string => join(root, `out${folders++}`)
const load = (source: string, options: Partial<ImportOptions> = {}): Promise<ImportResult> =>
  importKaggleMovies(source, { out: out(), ...options })
const totals = ({ records, kept, dropped }: ImportReport): readonly number[] => [
  records,
  kept,
  dropped.total,
]

describe('records', () => {
  test('each is kept or dropped with a reason and its line', async () => {
    const source = dataSet([
      ...ordinary,
      movie(1, { genres: '[]' }),
      movie(2, { genres: "[{'id': 10770, 'name': 'TV Movie'}, {'id': 10769, 'name': 'Foreign'}]" }),
      movie(3, { genres: "[{'id': 1" }),
      movie(100, { overview: 'Another one' }),
      movie(4, { id: '1997-08-20', genres: "[{'name': 'Carousel Productions', 'id': 11176}]" }),
      'one,two,three',
      movie(5, { genres: "[{'name': 'Foreign'}, {'name': 'War'}, {'name': 'Western'}]" }),
    ])
    const result = await load(source)
    expect(totals(result.report)).toEqual([37, 31, 6])
    expect(result.report.dropped.records).toEqual([
      { line: 32, id: '1', reason: 'no-genre', detail: '' },
      { line: 33, id: '2', reason: 'no-genre', detail: 'TV Movie, Foreign' },
      { line: 34, id: '3', reason: 'genres-unreadable', detail: "[{'id': 1" },
      { line: 35, id: '100', reason: 'duplicate', detail: 'line 2 is kept' },
      { line: 36, id: '', reason: 'no-id', detail: '1997-08-20' },
      { line: 37, id: '', reason: 'unreadable', detail: '3 fields, expected 24' },
    ])
    expect(result.report.genres.others).toEqual({ Foreign: 2, 'TV Movie': 1 })
    expect((await rowsOf(result)).at(-1)).toMatchObject({ id: '5', genres: 'War|Western' })
    const text = readFileSync(join(result.out, 'import-report.txt'), 'utf8')
    for (const words of ['37 records: 31 films kept, 6 dropped', '34: genres-unreadable, film 3'])
      expect(text).toContain(words)
    const saved = readFileSync(join(result.out, 'import-report.json'), 'utf8')
    expect(JSON.parse(saved)).toEqual(result.report)
  })

  test('of two records of a film, the first complete one is kept', async () => {
    const source = dataSet([
      ...ordinary,
      movie(1, { overview: 'No overview found.', tagline: 'first' }),
      movie(1, { tagline: 'second' }),
      movie(1, { tagline: 'third' }),
      movie(2, { tagline: 'first', poster_path: '' }),
      movie(2, { tagline: 'second', genres: '[]' }),
    ])
    const result = await load(source)
    const rows = await rowsOf(result)
    expect(rows.slice(-2)).toMatchObject([
      { id: '1', tagline: 'second' },
      { id: '2', tagline: 'first' },
    ])
    expect(result.report.dropped.counts).toMatchObject({ duplicate: 3, 'no-genre': 0 })
    expect(result.report.placeholder_overviews).toBe(0)
  })

  const whole = movie(7, { overview: 'They meet.\n - Written by Nobody', runtime: '104.0' })
  const first = names
    .slice(0, 10)
    .map((name) => (name === 'overview' ? 'They meet.' : (whole[name] ?? '')))
  const second = [' - Written by Nobody', ...names.slice(10).map((name) => whole[name] ?? '')]
  const pad = (fields: readonly string[], length: number): readonly string[] =>
    Array.from({ length }, (_, index) => fields[index] ?? '')
  const expected = { id: '7', title: 'Film 7', runtime: '104', overview: whole['overview'] }

  test('cut in two by a line break: joined and counted as repaired', async () => {
    const halves = [printRecord(first), printRecord(second)]
    const result = await load(dataSet([...ordinary, ...halves, movie(8)]))
    expect(totals(result.report)).toEqual([32, 32, 0])
    expect(result.report.repaired).toMatchObject([{ line: 32 }])
    expect((await rowsOf(result))[30]).toMatchObject(expected)
  })

  test('cut in two, in a copy that filled both halves up and numbered its rows', async () => {
    const rows = [...ordinary.map((each) => names.map((name) => each[name] ?? '')), first, second]
    const numbered = rows.map((row, index) => printRecord([String(index), ...pad(row, 24)]))
    for (const [source, line] of [
      [dataSet(rows.map((row) => printRecord(pad(row, 24)))), 32],
      [dataSet(numbered, {}, `Unnamed: 0,${HEADER}`), 32],
    ] as const) {
      const result = await load(source)
      expect(totals(result.report)).toEqual([31, 31, 0])
      expect(result.report.repaired).toMatchObject([{ line }])
      expect((await rowsOf(result)).at(-1)).toMatchObject(expected)
    }
  })
})

test('cells: what is unknown is empty, and other files add to it', async () => {
  const source = dataSet(
    [
      movie(1, {
        vote_average: '0.0',
        vote_count: '0',
        imdb_id: '',
        runtime: '0.0',
        adult: 'TRUE',
      }),
      movie(2, { overview: 'No overview found.', release_date: '12/30/1895', title: 'A "b", c' }),
      movie(3, { overview: '', budget: '30000000', release_date: 'May 1999', popularity: '4e-06' }),
      movie(4, { poster_path: '/../../secret.jpg' }),
      ...ordinary,
    ],
    {
      'keywords.csv':
        "id,keywords\n1,\"[{'id': 1, 'name': 'time travel'}, {'id': 2, 'name': 'dog'}]\"\n2,[]\n3,oops\n",
      'credits.csv': [
        'cast,crew,id',
        printRecord([
          `[${['A', "B 'x'", 'C', 'D', 'E', 'F'].map((name) => `{'name': ${JSON.stringify(name)}, 'order': 0}`).join(', ')}]`,
          "[{'job': 'Writer', 'name': 'W'}, {'job': 'Director', 'name': 'Y'}, {'job': 'Director', 'name': 'Z'}]",
          '1',
        ]),
        '[],[],2',
        '[],[],3',
      ].join('\n'),
      'links.csv': 'movieId,imdbId,tmdbId\n1,0114709,1\n2,0113497,2\n3,0113228,\n',
    },
  )
  const result = await load(source)
  const rows = await rowsOf(result)
  expect(rows[0]).toEqual({
    id: '1',
    imdb_id: 'tt0114709',
    title: 'Film 1',
    original_language: 'en',
    release_date: '1999-05-17',
    runtime: '',
    budget: '',
    revenue: '',
    vote_average: '',
    vote_count: '0',
    popularity: '1.5',
    overview: movie(1)['overview'],
    tagline: '',
    keywords: 'time travel|dog',
    cast: "A|B 'x'|C|D|E",
    director: 'Y|Z',
    genres: 'Drama',
    poster: '',
    adult: 'true',
  })
  expect(rows[1]).toMatchObject({
    imdb_id: 'tt0000002',
    overview: '',
    release_date: '1895-12-30',
    title: 'A "b", c',
  })
  expect(rows[2]).toMatchObject({ overview: '', budget: '30000000', popularity: '0.000004' })
  expect(result.report).toMatchObject({
    placeholder_overviews: 1,
    odd_dates: 1,
    imdb_ids_from_links: 1,
    adult: 1,
    missing: { overview: 2, imdb_id: 0, release_date: 1, poster_path: 1 },
    files: [
      { file: 'keywords.csv', records: 3, unreadable: 1 },
      { file: 'credits.csv', records: 3, unreadable: 0 },
      { file: 'links.csv', records: 3, unreadable: 1 },
    ],
  })
})

describe('what is refused', () => {
  test.each([
    ['source.not-found', () => join(root, 'nowhere')],
    ['source.file-missing', () => root],
    ['source.columns-missing', () => dataSet(['1,Film,2', '2,Film,3'], {}, 'id,title,year')],
    ['source.nothing-kept', () => dataSet([movie(1, { genres: '[]' })])],
  ])('%s', async (code, source) => {
    const target = out()
    await expect(load(source(), { out: target })).rejects.toMatchObject({ code, exit: 2 })
    expect(existsSync(target)).toBe(false)
  })

  test('a films.csv that no import made stays as it is', async () => {
    const target = out()
    mkdirSync(target)
    writeFileSync(join(target, 'films.csv'), 'mine')
    await expect(load(dataSet(ordinary), { out: target })).rejects.toMatchObject({
      code: 'source.out-taken',
    })
    expect(readFileSync(join(target, 'films.csv'), 'utf8')).toBe('mine')
  })

  test.each([
    [{ source: 'folder', folder: 'nowhere' }, 'source.poster-folder'],
    [{ source: 'download', baseUrl: 'image.tmdb.org' }, 'source.poster-address'],
    [{ source: 'download', baseUrl: 'https://a.example/?key=1' }, 'source.poster-address'],
    [{ source: 'download', size: '../..' }, 'source.poster-address'],
  ] as const satisfies readonly (readonly [PosterChoice, string])[])(
    '%j',
    async (posters, code) => {
      await expect(load(dataSet(ordinary), { posters })).rejects.toMatchObject({ code, exit: 2 })
    },
  )
})

test('posters of a folder: by IMDb id, TMDB id or TMDB name; linked, kept, or left where they are', async () => {
  const pictures = join(root, 'pictures')
  mkdirSync(pictures)
  const files = [
    'tt0000100.JPG',
    '101.png',
    'poster102.webp',
    'tt0000103.txt',
    '104.jpg',
    '100.jpg',
  ]
  for (const name of files) writeFileSync(join(pictures, name), name === '104.jpg' ? '' : name)
  mkdirSync(join(pictures, 'tt0000105.jpg'))
  const source = dataSet(ordinary)
  const target = out()
  const posters: PosterChoice = { source: 'folder', folder: pictures }
  const result = await load(source, { out: target, posters })
  const paths = (await rowsOf(result)).map(({ poster }) => poster)
  expect(paths.slice(0, 6)).toEqual([
    'posters/100.jpg',
    'posters/101.png',
    'posters/102.webp',
    '',
    '',
    '',
  ])
  expect(result.report.posters).toEqual({
    source: 'folder',
    there: 3,
    outcomes: { found: 3, missing: 27 },
    problems: {},
  })
  const inode = (path: string): number => statSync(path).ino
  expect(inode(join(target, 'posters', '100.jpg'))).toBe(inode(join(pictures, 'tt0000100.JPG')))

  // Again: what was linked stays; what an earlier import had is not lost when the folder no longer has it.
  rmSync(join(pictures, '101.png'))
  const again = await load(source, { out: target, posters })
  expect(again.report.posters.outcomes).toEqual({ found: 2, missing: 27, present: 1 })
  expect((await load(source, { out: target })).report.posters.there).toBe(3)

  const inside = out()
  mkdirSync(join(inside, 'my', 'pictures'), { recursive: true })
  linkSync(join(pictures, 'tt0000100.JPG'), join(inside, 'my', 'pictures', 'tt0000100.JPG'))
  const kept = await load(source, {
    out: inside,
    posters: { source: 'folder', folder: join(inside, 'my', 'pictures') },
  })
  expect((await rowsOf(kept))[0]?.['poster']).toBe('my/pictures/tt0000100.JPG')
  expect(existsSync(join(inside, 'posters', '100.jpg'))).toBe(false)
})

describe('posters of a server', () => {
  let server: TestServer
  let jpeg: Buffer
  beforeAll(async () => {
    const create = { width: 60, height: 90, channels: 3, background: '#a04020' } as const
    jpeg = await sharp({ create }).jpeg().toBuffer()
  })
  afterEach(async () => {
    await server.close()
  })

  const send =
    (body: Buffer | string, type = 'image/jpeg'): Answering =>
    (_request, response) => {
      response.writeHead(200, { 'content-type': type, 'content-length': Buffer.byteLength(body) })
      response.end(body)
    }

  const choice = (more: object = {}): PosterChoice => ({
    source: 'download',
    baseUrl: `${server.base}/t/p/`,
    requestsPerSecond: 1000,
    retry: { limit: 1, baseMs: 5 },
    limits: { headersMs: 1500 },
    ...more,
  })

  test('only real pictures are kept, everything is told, and a second run asks for the rest', async () => {
    const noise = await sharp({
      create: {
        width: 90,
        height: 90,
        channels: 3,
        background: '#000',
        noise: { type: 'gaussian', mean: 128, sigma: 60 },
      },
    })
      .jpeg()
      .toBuffer()
    server = await startServer({
      '/t/p/w185/poster100.jpg': send('<html>Sorry</html>', 'image/jpeg'),
      '/t/p/w185/poster101.jpg': send(noise.subarray(0, noise.length / 2)),
      '/t/p/w185/poster102.jpg': (_request, response) => response.writeHead(404).end(),
      '/t/p/w185/poster103.jpg': () => undefined,
      '*': send(jpeg),
    })
    const source = dataSet([movie(1, { poster_path: '' }), ...ordinary])
    const target = out()
    const result = await load(source, { out: target, posters: choice() })
    expect(result.report.posters).toEqual({
      source: 'download',
      there: 26,
      outcomes: { downloaded: 26, failed: 4, 'no-poster-path': 1 },
      problems: {
        'download.gone': 1,
        'download.timeout': 1,
        'image.not-an-image': 1,
        'image.truncated': 1,
      },
    })
    const rows = await rowsOf(result)
    expect(rows.filter(({ poster }) => poster !== '')).toHaveLength(26)
    expect(rows.at(-1)).toMatchObject({ id: '129', poster: 'posters/129.jpg' })
    expect(readFileSync(join(target, 'posters', '129.jpg')).equals(jpeg)).toBe(true)
    const lines = await readTable(join(target, 'poster-report.csv'))
    expect(lines.rowCount).toBe(31)
    expect((await lines.column('status')).filter((cell) => cell === '404')).toHaveLength(1)
    await lines.close()

    const asked = server.asked.length
    const again = await load(source, { out: target, posters: choice() })
    expect(again.report.posters).toMatchObject({
      there: 26,
      outcomes: { present: 26, failed: 3, remembered: 1, 'no-poster-path': 1 },
    })
    expect(new Set(server.asked.slice(asked))).toEqual(
      new Set([100, 101, 103].map((id) => `/t/p/w185/poster${id}.jpg`)),
    )
  })

  test('Ctrl-C leaves a table with what is there, and says how to go on', async () => {
    server = await startServer({
      '*': (request, response, time) => {
        if (/1[01]\d\.jpg/.test(request.url ?? '')) send(jpeg)(request, response, time)
      },
    })
    const source = dataSet(ordinary)
    const target = out()
    const controller = new AbortController()
    const posters = choice({ size: 'w92', limits: { headersMs: 60_000 } })
    const stopping = load(source, {
      out: target,
      posters,
      signal: controller.signal,
      onProgress: ({ done }) => {
        if (done === 20)
          setTimeout(() => {
            controller.abort()
          }, 20)
      },
    })
    await expect(stopping).rejects.toMatchObject({
      code: 'download.interrupted',
      exit: 130,
      message: 'interrupted: 20 of 30 files are there',
    })
    const report = JSON.parse(
      readFileSync(join(target, 'import-report.json'), 'utf8'),
    ) as ImportReport
    expect(report.posters.outcomes).toEqual({ downloaded: 20, 'not-tried': 10 })
    expect(server.asked[0]).toMatch(/^\/t\/p\/w92\//)
    await server.close()
    server = await startServer({ '*': send(jpeg) })
    const on = await load(source, { out: target, posters: choice() })
    expect(on.report.posters).toMatchObject({
      there: 30,
      outcomes: { downloaded: 10, present: 20 },
    })
    expect(await rowsOf(on)).toHaveLength(30)
  })
})

const kaggle = resolve(import.meta.dirname, '../../../shared/data/kaggle')

/**
 * Counted with Python 3's csv and ast modules: records with at least one of the 18 names after keeping one record per
 * id; `labels` is the sum of their genres, `years` and `minutes` the sums of release years and runtimes.
 */
const excerpts = [
  {
    path: '.',
    counts: { records: 5000, kept: 4894, duplicate: 1, noGenre: 105, repaired: 0 },
    others: { Foreign: 100, 'TV Movie': 7 },
    cells: { labels: 11901, drama: 2623, years: 9719293, minutes: 510945, noPosterPath: 7 },
    texts: { missing: 26, placeholders: 8 },
  },
  {
    path: 'verbatim-prefix',
    counts: { records: 2996, kept: 2922, duplicate: 1, noGenre: 73, repaired: 0 },
    others: { Foreign: 51, 'TV Movie': 6 },
    cells: { labels: 7079, drama: 1595, years: 5806098, minutes: 306031, noPosterPath: 4 },
    texts: { missing: 18, placeholders: 5 },
  },
  {
    path: 'spreadsheet-copy',
    counts: { records: 4690, kept: 4607, duplicate: 7, noGenre: 76, repaired: 0 },
    others: { Foreign: 138, 'TV Movie': 69 },
    cells: { labels: 10505, drama: 2428, years: 9185152, minutes: 467821, noPosterPath: 5 },
    texts: { missing: 29, placeholders: 3 },
  },
  {
    path: 'broken-records-reconstructed.csv',
    counts: { records: 5, kept: 5, duplicate: 0, noGenre: 0, repaired: 3 },
    others: { 'TV Movie': 1 },
    cells: { labels: 14, drama: 1, years: 10013, minutes: 439, noPosterPath: 0 },
    texts: { missing: 0, placeholders: 0 },
  },
]

describe.skipIf(!existsSync(kaggle))('real excerpts', () => {
  test.each(excerpts)('$path', async ({ path, counts, others, cells, texts }) => {
    const result = await load(join(kaggle, path))
    const { report } = result
    const { duplicate, 'no-genre': noGenre, ...never } = report.dropped.counts
    const { records, kept, repaired } = report
    expect({ records, kept, duplicate, noGenre, repaired: repaired.length }).toEqual(counts)
    expect(never).toEqual({ unreadable: 0, 'no-id': 0, 'genres-unreadable': 0 })
    expect(report.genres.others).toEqual(others)
    const rows = await rowsOf(result)
    const sum = (value: (row: Record<string, string>) => number): number =>
      rows.reduce((total, row) => total + value(row), 0)
    expect({
      labels: sum(({ genres }) => genres!.split('|').length),
      drama: report.genres.kept['Drama'],
      years: sum(({ release_date: date }) => Number(date!.slice(0, 4))),
      minutes: sum(({ runtime }) => Number(runtime)),
      noPosterPath: report.missing['poster_path'],
    }).toEqual(cells)
    expect({
      missing: report.missing['overview'],
      placeholders: report.placeholder_overviews,
    }).toEqual(texts)
    expect(new Set(rows.map(({ id }) => id)).size).toBe(kept)
  })
})
