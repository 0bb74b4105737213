import { expect, test } from 'vitest'

import { encodeMany, textEncoding } from '../encoding.ts'
import { fitVocabulary } from '../vocabulary.ts'
import { words } from '../words.ts'
import { embeddingMatrix, verifyMatrix } from './matrix.ts'
import { nearestNeighbours } from './neighbours.ts'

const texts = ['the sea calls', 'the old sea', 'the old man calls', 'the']
const vocabulary = fitVocabulary(texts, { ngrams: 2, minCount: 1 })
const vectors = new Map([
  ['the', Float32Array.of(1, 2)],
  ['sea', Float32Array.of(3, 6)],
  ['unheard', Float32Array.of(9, 9)],
])

test('each word has its own row, padding is zero, words without a vector share the mean', () => {
  const encoding = textEncoding(vocabulary, { mode: 'sequence', length: 4 })
  const { tokens } = encodeMany([...texts, 'new'], encoding, words)
  const { matrix, found, coverage } = embeddingMatrix(vocabulary, vectors, {
    dimensions: 2,
    tokens,
  })
  expect(vocabulary.words.slice(0, vocabulary.wordCount)).toEqual([
    '<pad>',
    '<unknown>',
    'the',
    'calls',
    'old',
    'sea',
    'man',
  ])
  expect([...matrix]).toEqual([0, 0, 2, 4, 1, 2, 2, 4, 2, 4, 3, 6, 2, 4])
  expect(found).toBe(2)
  // 6 of 12 running words.
  expect(coverage).toEqual({ types: 2 / 5, tokens: 6 / 12 })
})

test('a matrix shifted by one row is refused, as is one with a foreign row', () => {
  const { matrix } = embeddingMatrix(vocabulary, vectors, { dimensions: 2 })
  const shifted = Float32Array.from([...matrix.subarray(2), 0, 0])
  const mismatch = expect.objectContaining({ code: 'vectors.matrix-mismatch' }) as Error
  expect(() => {
    verifyMatrix(shifted, vocabulary, vectors)
  }).toThrow(mismatch)
  for (let index = 0; index < matrix.length; index++) {
    const spoiled = matrix.slice()
    spoiled[index] = 7
    expect(() => {
      verifyMatrix(spoiled, vocabulary, vectors)
    }).toThrow(mismatch)
  }
})

test('without any vector all words share a zero row', () => {
  const { matrix, found, coverage } = embeddingMatrix(vocabulary, new Map(), { dimensions: 3 })
  expect(matrix).toEqual(new Float32Array(7 * 3))
  expect({ found, coverage }).toEqual({ found: 0, coverage: { types: 0, tokens: undefined } })
})

test('neighbours come by cosine, and a missing word names similar ones', () => {
  const space = new Map([
    ['King', Float32Array.of(1, 0)],
    ['far', Float32Array.of(-1, 0)],
    ['queen', Float32Array.of(5, 5)],
    ['zero', Float32Array.of(0, 0)],
  ])
  expect(nearestNeighbours(space, 'King', 2)).toEqual([
    { word: 'queen', similarity: expect.closeTo(Math.SQRT1_2, 12) as number },
    { word: 'zero', similarity: 0 },
  ])
  expect(() => nearestNeighbours(space, 'king', 2)).toThrow(
    expect.objectContaining({
      code: 'vectors.word-missing',
      fix: 'Try another form; similar words there: King.',
    }) as Error,
  )
})
