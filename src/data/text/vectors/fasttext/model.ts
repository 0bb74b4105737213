// Vectors from a fastText model (.bin): of words that it knows, and of any other word from the pieces it is made of. A
// vector is the mean of the rows of a word and its pieces, as in fastText's own `getWordVector`. The matrix is never
// loaded whole: the rows that are needed are sorted and gathered in one pass.
import { vectorErrors } from '../errors.ts'
import { decodeWord, printable } from '../values.ts'
import { gatherMeans } from './gather.ts'
import { readHeader } from './header.ts'
import { subwordBuckets } from './subwords.ts'

import type { Collector } from '../collect.ts'
import type { ForwardFile } from '../forward.ts'
import type { MeanOfRows } from './gather.ts'

export interface FastTextOptions {
  readonly file: string
  /** Words to find; all of the file when undefined. */
  readonly wanted: ReadonlySet<string> | undefined
  readonly words: Collector
  readonly nonFinite: 'zero' | 'refuse'
  readonly signal: AbortSignal | undefined
  readonly onRows: () => void
}

export interface FastTextVectors {
  readonly dimensions: number
  readonly wordsInFile: number
  /** Vectors of wanted words that the file does not know. */
  readonly composed: ReadonlyMap<string, Float32Array>
  /** Words, known or composed, whose vector held NaN or an infinity and is now zero. */
  readonly zeroed: readonly string[]
}

interface Known {
  readonly form: string
  readonly isUtf8: boolean
  readonly bytes: Uint8Array
  readonly row: number
}

/** The end of a line is a word of every model, and the only one without pieces. */
const END_OF_LINE = '</s>'

/** Fills the collector with the known words of a file; its vectors are complete when this returns. */
export const readFastText = async (
  forward: ForwardFile,
  { file, wanted, words, nonFinite, signal, onRows }: FastTextOptions,
): Promise<FastTextVectors> => {
  const candidates: Known[] = []
  const folded = wanted && new Set(Array.from(wanted, fold))
  const header = await readHeader(forward, file, ({ bytes, row }) => {
    const { text: form, isUtf8 } = decodeWord(bytes)
    // The bytes are a view of a block; a copy of the few that count lets the block go.
    if (folded === undefined || folded.has(fold(form)))
      candidates.push({ form, isUtf8, bytes: bytes.slice(), row })
  })
  const { dimensions, subwords } = header
  const hasPieces = subwords.maxLength > 0 && subwords.buckets > 0
  const piecesOf = (bytes: Uint8Array): number[] =>
    hasPieces ? subwordBuckets(bytes, subwords).map((bucket) => header.words + bucket) : []

  const sums: (MeanOfRows & { readonly word: string })[] = []
  for (const { form, isUtf8, bytes, row } of candidates) {
    const vector = (): Float32Array => {
      const mean = new Float32Array(dimensions)
      const rows = form === END_OF_LINE ? [row] : [row, ...piecesOf(bytes)]
      sums.push({ word: form, mean, rows })
      return mean
    }
    // Where a word can be put together from pieces, another case of it is no better stand-in.
    if (hasPieces) words.addExact({ word: form, isUtf8, vector })
    else words.add({ word: form, isUtf8, vector })
  }
  const composed = new Map<string, Float32Array>()
  if (wanted !== undefined && hasPieces) {
    const encoder = new TextEncoder()
    for (const word of wanted) {
      if (words.has(word)) continue
      const rows = piecesOf(encoder.encode(word))
      if (rows.length === 0) continue
      const mean = new Float32Array(dimensions)
      sums.push({ word, mean, rows })
      composed.set(word, mean)
    }
  }
  await gatherMeans(forward, sums, { ...header, file, signal, onRows })
  return { dimensions, wordsInFile: header.words, composed, zeroed: cleaned(sums, nonFinite, file) }
}

const fold = (word: string): string => word.normalize('NFC').toLowerCase()

/** Zeroes or refuses vectors with NaN or an infinity. */
const cleaned = (
  sums: readonly { readonly word: string; readonly mean: Float32Array }[],
  nonFinite: 'zero' | 'refuse',
  file: string,
): readonly string[] =>
  sums.flatMap(({ word, mean }) => {
    const bad = mean.find((value) => !Number.isFinite(value))
    if (bad === undefined) return []
    if (nonFinite === 'refuse')
      throw vectorErrors.error('not-finite', { word: printable(word), found: bad }, { file })
    mean.fill(0)
    return [word]
  })
