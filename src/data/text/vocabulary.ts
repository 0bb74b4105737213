// The words, and groups of neighbouring words, that a model knows. Fitted on training rows only. An id is an index into
// `words`; ids are ordered by how many documents hold the word, so a smaller vocabulary is a prefix of a larger one.
import { words } from './words.ts'

import type { Tokenise } from './rules.ts'

/** Id of padding: never a word. */
export const PADDING_ID = 0
/** Id of every word that the vocabulary does not hold. */
export const UNKNOWN_ID = 1
const FIRST_WORD_ID = 2
/** What a tokenizer answers for what it cannot write; never in a vocabulary, so that its id is that of unknown words. */
export const UNKNOWN_TOKEN = '<unknown>'

/** A `Map` of V8 holds at most 2^24 entries; well before that the rarest groups are forgotten. */
const MAX_COUNTED_GROUPS = 2 ** 22

/** In place of an index or key. */
const NONE = -1

/** A text, or nothing. */
export type MaybeText = string | null | undefined

export interface Vocabulary {
  /** Index = id: `<pad>`, `<unknown>`, the single words, then word groups written with one space. */
  readonly words: readonly string[]
  /** Ids below this are padding, unknown and single words; the rest are word groups. */
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
  /** Most words of a group: 1 for single words only. */
  readonly ngrams?: 1 | 2 | 3
  readonly maxNgrams?: number
  readonly tokenise?: Tokenise
}

/** Learns the vocabulary of the texts: give it training rows only. */
export const fitVocabulary = (
  texts: readonly MaybeText[],
  {
    maxWords = 50_000,
    minCount = 2,
    ngrams = 1,
    maxNgrams = 50_000,
    tokenise = words,
  }: VocabularyOptions = {},
): Vocabulary => {
  const found = countWords(texts, tokenise, ngrams > 1)
  const singles = mostFrequent(found.words, { minCount, limit: maxWords })
  const groups =
    ngrams === 1
      ? []
      : mostFrequent(countGroups(found.documents, singles, { minCount, ngrams }), {
          minCount,
          limit: maxNgrams,
        })
  const known = [...singles, ...groups]
  return {
    words: ['<pad>', UNKNOWN_TOKEN, ...known.map(({ name }) => name)],
    wordCount: FIRST_WORD_ID + singles.length,
    documentFrequency: Int32Array.from([0, 0, ...known.map(({ documents }) => documents)]),
    documents: found.documentCount,
  }
}

interface Counted {
  readonly name: string
  /** Number of the word in order of first appearance; -1 for a group. */
  readonly key: number
  documents: number
}

interface CountedTexts {
  readonly words: readonly Counted[]
  /** The texts as word keys, kept only on request: strings would need ten times the memory. */
  readonly documents: readonly Int32Array[]
  readonly documentCount: number
}

const countWords = (
  texts: readonly MaybeText[],
  tokenise: Tokenise,
  isKept: boolean,
): CountedTexts => {
  const counts = new Map<string, Counted>()
  const documents: Int32Array[] = []
  let documentCount = 0
  for (const text of texts) {
    const document = tokenise(text ?? '')
    if (document.length === 0) continue
    documentCount++
    for (const name of new Set(document)) {
      const counted = counts.get(name)
      if (counted === undefined) counts.set(name, { name, key: counts.size, documents: 1 })
      else counted.documents++
    }
    if (isKept) documents.push(Int32Array.from(document, (name) => counts.get(name)!.key))
  }
  const known = [...counts.values()].filter(({ name }) => name !== UNKNOWN_TOKEN)
  return { words: known, documents, documentCount }
}

interface GroupOptions {
  readonly minCount: number
  readonly ngrams: number
}

/** Counts groups of neighbours that are all known words; a longer group only where its beginning is frequent enough. */
const countGroups = (
  documents: readonly Int32Array[],
  singles: readonly Counted[],
  { minCount, ngrams }: GroupOptions,
): Counted[] => {
  const indexOfKey = new Map(singles.map(({ key }, index) => [key, index]))
  const singleAt = documents.map((keys) => keys.map((key) => indexOfKey.get(key) ?? NONE))
  const found: Counted[] = []
  let names = singles.map(({ name }) => name)
  /** By document and place: the index in `names` of what starts there. */
  let groupAt: readonly Int32Array[] = singleAt
  for (let length = 2; length <= ngrams; length++) {
    const keys = groupAt.map((starts, document) =>
      Float64Array.from(starts, (group, start) => {
        const last = singleAt[document]![start + length - 1] ?? NONE
        // Far below 2^53: an exact double.
        return group === NONE || last === NONE ? NONE : group * singles.length + last
      }),
    )
    const groups = [...countKeys(keys)].filter(([, count]) => count >= minCount)
    const before = names
    names = groups.map(([key]) => {
      const last = singles[key % singles.length]!
      return `${before[Math.floor(key / singles.length)]!} ${last.name}`
    })
    found.push(
      ...groups.map(([, count], index) => ({ name: names[index]!, key: NONE, documents: count })),
    )
    const indexOf = new Map(groups.map(([key], index) => [key, index]))
    groupAt = keys.map((each) => Int32Array.from(each, (key) => indexOf.get(key) ?? NONE))
  }
  return found
}

/** In how many documents each key is. */
const countKeys = (documents: readonly Float64Array[]): Map<number, number> => {
  const counts = new Map<number, number>()
  let forgotten = 0
  for (const document of documents) {
    for (const key of new Set(document))
      if (key !== NONE) counts.set(key, (counts.get(key) ?? 0) + 1)
    while (counts.size > MAX_COUNTED_GROUPS) {
      forgotten++
      for (const [key, count] of counts) if (count <= forgotten) counts.delete(key)
    }
  }
  return counts
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

/** Words that more than a share of the texts hold, most frequent first: they tell texts apart the least. */
export const frequentWords = (
  texts: readonly MaybeText[],
  { maxShare, tokenise = words }: { readonly maxShare: number; readonly tokenise?: Tokenise },
): string[] => {
  const { words: counted, documentCount } = countWords(texts, tokenise, false)
  const frequent = counted.filter(({ documents }) => documents > maxShare * documentCount)
  return mostFrequent(frequent, { minCount: 1, limit: Infinity }).map(({ name }) => name)
}
