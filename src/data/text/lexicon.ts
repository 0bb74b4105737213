// A vocabulary made ready for lookups, and the two ways to see a text through it: its words in order, or its set of known
// words and word pairs.
import { UNKNOWN_ID } from './vocabulary.ts'

import type { Vocabulary } from './vocabulary.ts'

/** What lookups need: a fitted `Vocabulary` and a saved `TextEncoding` both have it. */
export interface AnyVocabulary extends Pick<Vocabulary, 'words' | 'wordCount'> {
  readonly documentFrequency: ArrayLike<number>
}

export interface Lexicon {
  readonly ids: ReadonlyMap<string, number>
  /** Ids of word pairs, by `first id * wordCount + second id`. */
  readonly pairs: ReadonlyMap<number, number>
  readonly wordCount: number
  readonly documentFrequency: ArrayLike<number>
}

// Memory of a pure function, not state: equal data gives equal lookups, and they go when the data goes.
const lexicons = new WeakMap<AnyVocabulary, Lexicon>()

/** The lookups of a vocabulary, made once. */
export const lexiconOf = (vocabulary: AnyVocabulary): Lexicon => {
  const lexicon = lexicons.get(vocabulary) ?? makeLexicon(vocabulary)
  lexicons.set(vocabulary, lexicon)
  return lexicon
}

const makeLexicon = ({ words, wordCount, documentFrequency }: AnyVocabulary): Lexicon => {
  const ids = new Map<string, number>()
  for (let id = UNKNOWN_ID + 1; id < wordCount; id++) ids.set(words[id]!, id)
  const pairs = new Map<number, number>()
  for (let id = wordCount; id < words.length; id++) {
    const [first, second] = words[id]!.split(' ').map((word) => ids.get(word))
    if (first !== undefined && second !== undefined) pairs.set(first * wordCount + second, id)
  }
  return { ids, pairs, wordCount, documentFrequency }
}

/** Ids of words in order; 1 for unknown ones. */
export const sequenceIds = (words: readonly string[], { ids }: Lexicon): number[] =>
  words.map((word) => ids.get(word) ?? UNKNOWN_ID)

/** Ids of the known words and of known pairs of neighbours in a sequence, each once, ascending. */
export const bagIds = (
  sequence: readonly number[],
  { pairs, wordCount }: Pick<Lexicon, 'pairs' | 'wordCount'>,
): number[] => {
  const found = new Set(sequence)
  found.delete(UNKNOWN_ID)
  for (let index = 1; pairs.size > 0 && index < sequence.length; index++) {
    const pair = pairs.get(sequence[index - 1]! * wordCount + sequence[index]!)
    if (pair !== undefined) found.add(pair)
  }
  return [...found].sort((a, b) => a - b)
}
