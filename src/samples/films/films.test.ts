import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { generateFilms } from './films.ts'
import { genres } from './genres.ts'

let home = ''
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'medley-films-'))
})
afterAll(() => rm(home, { recursive: true, force: true }))

/** Records of an RFC 4180 text that has no line breaks inside cells. */
const readCsv = async (file: string): Promise<Record<string, string>[]> => {
  const [header, ...lines] = (await readFile(file, 'utf8')).trimEnd().split('\r\n')
  const cells = (line: string): string[] =>
    [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
      (match) => match[1]?.replaceAll('""', '"') ?? match[2] ?? '',
    )
  const names = cells(header!)
  return lines.map((line) => {
    const values = cells(line)
    expect(values).toHaveLength(names.length)
    return Object.fromEntries(names.map((name, index) => [name, values[index]!]))
  })
}

const digestPosters = async (folder: string): Promise<string> => {
  const hash = createHash('sha256')
  for (const name of (await readdir(join(folder, 'posters'))).sort())
    hash.update(name).update(await readFile(join(folder, 'posters', name)))
  return hash.digest('hex')
}

test('the table and the posters are what the result says', async () => {
  const folder = join(home, 'shape')
  const result = await generateFilms(folder, { rows: 400, posterWidth: 24 })
  expect(result).toEqual({
    table: join(folder, 'films.csv'),
    rows: 400,
    missingPosters: 16,
    missingOverviews: 16,
    brokenPosters: 1,
  })
  const rows = await readCsv(result.table)
  expect(Object.keys(rows[0]!)).toEqual(['id', 'title', 'overview', 'genres', 'poster', 'split'])
  expect(rows).toHaveLength(400)
  for (const row of rows)
    for (const genre of row['genres']!.split('|')) expect(genres).toContain(genre)

  const posters = rows.map((row) => row['poster']!).filter((poster) => poster !== '')
  expect(posters).toHaveLength(384)
  expect(posters.map((poster) => poster.replace('posters/', '')).sort()).toEqual(
    (await readdir(join(folder, 'posters'))).sort(),
  )
  let broken = 0
  for (const poster of posters)
    await sharp(join(folder, poster), { failOn: 'truncated' })
      .raw()
      .toBuffer()
      .catch(() => broken++)
  expect(broken).toBe(1)
})

test('the same seed gives the same table and pictures, another seed gives others', async () => {
  const make = async (name: string, seed: number): Promise<readonly [string, string]> => {
    const folder = join(home, name)
    const { table } = await generateFilms(folder, { rows: 40, seed })
    return [await readFile(table, 'utf8'), await digestPosters(folder)]
  }
  const first = await make('first', 3)
  expect(await make('second', 3)).toEqual(first)
  const other = await make('other', 4)
  expect(other[0]).not.toBe(first[0])
  expect(other[1]).not.toBe(first[1])
})

test('a small set is made quickly, with progress, over an earlier one', async () => {
  const folder = join(home, 'again')
  await generateFilms(folder, { rows: 40 })
  const seen: number[] = []
  const start = performance.now()
  await generateFilms(folder, {
    rows: 20,
    onProgress: ({ done, total }) => seen.push(done / total),
  })
  expect(performance.now() - start).toBeLessThan(5000)
  expect(seen).toHaveLength(20)
  expect(seen.at(-1)).toBe(1)
  expect(await readdir(join(folder, 'posters'))).toHaveLength(19)
  expect((await readdir(folder)).sort()).toEqual(['README.txt', 'films.csv', 'posters'])
  const { width, height } = await sharp(join(folder, 'posters', await firstIn(folder))).metadata()
  expect([width, height]).toEqual([120, 180])
})

const firstIn = async (folder: string): Promise<string> =>
  (await readdir(join(folder, 'posters'))).sort()[0]!

test('a folder with other files is refused and left alone', async () => {
  const folder = await mkdtemp(join(home, 'theirs-'))
  await writeFile(join(folder, 'films.csv'), 'precious')
  await expect(generateFilms(folder, { rows: 1 })).rejects.toMatchObject({
    code: 'samples.folder-not-empty',
    exit: 2,
  })
  expect(await readdir(folder)).toEqual(['films.csv'])
  expect(await readFile(join(folder, 'films.csv'), 'utf8')).toBe('precious')
  await expect(generateFilms(join(folder, 'films.csv'), { rows: 1 })).rejects.toMatchObject({
    code: 'samples.not-a-folder',
  })
})

test.each([{ rows: 0 }, { rows: 1.5 }, { seed: -1 }, { posterWidth: 3 }])(
  'options out of range are refused: %o',
  async (options) => {
    await expect(generateFilms(join(home, 'none'), options)).rejects.toMatchObject({
      code: 'samples.option-invalid',
    })
  },
)

/** Generates films and gives up after the third. */
const giveUp = async (folder: string): Promise<void> => {
  const controller = new AbortController()
  const onProgress = ({ done }: { readonly done: number }): void => {
    if (done === 3) controller.abort()
  }
  const films = generateFilms(folder, { rows: 40, onProgress, signal: controller.signal })
  await expect(films).rejects.toMatchObject({ name: 'AbortError' })
}

describe('a run that is given up leaves nothing behind', () => {
  test('where there was no folder', async () => {
    await giveUp(join(home, 'demo', 'films'))
    expect(await readdir(home)).not.toContain('demo')
  })

  test('in an empty folder, which stays', async () => {
    const folder = await mkdtemp(join(home, 'empty-'))
    await giveUp(folder)
    expect(await readdir(folder)).toEqual([])
  })

  test('over an earlier data set', async () => {
    const folder = join(home, 'earlier')
    await generateFilms(folder, { rows: 2 })
    await giveUp(folder)
    expect(await readdir(home)).not.toContain('earlier')
  })

  test('but what others put there, and then the folder may be used again', async () => {
    const folder = join(home, 'shared')
    await generateFilms(folder, { rows: 2 })
    await writeFile(join(folder, 'notes.txt'), 'mine')
    await writeFile(join(folder, 'posters', 'mine.jpg'), 'mine')
    await giveUp(folder)
    expect((await readdir(folder)).sort()).toEqual(['README.txt', 'notes.txt', 'posters'])
    expect(await readdir(join(folder, 'posters'))).toEqual(['mine.jpg'])
    await generateFilms(folder, { rows: 2 })
  })

  test('before the first film', async () => {
    const signal = AbortSignal.abort()
    const films = generateFilms(join(home, 'aborted'), { rows: 10, signal })
    await expect(films).rejects.toMatchObject({ name: 'AbortError' })
    expect(await readdir(home)).not.toContain('aborted')
  })
})
