// The embedding matrix of a vocabulary: row = id. Row 0 (padding) is zero; all words without a vector share one row, the
// mean of the found vectors, because noise in their place is noise in the model. The matrix is checked every time it is
// made: the article's rows were shifted by one, and nothing noticed.
import { PADDING_ID, UNKNOWN_ID } from '../vocabulary.ts'
import { vectorErrors } from './errors.ts'

import type { Vocabulary } from '../vocabulary.ts'

type Words = Pick<Vocabulary, 'words' | 'wordCount'>

export interface EmbeddingMatrix {
  /** [wordCount, dimensions]; word pairs have no row. */
  readonly matrix: Float32Array
  readonly dimensions: number
  /** Words that have a vector of their own. */
  readonly found: number
  readonly coverage: {
    /** Share of the words of the vocabulary that have a vector. */
    readonly types: number
    /** Share of the running words that have one, unknown words included; known only with `tokens`. */
    readonly tokens: number | undefined
  }
}

export interface EmbeddingMatrixOptions {
  readonly dimensions: number
  /** Encoded training texts in sequence mode, to measure the coverage of running words. */
  readonly tokens?: Int32Array
}

/** Makes and checks the embedding matrix of the single words of a vocabulary. */
export const embeddingMatrix = (
  vocabulary: Words,
  vectors: ReadonlyMap<string, Float32Array>,
  { dimensions, tokens }: EmbeddingMatrixOptions,
): EmbeddingMatrix => {
  const { words, wordCount } = vocabulary
  const matrix = new Float32Array(wordCount * dimensions)
  const isFound = new Uint8Array(wordCount)
  const total = new Float64Array(dimensions)
  for (let id = UNKNOWN_ID + 1; id < wordCount; id++) {
    const vector = vectors.get(words[id]!)
    if (vector === undefined) continue
    matrix.set(vector, id * dimensions)
    vector.forEach((value, index) => (total[index]! += value))
    isFound[id] = 1
  }
  const found = isFound.reduce((count, each) => count + each, 0)
  const unknown = Float32Array.from(total, (value) => (found === 0 ? 0 : value / found))
  for (let id = UNKNOWN_ID; id < wordCount; id++)
    if (isFound[id] === 0) matrix.set(unknown, id * dimensions)
  verifyMatrix(matrix, vocabulary, vectors)
  const types = found / Math.max(1, wordCount - UNKNOWN_ID - 1)
  const coverage = { types, tokens: tokens && tokenCoverage(tokens, isFound) }
  return { matrix, dimensions, found, coverage }
}

const tokenCoverage = (tokens: Int32Array, isFound: Uint8Array): number => {
  let running = 0
  let covered = 0
  for (const id of tokens) {
    running += id === PADDING_ID ? 0 : 1
    covered += isFound[id]!
  }
  return covered / Math.max(1, running)
}

/**
 * Checks that each row of an embedding matrix holds the vector of its own word, that the padding row is zero and that all
 * other rows are the unknown row; throws `vectors.matrix-mismatch` for the first that does not.
 */
export const verifyMatrix = (
  matrix: Float32Array,
  { words, wordCount }: Words,
  vectors: ReadonlyMap<string, Float32Array>,
): void => {
  const dimensions = matrix.length / wordCount
  const row = (id: number): Float32Array => matrix.subarray(id * dimensions, (id + 1) * dimensions)
  const zero = new Float32Array(dimensions)
  for (let id = 0; id < wordCount; id++) {
    const own = id > UNKNOWN_ID ? vectors.get(words[id]!) : undefined
    const expected = own ?? (id === PADDING_ID ? zero : row(UNKNOWN_ID))
    if (expected.length === dimensions && expected.every((value, at) => value === row(id)[at]))
      continue
    throw vectorErrors.error('matrix-mismatch', { id, word: words[id]! })
  }
}
