import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

import { describe, expect, test } from 'vitest'

import { randomStream } from '../../base/rng.ts'
import { readTable } from '../table/table.ts'
import { foldedWords } from './folded-words.ts'
import { setsOf } from './sets.ts'
import { jaccard, shinglesOf } from './shingles.ts'
import { findTextDuplicates } from './texts.ts'
import { findTitleDuplicates, titleColumns } from './titles.ts'
import { wordHasher } from './word-hashes.ts'

const VOCABULARY = 3000

/** Random words, the common ones more often, as in real texts. */
const randomText = (length: number, row: number): string[] =>
  Array.from(
    randomStream(5, 'texts').uniform(length, row),
    (number) => `w${Math.floor(number * number * VOCABULARY)}`,
  )

const shingleSet = (words: readonly string[]): ReadonlySet<number> =>
  new Set(shinglesOf(wordHasher()(words.join(' ')).words))

const jaccardOf = (a: readonly string[], b: readonly string[]): number =>
  jaccard(shingleSet(a), shingleSet(b))

test('words without case, punctuation, width and composition', () => {
  expect(foldedWords('Don’t  LOOK up!')).toEqual(['don', 't', 'look', 'up'])
  expect(foldedWords('Ａbc Ｃafe\u0301 東京')).toEqual(['abc', 'café', '東', '京'])
  expect(foldedWords(' ?! ')).toEqual([])
  expect(foldedWords('x'.repeat(1e6)).join('').length).toBe(1e6)
  expect(foldedWords(`é${'\u0301'.repeat(1e5)}`).length).toBeGreaterThan(0)
})

test('hashed words are the folded words', () => {
  const hashed = wordHasher()
  const texts = [
    'Don’t LOOK up!',
    "Don't  LOOK up!",
    'Ａbc Ｃafe\u0301 東京',
    '',
    ' ?! ',
    'x'.repeat(200),
    'x'.repeat(199),
    'a b',
    'ab',
    'İstanbul 12 34',
  ]
  const folded = texts.map((text) => foldedWords(text).join(' '))
  const keys = texts.map((text) => hashed(text).key)
  for (const [index, text] of texts.entries()) {
    expect(hashed(text).words).toHaveLength(foldedWords(text).length)
    for (const other of texts.keys())
      expect(keys[index] === keys[other]).toBe(folded[index] === folded[other])
  }
  // A word has one hash, whether the rest of its text is ASCII or not.
  expect(hashed('look é').words[0]).toBe(hashed('LOOK').words[0])
})

test('texts that differ in case, spaces and punctuation only are the same', async () => {
  const { same, near } = await findTextDuplicates([
    'A man comes home after years.',
    null,
    'a MAN comes home,  after years',
    '...',
    '  ',
    '!!!',
    'A man comes home after years',
    'A man leaves.',
  ])
  expect(same).toEqual({
    links: [
      [0, 2],
      [0, 6],
    ],
    ignored: [],
  })
  expect(near.links).toEqual([])
})

