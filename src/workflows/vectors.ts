// Vectors: what a word-vector file holds, how much of a table it covers, and which words are near another; and vectors
// learned from the texts of a table.
import { readTable } from '../data/table/table.ts'
import { vectorErrors } from '../data/text/vectors/errors.ts'
import { loadVectors } from '../data/text/vectors/load.ts'
import { embeddingMatrix } from '../data/text/vectors/matrix.ts'
import { nearestNeighbours } from '../data/text/vectors/neighbours.ts'
import { readCorpus } from '../data/text/vectors/train/corpus.ts'
import { trainVectors } from '../data/text/vectors/train/train.ts'
import { writeVectors } from '../data/text/vectors/write.ts'
import { words } from '../data/text/words.ts'
import { hasText } from '../data/text/encoding.ts'
import { fitVocabulary } from '../data/text/vocabulary.ts'

import type { Listener } from '../base/events.ts'
import type { Neighbour } from '../data/text/vectors/neighbours.ts'
import type { TrainVectorsOptions } from '../data/text/vectors/train/train.ts'

export interface VectorsOptions {
  /** A word whose neighbours to find. */
  readonly near?: string | undefined
  readonly neighbours?: number | undefined
  /** A table and the column of it whose words should be covered. */
  readonly table?: string | undefined
  readonly text?: string | undefined
  readonly onProgress?: Listener<{ readonly done: number; readonly rows: number }> | undefined
  readonly signal?: AbortSignal | undefined
}

export interface VectorsInspection {
  readonly format: string
  readonly words: number
  readonly dimensions: number
  readonly notes: readonly string[]
  readonly near: readonly Neighbour[] | null
  /** Of the words that at least two rows of the table hold. */
  readonly coverage: {
    readonly words: number
    readonly found: number
    readonly share: number
    /** The most frequent words without a vector. */
    readonly absent: readonly string[]
  } | null
}

const NEIGHBOURS = 10
/** Words that are compared: files list frequent words first, and this many vectors of 300 numbers fit in memory. */
const MOST_WORDS = 400_000
const ABSENT = 10

/** @throws vectors.*, table.* errors */
export const inspectVectors = async (
  file: string,
  { near, neighbours = NEIGHBOURS, table, text, onProgress, signal }: VectorsOptions = {},
): Promise<VectorsInspection> => {
  const vocabulary =
    table === undefined || text === undefined ? undefined : await vocabularyOf(table, text)
  const single = vocabulary?.words.slice(2, vocabulary.wordCount) ?? []
  const loaded = await loadVectors(file, near === undefined ? new Set(single) : undefined, {
    limit: MOST_WORDS,
    ...(onProgress && {
      onProgress: ({ bytes, totalBytes }) => {
        onProgress({ done: bytes, rows: totalBytes })
      },
    }),
    ...(signal && { signal }),
  })
  const matrix = vocabulary && embeddingMatrix(vocabulary, loaded.vectors, loaded)
  return {
    format: loaded.report.format,
    words: loaded.wordsInFile,
    dimensions: loaded.dimensions,
    notes: loaded.report.notes,
    near:
      near === undefined
        ? null
        : nearestNeighbours(loaded.vectors, near.normalize('NFC'), neighbours),
    coverage: matrix
      ? {
          words: single.length,
          found: matrix.found,
          share: matrix.coverage.types,
          absent: single.filter((word) => !loaded.vectors.has(word)).slice(0, ABSENT),
        }
      : null,
  }
}

const vocabularyOf = async (path: string, column: string) => {
  const table = await readTable(path)
  try {
    const texts = await table.column(column)
    return fitVocabulary(texts.filter((text) => hasText(text)))
  } finally {
    await table.close()
  }
}

export interface LearnVectorsOptions extends Omit<TrainVectorsOptions, 'onProgress'> {
  /** The column with the texts. */
  readonly text: string
  /** A new file: word2vec text, or binary when it ends in .bin. */
  readonly out: string
  /** Occurrences that a word must have. */
  readonly minCount?: number | undefined
  readonly onProgress?: Listener<{ readonly done: number; readonly rows: number }> | undefined
}

export interface LearnedVectors {
  readonly out: string
  readonly words: number
  readonly dimensions: number
  /** Occurrences of these words in the texts. */
  readonly tokens: number
  readonly seconds: number
  /** Sentences for people. */
  readonly notes: readonly string[]
}

/**
 * Learns word vectors from the texts of a table and writes them to a file.
 *
 * @throws vectors.*, table.*, files.* errors
 */
export const learnVectors = async (
  data: string,
  { text, out, minCount = 2, onProgress, ...options }: LearnVectorsOptions,
): Promise<LearnedVectors> => {
  const started = performance.now()
  const table = await readTable(data)
  try {
    const chunks = table.columnChunks(text)
    const corpus = await readCorpus(chunks, { tokenise: words, minCount })
    const found = corpus.words.length
    if (found < FEWEST_WORDS)
      throw vectorErrors.error('no-corpus', { words: found, minCount }, { file: data })
    const { matrix, dimensions } = await trainVectors(corpus, {
      ...options,
      ...(onProgress && {
        onProgress: (now) => {
          onProgress({ done: now.done, rows: now.words })
        },
      }),
    })
    await writeVectors(out, { words: corpus.words, dimensions, matrix })
    return {
      out,
      words: found,
      dimensions,
      tokens: corpus.tokens.length,
      seconds: (performance.now() - started) / 1000,
      notes: [
        ...(corpus.tokens.length < FEW_TOKENS
          ? [
              `${corpus.tokens.length} words of text are few: vectors trained on more text are better.`,
            ]
          : []),
        'The texts of all rows were read, also of those that a split will hold back; no labels were.',
      ],
    }
  } finally {
    await table.close()
  }
}

/** With one word there is nothing to tell apart. */
const FEWEST_WORDS = 2
/** Below about this many words the neighbours of most words are chance. */
const FEW_TOKENS = 100_000
