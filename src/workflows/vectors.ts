// Vectors: what a word-vector file holds, how much of a table it covers, and which words are near another.
import { readTable } from '../data/table/table.ts'
import { loadVectors } from '../data/text/vectors/load.ts'
import { embeddingMatrix } from '../data/text/vectors/matrix.ts'
import { nearestNeighbours } from '../data/text/vectors/neighbours.ts'
import { hasText } from '../data/text/encoding.ts'
import { fitVocabulary } from '../data/text/vocabulary.ts'

import type { Listener } from '../base/events.ts'
import type { Neighbour } from '../data/text/vectors/neighbours.ts'

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