describe('nearly the same texts', () => {
  /** Pairs of texts of 30 to 150 words of which some words are other ones. */
  const pairs = Array.from({ length: 1000 }, (_, pair) => {
    const [size, share] = randomStream(6, 'pairs').uniform(2, pair)
    const original = randomText(30 + Math.floor(size! * 120), pair)
    const edits = randomStream(7, 'edits').uniform(original.length, pair)
    const copy = original.map((word, index) =>
      edits[index]! < share! * 0.12 ? `other${pair}x${index}` : word,
    )
    return { original, copy, likeness: jaccardOf(original, copy) }
  })
  const cells = pairs.flatMap(({ original, copy }) => [original.join(' '), copy.join(' ')])

  test('are found: 95 of 100 from a Jaccard index of .85, and nothing below .8', async () => {
    const { near } = await findTextDuplicates(cells)
    const found = new Set(near.links.map(([a, b]) => `${a}-${b}`))
    const recall = (from: number, to: number): number => {
      const within = pairs
        .map(({ likeness }, pair) => ({ likeness, key: `${2 * pair}-${2 * pair + 1}` }))
        .filter(({ likeness }) => likeness >= from && likeness < to)
      expect(within.length).toBeGreaterThan(50)
      return within.filter(({ key }) => found.has(key)).length / within.length
    }
    expect(recall(0.8, 0.85)).toBeGreaterThan(0.9)
    expect(recall(0.85, 0.95)).toBeGreaterThanOrEqual(0.95)
    expect(recall(0, 0.8)).toBe(0)
    for (const [a, b] of near.links) expect(Math.floor(a / 2)).toBe(Math.floor(b / 2))
    expect(await findTextDuplicates(cells)).toEqual(await findTextDuplicates(cells))
  })

  test('are together in a sample, which is counted', async () => {
    const mostNear = cells.length / 4
    const all = await findTextDuplicates(cells)
    const { near, sample, same } = await findTextDuplicates(cells, { mostNear })
    expect(same).toEqual(all.same)
    const different = cells.length - all.same.links.length
    expect(sample?.of).toBe(different)
    expect(sample?.texts).toBeLessThanOrEqual(mostNear)
    expect(sample?.texts).toBeGreaterThan(0.95 * mostNear)
    // A sample of rows would have a sixteenth of them.
    expect(near.links.length).toBeGreaterThan(0.17 * all.near.links.length)
    expect(all.near.links).toEqual(expect.arrayContaining([...near.links]))
    expect(all.sample).toBeUndefined()
  })

  test('fill the sample where many share what puts them into it', async () => {
    // Runs of words that are in every text: the least run of most is among them, so all have one of a few marks.
    const boilerplates = Array.from({ length: 6 }, (_, number) => randomText(200, 8000 + number))
    for (const boilerplate of boilerplates) {
      const texts = Array.from({ length: 400 }, (_, row) =>
        [...boilerplate, ...randomText(20, 8100 + row)].join(' '),
      )
      const { sample } = await findTextDuplicates(texts, { mostNear: 100 })
      expect(sample).toEqual({ texts: 100, of: 400 })
    }
  })

  test('are joined through each other', async () => {
    const first = randomText(60, 9000)
    const second = first.map((word, index) => (index === 10 ? 'x' : word))
    const third = second.map((word, index) => (index > 50 && index < 53 ? `y${index}` : word))
    const { near } = await findTextDuplicates(
      [randomText(60, 9001), third, randomText(60, 9002), first, second].map((text) =>
        text.join(' '),
      ),
    )
    expect(setsOf(near.links, 5)).toEqual([[1, 3, 4]])
  })
})

test('what too many rows share means nothing, the more so the shorter it is', async () => {
  const filler = Array.from({ length: 1000 }, (_, row) => randomText(20, row).join(' '))
  const none = 'No overview was found for this film, be the first to add one'
  const repeat = (text: string, times: number): string[] => new Array<string>(times).fill(text)
  const cells = [
    ...filler,
    ...repeat('No overview.', 11),
    ...repeat('Untitled film', 10),
    ...repeat(none, 51),
    `${none} now`,
  ]
  const { same, near } = await findTextDuplicates(cells)
  expect(same.ignored).toEqual([
    { rows: 11, row: 1000 },
    { rows: 51, row: 1021 },
  ])
  expect(setsOf(same.links, cells.length).map((set) => set.length)).toEqual([10])
  expect(near.links).toEqual([])
})

test('the same title in the same year', () => {
  expect(titleColumns(['id', 'Name', 'Original Title', 'Release Date'])).toEqual({
    title: 'Original Title',
    date: 'Release Date',
  })
  expect(titleColumns(['title', 'plot', 'update'])).toBeUndefined()
  const titles = ['Hamlet', 'hamlet!', 'Hamlet', 'Home', null, 'Home']
  const dates = ['2000-05-12', '2000', '1996-12-25', '1999', '1999', null]
  expect(findTitleDuplicates(titles, dates).links).toEqual([[0, 1]])
  expect(findTitleDuplicates(titles, new Array<string>(6).fill('soon')).links).toEqual([])
})

const movies = fileURLToPath(new URL('../../../../shared/data/movies/movies.csv', import.meta.url))

test.skipIf(!existsSync(movies))('real films have hardly any copies', async () => {
  const table = await readTable(movies)
  const [overviews, titles, dates] = await Promise.all(
    ['overview', 'title', 'release_date'].map((name) => table.column(name)),
  )
  const { same, near } = await findTextDuplicates(overviews!)
  expect(same).toEqual({ links: [], ignored: [] })
  // "Told from the male perspective ..." and "Told from the female perspective ...".
  expect(near).toEqual({ links: [[7430, 9211]], ignored: [] })
  expect(findTitleDuplicates(titles!, dates!).links).toHaveLength(3)
  await table.close()
})
