import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

import fc from 'fast-check'
import { expect, test } from 'vitest'

import {
  encodeBag,
  encodeMany,
  encodeText,
  encodeTokens,
  hasText,
  textEncoding,
} from './encoding.ts'
import { chooseLength } from './length.ts'
import { fitVocabulary } from './vocabulary.ts'
import { words } from './words.ts'

import type { TextEncoding, TextMode } from './encoding.ts'

const texts = ['the old sea', 'the old city', 'the sea', 'the city by the sea', 'the old sea city']
// 2 the (5), 3 sea (4), 4 city (3), 5 old (3), 6 "the old" (3), 7 "old sea" (2), 8 "the sea" (2)
const vocabulary = fitVocabulary(texts, { ngrams: 2 })

test('sequence mode keeps the order, marks unknown words with 1, pads at the end and cuts', () => {
  expect(vocabulary.words.slice(2)).toEqual([
    'the',
    'sea',
    'city',
    'old',
    'the old',
    'old sea',
    'the sea',
  ])
  expect([...encodeTokens('Old city, NEW sea!', vocabulary, { length: 6 })]).toEqual([
    5, 4, 1, 3, 0, 0,
  ])
  expect([...encodeTokens('old city new sea', vocabulary, { length: 2 })]).toEqual([5, 4])
})

test('bag mode keeps each known word and pair once, ascending; of too many the rarest stay', () => {
  const text = 'sea the old the old unheard sea'
  expect([...encodeBag(text, vocabulary, { length: 6 })]).toEqual([2, 3, 5, 6, 0, 0])
  expect([...encodeBag(text, vocabulary, { length: 2 })]).toEqual([5, 6])
  expect([...encodeBag('unheard', vocabulary, { length: 2 })]).toEqual([0, 0])
})

test.each([null, undefined, '', ' \t\n\u00A0', '?!…'])('%j is a missing text', (text) => {
  expect(hasText(text)).toBe(false)
  expect([...encodeTokens(text, vocabulary, { length: 2 })]).toEqual([0, 0])
})

test('many texts are encoded as each one is, and everything cut or unknown is counted', () => {
  const encoding = textEncoding(vocabulary, { mode: 'sequence', length: 3 })
  const rows = ['the old new sea by the city', null, ' ', 'sea']
  const { tokens, present, report } = encodeMany(rows, encoding, words)
  expect([...tokens]).toEqual(rows.flatMap((row) => [...encodeText(row, encoding, words)]))
  expect([...present]).toEqual([1, 0, 0, 1])
  expect(report).toEqual({
    rows: 4,
    missing: 2,
    tokens: 8,
    unknownTokens: 2,
    cutRows: 1,
    cutTokens: 4,
    summary:
      '2 of 4 rows have text; 25.0 % of 8 words are unknown; 1 rows are cut to 3 tokens, losing 4.',
  })
})

test('an encoding survives JSON, and NFC and NFD text encode alike', () => {
  const anyText = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(fc.constantFrom('the', 'old', 'sea', 'É', 'x')).map((parts) => parts.join(' ')),
  )
  fc.assert(
    fc.property(
      fc.array(anyText, { maxLength: 5 }),
      anyText,
      fc.constantFrom<TextMode>('sequence', 'bag'),
      fc.integer({ min: 1, max: 9 }),
      (trainTexts, text, mode, length) => {
        const fitted = fitVocabulary([...texts, ...trainTexts], { ngrams: 2, minCount: 1 })
        const encoding = textEncoding(fitted, { mode, length })
        const encoded = encodeText(text, encoding, words)
        const reread = JSON.parse(JSON.stringify(encoding)) as TextEncoding
        expect(reread).toEqual(encoding)
        expect(encodeText(text.normalize('NFD'), reread, words)).toEqual(encoded)
        expect(encoded).toHaveLength(length)
        const used = encoded.filter((id) => id > 0)
        expect(encoded.subarray(0, used.length)).toEqual(used)
        expect(used.every((id) => id < encoding.words.length)).toBe(true)
        if (mode === 'sequence')
          expect(used).toHaveLength(Math.min(length, words(text.normalize('NFC')).length))
        else expect([...new Set(used)].sort((a, b) => a - b)).toEqual([...used])
      },
    ),
    { numRuns: 30 },
  )
})

test('the length comes from the distribution and says why', () => {
  const spread = Array.from({ length: 100 }, (_, index) => 'word '.repeat(index + 1))
  expect(chooseLength([...spread, null, '!'], vocabulary)).toEqual({
    length: 98,
    reason:
      '98 tokens hold 98 % of the texts whole (the median is 50, the longest 100; 2 of 100 texts are cut).',
    texts: 100,
    median: 50,
    longest: 100,
    cut: 2,
  })
  expect(chooseLength(spread, vocabulary, { max: 20 })).toMatchObject({
    length: 20,
    reason:
      '20 tokens, the limit: 98 % of the texts would need 98 (the median is 50, the longest 100; 80 of 100 texts are cut).',
  })
  expect(chooseLength(texts, vocabulary, { mode: 'bag', quantile: 1 })).toMatchObject({
    length: 6,
    cut: 0,
  })
  expect(chooseLength([null], vocabulary)).toMatchObject({ length: 1, texts: 0 })
})

const moviesFile = fileURLToPath(
  new URL('../../../../shared/data/movies/movies.csv', import.meta.url),
)

test.skipIf(!existsSync(moviesFile))('ten thousand real texts are encoded in seconds', () => {
  const lines = readFileSync(moviesFile, 'utf8').split('\r\n').slice(0, 10_000)
  const fitted = fitVocabulary(lines, { ngrams: 2 })
  for (const mode of ['sequence', 'bag'] as const) {
    const { length } = chooseLength(lines.slice(0, 1000), fitted, { mode })
    const started = process.cpuUsage()
    const { report } = encodeMany(lines, textEncoding(fitted, { mode, length }), words)
    // Half a second on an idle machine; the bound leaves room for a slow one.
    expect(process.cpuUsage(started).user / 1e6).toBeLessThan(3)
    expect(report.cutRows / report.rows).toBeLessThan(0.04)
  }
})
