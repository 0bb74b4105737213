// TF-IDF over single words and pairs of neighbouring words: sublinear counts, smooth inverse document frequency, rows of
// length 1, as in scikit-learn's TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True).

/** Sparse rows: row i has `features[k]`, `values[k]` for k from `offsets[i]` to `offsets[i + 1]`. */
export interface SparseRows {
  readonly rows: number
  readonly offsets: Int32Array
  readonly features: Int32Array
  readonly values: Float64Array
}

export interface Tfidf {
  /** Words and pairs that are kept. */
  readonly features: number
  transform(texts: readonly (string | null)[]): SparseRows
}

export interface TfidfOptions {
  /** Cuts a text into words. */
  readonly tokenise: (text: string) => readonly string[]
  /** A word or pair in fewer texts is left out. */
  readonly minimumTexts: number
  /** Keep at most this many, the ones in most texts first. */
  readonly maximumFeatures: number
}

/** Words by number, in order of first appearance, and in how many texts each occurs. */
interface WordCounts {
  readonly ids: ReadonlyMap<string, number>
  readonly counts: readonly number[]
  /** The words of each text. */
  readonly texts: readonly Int32Array[]
}

const countWords = (
  texts: readonly (string | null)[],
  tokenise: TfidfOptions['tokenise'],
): WordCounts => {
  const ids = new Map<string, number>()
  const counts: number[] = []
  const lastText: number[] = []
  const idOf = (word: string, text: number): number => {
    let id = ids.get(word)
    if (id === undefined) {
      id = counts.push(0) - 1
      ids.set(word, id)
    }
    if (lastText[id] !== text) {
      lastText[id] = text
      counts[id]!++
    }
    return id
  }
  return {
    ids,
    counts,
    texts: texts.map((text, index) =>
      Int32Array.from(tokenise(text ?? ''), (word) => idOf(word, index)),
    ),
  }
}

/** Pairs as sorted keys, and in how many texts each occurs. */
interface PairCounts {
  readonly keys: Float64Array
  readonly counts: Int32Array
}

/** A pair of word numbers as one number; exact up to 94 million words. */
const pairKey = (first: number, second: number, words: number): number => first * words + second

/** Sorts, and moves one of each value to the front; returns how many there are, and of each how often it was there. */
const distinct = (sorted: Float64Array, repeats?: Int32Array): number => {
  sorted.sort()
  let kept = 0
  for (let index = 0; index < sorted.length; index++) {
    if (index === 0 || sorted[index] !== sorted[kept - 1]) sorted[kept++] = sorted[index]!
    if (repeats) repeats[kept - 1]!++
  }
  return kept
}

/**
 * Pairs of neighbouring words. A pair is in no more texts than either of its words, so those of rare words are not counted.
 * Sorted keys take a fifth of the memory of a map, and a map ends at 16 million.
 */
const countPairs = ({ counts, texts }: WordCounts, minimumTexts: number): PairCounts => {
  const keys = new Float64Array(
    texts.reduce((total, ids) => total + Math.max(ids.length - 1, 0), 0),
  )
  let filled = 0
  for (const ids of texts) {
    const start = filled
    for (let position = 1; position < ids.length; position++) {
      const first = ids[position - 1]!
      const second = ids[position]!
      if (counts[first]! >= minimumTexts && counts[second]! >= minimumTexts)
        keys[filled++] = pairKey(first, second, counts.length)
    }
    // Texts are counted, not places.
    filled = start + distinct(keys.subarray(start, filled))
  }
  const repeats = new Int32Array(filled)
  const found = distinct(keys.subarray(0, filled), repeats)
  return { keys: keys.subarray(0, found), counts: repeats.subarray(0, found) }
}

/** The number of texts that a feature must be in so that at most `maximum` features are kept. */
const cutOff = (
  words: readonly number[],
  pairs: Int32Array,
  { minimumTexts, maximumFeatures }: TfidfOptions,
): number => {
  const counts = new Int32Array(words.length + pairs.length)
  counts.set(words)
  counts.set(pairs, words.length)
  const frequent = counts.filter((count) => count >= minimumTexts)
  if (frequent.length <= maximumFeatures) return minimumTexts
  return frequent.sort()[frequent.length - 1 - maximumFeatures]! + 1
}

