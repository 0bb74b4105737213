import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { readTable } from '../table/table.ts'
import { guessColumns, type ColumnGuess } from './guess.ts'
import { chooseRoles, type Roles } from './roles.ts'
import { columnSource } from './testing/source.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'medley-test-'))
  await mkdir(join(folder, 'posters'))
  for (let row = 0; row < 40; row++) await writeFile(join(folder, 'posters', `${row}.jpg`), '')
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const rows = <T>(cell: (row: number) => T): T[] => Array.from({ length: 40 }, (_, row) => cell(row))
/** A value that comes back, in no simple order. */
const pick = (row: number, ...values: string[]): string =>
  values[(row * 7 + Math.floor(row / 5)) % values.length]!

const columns: Record<string, readonly (string | null)[]> = {
  id: rows((row) => `${row * 3 + 1}`),
  imdb: rows((row) => `tt00${1000 + row * 17}`),
  title: rows((row) => `The Film ${String.fromCharCode(65 + row)}ab`),
  plot: rows((row) =>
    row === 5 ? null : `A man, number ${row}, goes to the town of ${row * 7}, and stays`,
  ),
  genres: rows((row) => pick(row, 'Drama|War', 'Comedy', 'Drama', 'Comedy|War')),
  poster: rows((row) => `posters/${row}.jpg`),
  thumb: rows((row) => `thumbs/${row}.png`),
  language: rows((row) => pick(row, 'en', 'fr', 'de', 'it', 'ja')),
  adult: rows((row) => pick(row, 'True', 'False', 'False')),
  released: rows((row) => (row % 4 === 0 ? '1999' : `19${60 + (row % 30)}-0${1 + (row % 9)}-11`)),
  runtime: rows((row) => `${80 + ((row * 7) % 50)}.0`),
  part: rows((row) => pick(row, 'train', 'val', 'test')),
  status: rows(() => 'Released'),
  web: rows((row) => `https://film${row}.test/`),
  nothing: rows(() => null),
  cast: rows(
    (row) => `[{'name': 'Actor ${row}'}, {'name': 'Actress ${row}'}, {'name': 'X ${row}'}]`,
  ),
}

