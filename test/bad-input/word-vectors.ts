// Word-vector files that are damaged or do not fit together.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { films, goodFilms } from './films.ts'

import type { BadInput } from './row.ts'

const WORDS = ['love', 'war', 'ship'] as const

/** Of word2vec: a header, then words with float32 numbers. */
const binary = (third: number): Buffer =>
  Buffer.concat([
    Buffer.from(`${WORDS.length} 4\n`),
    ...WORDS.flatMap((word) => [
      Buffer.from(`${word} `),
      Buffer.from(Float32Array.of(0.1, 0.2, third, 0.4).buffer),
    ]),
  ])

const file =
  (name: string, content: string | Uint8Array) =>
  (folder: string): void => {
    films(goodFilms)(folder)
    writeFileSync(join(folder, name), content)
  }

const nanText = file('vectors.txt', 'love 0.1 0.2 0.3\nwar nan 0.2 0.1\nship 0.4 0.1 inf\n')
const cut = file('vectors.bin', binary(0.3).subarray(0, -9))

const TRAIN = ['train', 'films.csv', '--epochs', '1', '--out', 'run', '--vectors']

export const wordVectors: readonly BadInput[] = [
  {
    name: 'NaN and infinity in a vector file',
    make: nanText,
    args: ['vectors', 'vectors.txt', '--near', 'love'],
    expected: {
      exit: 0,
      json: {
        words: 3,
        dimensions: 3,
        notes: ['2 vectors held NaN or an infinity and were set to zero: war, ship.'],
      },
    },
  },
  {
    name: 'NaN in a binary vector file',
    make: file('vectors.bin', binary(NaN)),
    args: ['vectors', 'vectors.bin', '--near', 'love'],
    expected: { exit: 0, json: { words: 3 }, says: /3 vectors held NaN/ },
  },
  {
    name: 'NaN and infinity in a vector file: train tells and stays finite',
    make: nanText,
    args: [...TRAIN, 'vectors.txt'],
    expected: { exit: 0, json: { run: 'run' }, says: /2 vectors held NaN or an infinity/ },
    leaves: ['run'],
  },
  {
    name: 'a truncated word2vec binary',
    make: cut,
    args: ['vectors', 'vectors.bin'],
    expected: { exit: 2, code: 'vectors.truncated', says: /expected 3 words, got 2 at byte \d+/ },
  },
  {
    name: 'a truncated word2vec binary: train',
    make: cut,
    args: [...TRAIN, 'vectors.bin'],
    expected: { exit: 2, code: 'vectors.truncated' },
  },
  {
    name: 'vectors of another width',
    make: file('vectors.txt', 'love 0.1 0.2 0.3\nwar 0.2 0.1\nship 0.4 0.1 0.2\n'),
    args: ['vectors', 'vectors.txt'],
    expected: {
      exit: 2,
      code: 'vectors.line-width',
      says: /line 2 \("war"\) has 2 numbers, expected 3/,
    },
  },
  {
    name: 'vectors of another width than the header says: train',
    make: file('vectors.txt', '3 4\nlove 0.1 0.2 0.3\nwar 0.2 0.1 0.3\nship 0.4 0.1 0.2\n'),
    args: [...TRAIN, 'vectors.txt'],
    expected: { exit: 2, code: 'vectors.line-width', says: /expected 4/ },
  },
  {
    name: 'a table in place of word vectors',
    make: films(goodFilms),
    args: ['vectors', 'films.csv'],
    expected: { exit: 2, code: 'vectors.not-vectors', says: /plot,genres/ },
  },
]
