// Texts as token ids: int32 [rows, length], 0 = padding at the end, 1 = unknown word. A `TextEncoding` is plain JSON, is
// saved with the model, and is all that training, prediction and a browser need to encode a text in the same way.
import { bagIds, lexiconOf, sequenceIds } from './lexicon.ts'
import { plainRules } from './rules.ts'
import { UNKNOWN_ID } from './vocabulary.ts'
import { words } from './words.ts'

import type { AnyVocabulary, Lexicon } from './lexicon.ts'
import type { TextRules, Tokenise } from './rules.ts'
import type { MaybeText, Vocabulary } from './vocabulary.ts'

/** `sequence`: words in order, for networks that read. `bag`: the set of known words and groups, for linear models. */
export type TextMode = 'sequence' | 'bag'

/** Everything that turns a text into token ids, as plain JSON. */
export interface TextEncoding extends TextRules {
  readonly mode: TextMode
  /** Tokens per text. */
  readonly length: number
  /** Most words of a group in the vocabulary. */
  readonly ngrams: 1 | 2 | 3
  /** Index = id, as in `Vocabulary`. */
  readonly words: readonly string[]
  readonly wordCount: number
  readonly documentFrequency: readonly number[]
  readonly documents: number
}

export interface EncodingOptions {
  readonly mode: TextMode
  readonly length: number
  /** What the vocabulary was fitted with. */
  readonly rules?: TextRules
}

/** The encoding of a fitted vocabulary. In sequence mode word groups are left out: they have no place in the order. */
export const textEncoding = (
  { words, wordCount, documentFrequency, documents }: Vocabulary,
  { mode, length, rules = plainRules }: EncodingOptions,
): TextEncoding => {
  const kept = mode === 'sequence' ? wordCount : words.length
  return {
    ...rules,
    mode,
    length,
    ngrams: longestGroup(words.slice(wordCount, kept)),
    words: words.slice(0, kept),
    wordCount,
    documentFrequency: Array.from(documentFrequency.subarray(0, kept)),
    documents,
  }
}

const longestGroup = (groups: readonly string[]): TextEncoding['ngrams'] =>
  groups.length === 0 ? 1 : groups.some((group) => group.split(' ').length > 2) ? 3 : 2

/** Whether a text holds a word. An empty, blank or missing text, or one of punctuation only, is a missing input. */
export const hasText = (text: MaybeText): boolean => words(text ?? '').length > 0

/** Sequence mode: the ids of the words in order, cut at `length`, padded at the end. */
export const encodeTokens = (
  text: MaybeText,
  vocabulary: AnyVocabulary,
  { length }: { readonly length: number },
): Int32Array => encodeOne(text, vocabulary, { mode: 'sequence', length })

/** Bag mode: the ids of known words and groups, each once, ascending; of too many, the rarest `length` stay. */
export const encodeBag = (
  text: MaybeText,
  vocabulary: AnyVocabulary,
  { length }: { readonly length: number },
): Int32Array => encodeOne(text, vocabulary, { mode: 'bag', length })

/** The token ids of one text; all padding where the text is missing or, in bag mode, has no known word. */
export const encodeText = (
  text: MaybeText,
  encoding: TextEncoding,
  tokenise: Tokenise,
): Int32Array => encodeOne(text, encoding, { ...encoding, tokenise })

/** What happened to many texts. Counts of tokens are before the cut. */
export interface EncodingReport {
  readonly rows: number
  /** Rows without any word. */
  readonly missing: number
  readonly tokens: number
  readonly unknownTokens: number
  readonly cutRows: number
  /** Token ids that did not fit. */
  readonly cutTokens: number
  /** One sentence for people. */
  readonly summary: string
}

export interface EncodedTexts {
  /** [rows, length] */
  readonly tokens: Int32Array
  /** [rows], 1 where the text holds a word. */
  readonly present: Uint8Array
  readonly report: EncodingReport
}

/** Encodes all rows at once. @param tokenise - see `tokeniserOf` */
export const encodeMany = (
  texts: readonly MaybeText[],
  encoding: TextEncoding,
  tokenise: Tokenise,
): EncodedTexts => {
  const { mode, length } = encoding
  const lexicon = lexiconOf(encoding)
  const tokens = new Int32Array(texts.length * length)
  const present = new Uint8Array(texts.length)
  const counts = { missing: 0, tokens: 0, unknownTokens: 0, cutRows: 0, cutTokens: 0 }
  for (const [row, text] of texts.entries()) {
    const sequence = sequenceIds(tokenise(text ?? ''), lexicon)
    const ids = idsByMode[mode](sequence, lexicon)
    tokens.set(cutByMode[mode](ids, length, lexicon), row * length)
    present[row] = sequence.length > 0 ? 1 : 0
    counts.missing += sequence.length > 0 ? 0 : 1
    counts.tokens += sequence.length
    for (const id of sequence) if (id === UNKNOWN_ID) counts.unknownTokens++
    counts.cutRows += ids.length > length ? 1 : 0
    counts.cutTokens += Math.max(0, ids.length - length)
  }
  const facts = { rows: texts.length, ...counts }
  return { tokens, present, report: { ...facts, summary: summarise(facts, length) } }
}

type ByMode<Argument extends readonly unknown[]> = Record<
  TextMode,
  (...argument: Argument) => readonly number[]
>

/** All ids of a text, uncut. */
export const idsByMode: ByMode<[sequence: readonly number[], lexicon: Lexicon]> = {
  sequence: (sequence) => sequence,
  bag: bagIds,
}

const cutByMode: ByMode<[ids: readonly number[], length: number, lexicon: Lexicon]> = {
  sequence: (ids, length) => ids.slice(0, length),
  // The rarest words say most about a text.
  bag: (ids, length, { documentFrequency }) =>
    ids.length <= length
      ? ids
      : [...ids]
          .sort((a, b) => documentFrequency[a]! - documentFrequency[b]! || a - b)
          .slice(0, length)
          .sort((a, b) => a - b),
}

const encodeOne = (
  text: MaybeText,
  vocabulary: AnyVocabulary,
  {
    mode,
    length,
    tokenise = words,
  }: Pick<TextEncoding, 'mode' | 'length'> & { readonly tokenise?: Tokenise },
): Int32Array => {
  const lexicon = lexiconOf(vocabulary)
  const tokens = new Int32Array(length)
  const ids = idsByMode[mode](sequenceIds(tokenise(text ?? ''), lexicon), lexicon)
  tokens.set(cutByMode[mode](ids, length, lexicon))
  return tokens
}

const summarise = (
  { rows, missing, tokens, unknownTokens, cutRows, cutTokens }: Omit<EncodingReport, 'summary'>,
  length: number,
): string => {
  const unknownShare = tokens === 0 ? 0 : (100 * unknownTokens) / tokens
  return (
    `${rows - missing} of ${rows} rows have text; ${unknownShare.toFixed(1)} % of ${tokens} words are unknown; ` +
    `${cutRows} rows are cut to ${length} tokens, losing ${cutTokens}.`
  )
}