/** Place of a value among sorted values, or -1. */
const placeOf = (sorted: Float64Array, value: number): number => {
  let [low, high] = [0, sorted.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (sorted[middle]! < value) low = middle + 1
    else high = middle
  }
  return sorted[low] === value ? low : -1
}

/** The features that were learned; nothing else is kept. */
interface Vocabulary {
  /** All words of the training texts, to which keys of pairs refer. */
  readonly wordCount: number
  /** Numbers of the words that are frequent enough to be in a pair. */
  readonly words: ReadonlyMap<string, number>
  /** Feature of a word's number, or -1. */
  readonly wordFeatures: Int32Array
  /** Keys of the kept pairs, sorted; their features follow those of the words. */
  readonly pairs: Float64Array
  readonly weights: Float64Array
}

const learn = (texts: readonly (string | null)[], options: TfidfOptions): Vocabulary => {
  const words = countWords(texts, options.tokenise)
  const pairs = countPairs(words, options.minimumTexts)
  const least = cutOff(words.counts, pairs.counts, options)
  const weights: number[] = []
  const number = (count: number): number =>
    count < least ? -1 : weights.push(Math.log((1 + texts.length) / (1 + count)) + 1) - 1
  return {
    wordCount: words.counts.length,
    words: new Map([...words.ids].filter(([, id]) => words.counts[id]! >= options.minimumTexts)),
    wordFeatures: Int32Array.from(words.counts, number),
    pairs: pairs.keys.filter((_, index) => number(pairs.counts[index]!) >= 0),
    weights: Float64Array.from(weights),
  }
}

/** Learns the features and their weights from training texts. */
export const fitTfidf = (texts: readonly (string | null)[], options: TfidfOptions): Tfidf => {
  const { wordCount, words, wordFeatures, pairs, weights } = learn(texts, options)
  const firstPair = weights.length - pairs.length

  const featuresOf = (text: string): number[] => {
    const found: number[] = []
    let previous = -1
    for (const word of options.tokenise(text)) {
      const id = words.get(word) ?? -1
      const feature = wordFeatures[id] ?? -1
      if (feature >= 0) found.push(feature)
      const pair = previous < 0 || id < 0 ? -1 : placeOf(pairs, pairKey(previous, id, wordCount))
      if (pair >= 0) found.push(firstPair + pair)
      previous = id
    }
    return found.sort((a, b) => a - b)
  }

  const rowOf = (text: string): SparseRow => {
    const found = featuresOf(text)
    const features: number[] = []
    const values: number[] = []
    let squares = 0
    for (let index = 0, run = 1; index < found.length; index++, run++) {
      if (found[index + 1] === found[index]) continue
      const value = (1 + Math.log(run)) * weights[found[index]!]!
      features.push(found[index]!)
      values.push(value)
      squares += value * value
      run = 0
    }
    const length = Math.sqrt(squares)
    return {
      features: Int32Array.from(features),
      values: Float64Array.from(values, (value) => value / length),
    }
  }
  return {
    features: weights.length,
    transform: (inputs) => joined(inputs.map((text) => rowOf(text ?? ''))),
  }
}

type SparseRow = Pick<SparseRows, 'features' | 'values'>

const joined = (rows: readonly SparseRow[]): SparseRows => {
  const offsets = new Int32Array(rows.length + 1)
  for (const [row, { features }] of rows.entries())
    offsets[row + 1] = offsets[row]! + features.length
  const features = new Int32Array(offsets[rows.length]!)
  const values = new Float64Array(features.length)
  for (const [index, row] of rows.entries()) {
    features.set(row.features, offsets[index])
    values.set(row.values, offsets[index])
  }
  return { rows: rows.length, offsets, features, values }
}
