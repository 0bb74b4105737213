import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, expect, test } from 'vitest'

import { featuresOf, preprocessingSchema } from '../preprocessing.ts'
import { prepareText } from './text.ts'

import type { TextInputSettings } from '../../experiment/schema.ts'

const folder = mkdtempSync(join(tmpdir(), 'medley-prepare-text-'))
afterAll(() => {
  rmSync(folder, { recursive: true })
})
const fixture = (path: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../data/text/${path}`, import.meta.url), 'utf8'))

const bag: TextInputSettings['encoder'] = {
  kind: 'bag',
  dimensions: 0,
  gain: 1,
  focus: 0.3,
  wordDropout: 0.1,
  dropout: 0.3,
}
const lstm: TextInputSettings['encoder'] = {
  kind: 'lstm',
  units: [4],
  dimensions: 4,
  dropout: 0,
}
const settings = (more: Partial<TextInputSettings>): TextInputSettings => ({
  kind: 'text',
  column: 'plot',
  maxWords: 100,
  maxNgrams: 0,
  minCount: 1,
  encoder: bag,
  ...more,
})
const texts = ['The old SEA calls', 'the old Sea and the city', null, '東京都']

/** Token ids of a text as a prediction makes them: from what the model file says, and nothing else. */
const predicted = async (preprocessing: unknown, text: string): Promise<(string | undefined)[]> => {
  const input = preprocessingSchema.parse(JSON.parse(JSON.stringify(preprocessing)))
  const { tensors } = await featuresOf([input], { plot: [text] }, undefined)
  if (input.kind !== 'text') throw new TypeError('expected a text')
  const ids = Array.from(tensors['plot']!.data as Int32Array).filter((id) => id > 0)
  return ids.map((id) => input.encoding.words[id])
}

test.each<[string, Partial<TextInputSettings>, string, string[]]>([
  ['as ever', {}, 'OLD sea', ['old', 'sea']],
  ['letters as they are', { lowerCase: false }, 'old SEA Sea sea', ['SEA', 'Sea', 'old']],
  ['pairs of characters', { unspaced: 'bigrams' }, '京都', ['京', '京都', '都']],
  [
    'word groups in place of them',
    { unspaced: 'bigrams', maxNgrams: 50, wordNgrams: 3 },
    'the old sea 東京都',
    [
      'old',
      'old sea',
      'sea',
      'the',
      'the old',
      'the old sea',
      '京',
      '東',
      '都',
      '東 京',
      '京 都',
      '東 京 都',
    ],
  ],
  ['stop words', { stopWords: 'en' }, 'the old sea', ['old', 'sea']],
  ['frequent words', { maxDocumentShare: 0.5, encoder: lstm }, 'the sea city', ['city']],
])('prediction cuts texts as training did: %s', async (_, more, text, expected) => {
  const { preprocessing } = await prepareText('plot', settings(more), texts)
  expect([...(await predicted(preprocessing, text))].sort()).toEqual(expected.toSorted())
})

test('a tokenizer is in the model: its file is not needed any more', async () => {
  const { made } = fixture('fixtures/tokenizers.json') as {
    made: { WordPiece: { tokenizer: object; tokens: string[][] } }
  }
  const file = join(folder, 'tokenizer.json')
  writeFileSync(file, JSON.stringify(made.WordPiece.tokenizer))
  const { preprocessing, notes } = await prepareText(
    'plot',
    settings({ tokenizer: file, encoder: lstm }),
    ['the old detective hunts a killer in the old city'],
  )
  rmSync(file)
  expect(notes[0]).toBe('plot: Texts are cut by the tokenizer tokenizer.json.')
  expect(await predicted(preprocessing, 'The old killer city ☃')).toEqual(
    expect.arrayContaining(['the', 'old', '<unknown>']),
  )
})

test('words that a fastText model does not know have vectors of pieces', async () => {
  const { skipgram } = fixture('vectors/fixtures/fasttext.json') as {
    skipgram: { model: string; unknown: Record<string, number[]> }
  }
  const file = join(folder, 'vectors.bin')
  writeFileSync(file, Buffer.from(skipgram.model, 'base64'))
  const { facts, notes, preprocessing } = await prepareText(
    'plot',
    settings({ vectors: file, encoder: lstm }),
    ['seaward the sea', 'citify'],
  )
  if (preprocessing.kind !== 'text') throw new TypeError('expected a text')
  const row = preprocessing.encoding.words.indexOf('seaward') * 4
  skipgram.unknown['seaward']!.forEach((value, index) => {
    expect(facts.vectors!.matrix[row + index]).toBeCloseTo(value, 6)
  })
  expect(notes).toContain(
    '2 words are unknown there and got the mean of their pieces: citify, seaward.',
  )
})

test('models of before the rules were saved cut texts as they did', async () => {
  const { preprocessing } = await prepareText('plot', settings({}), ['сімʼя', 'a'])
  if (preprocessing.kind !== 'text') throw new TypeError('expected a text')
  const { edition, unspaced, stopWords, ...encoding } = preprocessing.encoding
  expect({ edition, unspaced, stopWords }).toEqual({
    edition: 2,
    unspaced: 'characters',
    stopWords: [],
  })
  expect(await predicted(preprocessing, 'сімʼя')).toEqual(["сім'я"])
  expect(preprocessingSchema.parse({ ...preprocessing, encoding })).toMatchObject({
    encoding: { edition: 1, unspaced: 'characters', stopWords: [] },
  })
})