describe('guesses', () => {
  const expected = {
    id: 'id',
    imdb: 'id',
    title: 'text',
    plot: 'text',
    genres: 'labels',
    poster: 'image',
    thumb: 'ignore',
    language: 'category',
    adult: 'boolean',
    released: 'date',
    runtime: 'number',
    part: 'split',
    status: 'ignore',
    web: 'ignore',
    nothing: 'ignore',
    cast: 'ignore',
  }
  let guesses: readonly ColumnGuess[] = []
  beforeAll(async () => {
    guesses = await guessColumns(columnSource(columns), { folder })
  })

  test('one column of every kind', () => {
    expect(Object.fromEntries(guesses.map(({ name, kind }) => [name, kind]))).toEqual(expected)
  })

  test('a reason, samples and the missing share', () => {
    const plot = guesses.find(({ name }) => name === 'plot')
    expect(plot).toMatchObject({ missing: 1 / 40, labels: { kind: 'single' } })
    expect(plot?.samples).toHaveLength(3)
    expect(plot?.reason).toMatch(/^text of 1\d\.\d words on average \("A man, number 0, goes to/)
    const reasons = Object.fromEntries(guesses.map(({ name, reason }) => [name, reason]))
    expect(reasons['poster']).toMatch(
      /100 % of the cells end like image files .* 32 of 32 tried exist/,
    )
    expect(reasons['thumb']).toMatch(/look like image files .* none is there/)
    expect(reasons['genres']).toBe(
      'labels joined by |, 3 different ones in the sample, and the name genres says so',
    )
  })

  test('roles follow from the guesses', () => {
    const roles = chooseRoles(guesses)
    expect(roles).toMatchObject({
      images: ['poster'],
      texts: ['plot'],
      target: { columns: ['genres'], format: { kind: 'delimited', delimiter: '|' } },
      split: 'part',
      id: 'id',
    } satisfies Partial<Roles>)
    expect(roles.notes.join('\n')).toMatch(/title was left out; --text plot,title takes both/)
    expect(roles.notes.join('\n')).toMatch(/thumb: .*none is there/)
  })

  test('the user decides', () => {
    expect(
      chooseRoles(guesses, {
        images: [],
        texts: ['title', 'plot'],
        labels: ['language'],
        id: 'imdb',
      }),
    ).toMatchObject({
      images: [],
      texts: ['title', 'plot'],
      target: { columns: ['language'], format: { kind: 'single' } },
      id: 'imdb',
    })
    expect(() => chooseRoles(guesses, { texts: ['Plott'] })).toThrow(
      expect.objectContaining({
        code: 'table.column-missing',
        fix: expect.stringMatching(/^Did you mean plot\? The columns are: id, imdb/) as string,
      }),
    )
    expect(() => chooseRoles(guesses, { texts: ['plot'], labels: ['plot'] })).toThrow(
      expect.objectContaining({ code: 'table.role-clash' }),
    )
    expect(() =>
      chooseRoles(guesses, {
        images: [],
        texts: [],
        numbers: [],
        categories: [],
        booleans: [],
        dates: [],
      }),
    ).toThrow(expect.objectContaining({ code: 'table.no-inputs' }))
  })
})

test('columns of 0 and 1 side by side are one target', async () => {
  const flags = (size: number): readonly string[] => rows((row) => (row % size === 0 ? '1' : '0'))
  const { plot = [] } = columns
  const table = {
    plot,
    war: flags(3),
    drama: flags(4),
    comedy: flags(5),
    alone: plot,
    one: flags(2),
  }
  const guesses = await guessColumns(columnSource(table), { folder })
  expect(guesses[1]?.reason).toBe('one of 3 columns of 0 and 1, from war to comedy')
  expect(guesses[5]?.kind).toBe('boolean')
  expect(chooseRoles(guesses).target).toEqual({
    columns: ['war', 'drama', 'comedy'],
    format: { kind: 'one-hot' },
  })
  expect(chooseRoles(guesses, { labels: ['one'] }).target.format).toEqual({ kind: 'one-hot' })
})

test('without labels the last column is predicted, if a value can be: plain years, not days', async () => {
  const { plot = [], released = [] } = columns
  const year = rows((row) => `${1950 + ((row * 7) % 60)}`)
  const targetOf = async (source: Record<string, readonly (string | null)[]>): Promise<unknown> =>
    chooseRoles(await guessColumns(columnSource(source), { folder })).target
  expect(await targetOf({ plot, year })).toEqual({ columns: ['year'], format: { kind: 'single' } })
  await expect(targetOf({ plot, released })).rejects.toThrow('no column looks like labels')
})

test('no labels, no inputs: errors that list the columns', async () => {
  const { plot = [], id = [] } = columns
  const unlabelled = await guessColumns(columnSource({ plot, id }), { folder })
  expect(() => chooseRoles(unlabelled)).toThrow(
    expect.objectContaining({
      code: 'table.no-labels',
      fix: expect.stringContaining('plot, id') as string,
    }),
  )
  const genres = columns['genres'] ?? []
  const blind = await guessColumns(columnSource({ id, genres }), { folder })
  expect(() => chooseRoles(blind)).toThrow(expect.objectContaining({ code: 'table.no-inputs' }))
})

const shared = resolve(import.meta.dirname, '../../../../shared/data')
test.skipIf(!existsSync(shared)).each([
  ['movies/movies.csv', { images: ['poster'], format: { kind: 'delimited', delimiter: '|' } }],
  ['kaggle/movies_metadata.csv', { images: [], format: { kind: 'records', key: 'name' } }],
  [
    'kaggle/spreadsheet-copy/movies_metadata.csv',
    { images: [], format: { kind: 'records', key: 'name' } },
  ],
  [
    'kaggle/broken-records-reconstructed.csv',
    { images: [], format: { kind: 'records', key: 'name' } },
  ],
] as const)('%s', async (name, { images, format }) => {
  const file = join(shared, name)
  const table = await readTable(file)
  const roles = chooseRoles(await guessColumns(table, { folder: dirname(file) }))
  await table.close()
  expect(roles).toMatchObject({
    images,
    texts: ['overview'],
    id: 'id',
    target: { columns: ['genres'], format },
  })
})
