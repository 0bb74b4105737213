// The words, and pairs of neighbouring words, that a model knows. Fitted on training rows only. An id is an index into
// `words`; ids are ordered by how many documents hold the word, so a smaller vocabulary is a prefix of a larger one.
import { words } from './words.ts'

/** Id of padding: never a word. */
export const PADDING_ID = 0
/** Id of every word that the vocabulary does not hold. */
export const UNKNOWN_ID = 1
const FIRST_WORD_ID = 2

/** A `Map` of V8 holds at most 2^24 entries; well before that the rarest pairs are forgotten. */
const MAX_COUNTED_PAIRS = 2 ** 22

/** A text, or nothing. */
export type MaybeText = string | null | undefined

export interface Vocabulary {
  /** Index = id: `<pad>`, `<unknown>`, the single words, then word pairs written with one space. */
  readonly words: readonly string[]
  /** Ids below this are padding, unknown and single words; the rest are word pairs. */
  readonly wordCount: number
  /** Number of fitted documents that hold the word, by id; 0 for padding and unknown. */
  readonly documentFrequency: Int32Array
  /** Number of fitted documents that hold any word. */
  readonly documents: number
}

export interface VocabularyOptions {
  readonly maxWords?: number
  /** Documents that must hold a word. One document repeating a name teaches nothing about others. */
  readonly minCount?: number
  readonly ngrams?: 1 | 2
  readonly maxNgrams?: number
}

/** Learns the vocabulary of the texts: give it training rows only. */
export const fitVocabulary = (
  texts: readonly MaybeText[],
  { maxWords = 50_000, minCount = 2, ngrams = 1, maxNgrams = 50_000 }: VocabularyOptions = {},
): Vocabulary => {
  const found = countWords(texts, ngrams === 2)
  const singles = mostFrequent(found.words, { minCount, limit: maxWords })
  const pairs =
    ngrams === 1
      ? []
      : mostFrequent(countPairs(found.documents, singles, minCount), { minCount, limit: maxNgrams })
  const known = [...singles, ...pairs]
  return {
    words: ['<pad>', '<unknown>', ...known.map(({ name }) => name)],
    wordCount: FIRST_WORD_ID + singles.length,
    documentFrequency: Int32Array.from([0, 0, ...known.map(({ documents }) => documents)]),
    documents: found.documentCount,
  }
}

interface Counted {
  readonly name: string
  /** Number of the word in order of first appearance; -1 for a pair. */
  readonly key: number
  documents: number
}

interface CountedTexts {
  readonly words: readonly Counted[]
  /** The texts as word keys, kept only on request: strings would need ten times the memory. */
  readonly documents: readonly Int32Array[]
  readonly documentCount: number
}

const countWords = (texts: readonly MaybeText[], isKept: boolean): CountedTexts => {
  const counts = new Map<string, Counted>()
  const documents: Int32Array[] = []
  let documentCount = 0
  for (const text of texts) {
    const document = words(text ?? '')
    if (document.length === 0) continue
    documentCount++
    for (const name of new Set(document)) {
      const counted = counts.get(name)
      if (counted === undefined) counts.set(name, { name, key: counts.size, documents: 1 })
      else counted.documents++
    }
    if (isKept) documents.push(Int32Array.from(document, (name) => counts.get(name)!.key))
  }
  return { words: [...counts.values()], documents, documentCount }
}

/** Counts pairs of neighbours that are both known words. */
const countPairs = (
  documents: readonly Int32Array[],
  singles: readonly Counted[],
  minCount: number,
): Counted[] => {
  const nameOf = new Map(singles.map(({ key, name }) => [key, name]))
  // Keys are far below 2^26, so that a pair is an exact double.
  const stride = 1 + singles.reduce((largest, { key }) => Math.max(largest, key), 0)
  const counts = new Map<number, number>()
  let forgotten = 0
  for (const document of documents) {
    const pairs = new Set<number>()
    for (let index = 1; index < document.length; index++) {
      const [first, second] = [document[index - 1]!, document[index]!]
      if (nameOf.has(first) && nameOf.has(second)) pairs.add(first * stride + second)
    }
    for (const pair of pairs) counts.set(pair, (counts.get(pair) ?? 0) + 1)
    while (counts.size > MAX_COUNTED_PAIRS) {
      forgotten++
      for (const [pair, count] of counts) if (count <= forgotten) counts.delete(pair)
    }
  }
  return [...counts]
    .filter(([, count]) => count >= minCount)
    .map(([pair, count]) => ({
      name: `${nameOf.get(Math.floor(pair / stride))!} ${nameOf.get(pair % stride)!}`,
      key: -1,
      documents: count,
    }))
}

const mostFrequent = (
  counts: readonly Counted[],
  { minCount, limit }: { readonly minCount: number; readonly limit: number },
): Counted[] =>
  counts
    .filter(({ documents }) => documents >= minCount)
    .sort((a, b) => b.documents - a.documents || compareCodePoints(a.name, b.name))
    .slice(0, limit)

/** Order by code point, which is the order of UTF-8 bytes; `<` compares UTF-16 units instead. */
const compareCodePoints = (a: string, b: string): number => {
  let index = 0
  while (index < a.length && index < b.length && a[index] === b[index]) index++
  // Inside a surrogate pair the first halves were equal, so the second halves decide alike.
  return (a.codePointAt(index) ?? -1) - (b.codePointAt(index) ?? -1)
}

/** Smooth inverse document frequency of scikit-learn, `ln((1 + n) / (1 + df)) + 1`, by id; 0 for padding and unknown. */
export const smoothIdf = ({
  documentFrequency,
  documents,
}: {
  readonly documentFrequency: ArrayLike<number>
  readonly documents: number
}): Float32Array =>
  Float32Array.from(documentFrequency, (frequency, id) =>
    id < FIRST_WORD_ID ? 0 : Math.log((1 + documents) / (1 + frequency)) + 1,
  )
