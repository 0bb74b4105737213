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
  /** Ids of groups of neighbouring words, by `id of all but the last * wordCount + id of the last`. */
  readonly groups: ReadonlyMap<number, number>
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
  const groups = new Map<number, number>()
  for (let id = wordCount; id < words.length; id++) {
    const parts = words[id]!.split(' ').map((word) => ids.get(word))
    let key: number | undefined = parts[0]
    for (const [at, part] of parts.entries()) {
      if (at === 0 || key === undefined || part === undefined) continue
      // A pair comes before every group that it begins.
      key = at === parts.length - 1 ? key * wordCount + part : groups.get(key * wordCount + part)
    }
    if (key !== undefined && parts.every((part) => part !== undefined)) groups.set(key, id)
  }
  return { ids, groups, wordCount, documentFrequency }
}

/** Ids of words in order; 1 for unknown ones. */
export const sequenceIds = (words: readonly string[], { ids }: Lexicon): number[] =>
  words.map((word) => ids.get(word) ?? UNKNOWN_ID)

/** Ids of the known words and of known groups of neighbours in a sequence, each once, ascending. */
export const bagIds = (
  sequence: readonly number[],
  { groups, wordCount }: Pick<Lexicon, 'groups' | 'wordCount'>,
): number[] => {
  const found = new Set(sequence)
  found.delete(UNKNOWN_ID)
  for (let start = 0; groups.size > 0 && start < sequence.length; start++) {
    let group = sequence[start]
    for (let end = start + 1; group !== undefined && end < sequence.length; end++) {
      group = groups.get(group * wordCount + sequence[end]!)
      if (group !== undefined) found.add(group)
    }
  }
  return [...found].sort((a, b) => a - b)
}
