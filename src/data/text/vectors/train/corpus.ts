// Texts as numbers for the training of word vectors: one array of word numbers, frequent words first, and where each text
// ends. Words that are too rare are left out, and so do not keep their neighbours apart.
import type { Tokenise } from '../../rules.ts'
import type { MaybeText } from '../../vocabulary.ts'

export interface Corpus {
  /** Most frequent first; of equally frequent ones, the first seen. */
  readonly words: readonly string[]
  /** Occurrences of each word. */
  readonly counts: Int32Array
  /** All texts one after the other, as indices into `words`. */
  readonly tokens: Int32Array
  /** End of each text in `tokens`. */
  readonly ends: Int32Array
}

export interface CorpusOptions {
  readonly tokenise: Tokenise
  /** Occurrences that a word must have. */
  readonly minCount: number
}

/** Memory grows with the tokens, four bytes each, not with the texts. */
export const readCorpus = async (
  texts: AsyncIterable<readonly MaybeText[]> | Iterable<readonly MaybeText[]>,
  { tokenise, minCount }: CorpusOptions,
): Promise<Corpus> => {
  const keys = new Map<string, number>()
  const counts: number[] = []
  const documents: Int32Array[] = []
  for await (const chunk of texts) {
    for (const text of chunk) {
      const document = Int32Array.from(tokenise(text ?? ''), (word) => {
        const key = keys.get(word) ?? keys.size
        if (key === keys.size) keys.set(word, key)
        counts[key] = (counts[key] ?? 0) + 1
        return key
      })
      if (document.length > 0) documents.push(document)
    }
  }
  const kept = [...keys]
    .filter(([, key]) => counts[key]! >= minCount)
    .sort(([, a], [, b]) => counts[b]! - counts[a]! || a - b)
  const indexOf = new Int32Array(keys.size).fill(-1)
  kept.forEach(([, key], index) => (indexOf[key] = index))
  const found = documents
    .map((document) => document.map((key) => indexOf[key]!).filter((index) => index >= 0))
    .filter(({ length }) => length > 0)
  const tokens = new Int32Array(found.reduce((sum, { length }) => sum + length, 0))
  const ends = new Int32Array(found.length)
  let end = 0
  found.forEach((document, index) => {
    tokens.set(document, end)
    end += document.length
    ends[index] = end
  })
  return {
    words: kept.map(([word]) => word),
    counts: Int32Array.from(kept, ([, key]) => counts[key]!),
    tokens,
    ends,
  }
}
