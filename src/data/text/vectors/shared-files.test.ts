// Real vectors, where they are at hand: word counts and widths as published, and neighbours that a person would name.
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

import { describe, expect, test } from 'vitest'

import { loadVectors } from './load.ts'
import { embeddingMatrix } from './matrix.ts'
import { nearestNeighbours } from './neighbours.ts'

const folder = fileURLToPath(new URL('../../../../../shared/data/vectors/', import.meta.url))
const text = 'word2vec or fastText text (with header)'

describe.skipIf(!existsSync(folder))('real word vectors', () => {
  test.each<[string, string, number, number, string?, string?]>([
    ['GoogleNews-vectors-negative300.8k.bin', 'word2vec binary', 8000, 300, 'king', 'queen'],
    ['glove.twitter.27B.25d.12k.txt', 'GloVe text (no header)', 11_925, 25, 'father', 'mother'],
    ['glove.6B.50d.sample.txt', 'GloVe text (no header)', 76, 50],
    ['euclidean_vectors.bin', 'word2vec binary', 2747, 10],
    ['lee_fasttext_new.vec', text, 1763, 10],
    ['pang_lee_polarity_fasttext.vec', text, 1694, 100],
  ])('%s', async (name, format, words, dimensions, word, nearest) => {
    const loaded = await loadVectors(folder + name, undefined)
    expect(loaded).toMatchObject({ wordsInFile: words, dimensions, report: { format } })
    expect(loaded.vectors.size).toBe(words)
    expect(loaded.report).toMatchObject({ duplicates: { count: 0 }, zeroed: { count: 0 } })
    // Only the last file is not UTF-8.
    expect(loaded.report.notUtf8.count).toBe(name.startsWith('pang') ? 5 : 0)
    const known = ['<pad>', '<unknown>', ...loaded.vectors.keys()]
    const made = embeddingMatrix({ words: known, wordCount: known.length }, loaded.vectors, loaded)
    expect(made.found).toBe(words)
    if (word !== undefined)
      expect(nearestNeighbours(loaded.vectors, word, 1)).toMatchObject([{ word: nearest }])
  })

  test('words that news vectors know capitalised only are found', async () => {
    const file = `${folder}GoogleNews-vectors-negative300.8k.bin`
    const { vectors, report } = await loadVectors(file, new Set(['monday', 'china', 'king']))
    expect([...vectors.keys()].sort()).toEqual(['china', 'king', 'monday'])
    expect([...report.variants.words].sort()).toEqual(['China', 'Monday'])
  })
})
