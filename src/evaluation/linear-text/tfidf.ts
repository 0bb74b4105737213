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

/** In how many texts each key occurs, in order of first appearance. */
class TextFrequency<Key> {
  readonly ids = new Map<Key, number>()
  readonly counts: number[] = []
  readonly #lastText: number[] = []

  add(key: Key, text: number): number {
    let id = this.ids.get(key)
    if (id === undefined) {
      id = this.counts.length
      this.ids.set(key, id)
      this.counts.push(0)
      this.#lastText.push(-1)
    }
    if (this.#lastText[id] !== text) {
      this.#lastText[id] = text
      this.counts[id]!++
    }
    return id
  }
}

/** A pair of word numbers as one number; exact up to 94 million words. */
const pairKey = (first: number, second: number, words: number): number => first * words + second

/** The number of texts that a feature must be in so that at most `maximum` features are kept. */
const cutOff = (counts: readonly number[], minimum: number, maximum: number): number => {
  const frequent = counts.filter((count) => count >= minimum)
  if (frequent.length <= maximum) return minimum
  return frequent.sort((a, b) => b - a)[maximum]! + 1
}

/** Learns the features and their weights from training texts. */
export const fitTfidf = (texts: readonly (string | null)[], options: TfidfOptions): Tfidf => {
  const { tokenise, minimumTexts, maximumFeatures } = options
  const words = new TextFrequency<string>()
  const wordIds = texts.map((text, index) =>
    Int32Array.from(tokenise(text ?? ''), (word) => words.add(word, index)),
  )
  const wordCount = words.counts.length
  // A pair is in no more texts than either of its words, so pairs of rare words need not be counted.
  const pairs = new TextFrequency<number>()
  for (const [index, ids] of wordIds.entries())
    for (let position = 1; position < ids.length; position++) {
      const first = ids[position - 1]!
      const second = ids[position]!
      if (words.counts[first]! >= minimumTexts && words.counts[second]! >= minimumTexts)
        pairs.add(pairKey(first, second, wordCount), index)
    }
  const least = cutOff([...words.counts, ...pairs.counts], minimumTexts, maximumFeatures)
  const weights: number[] = []
  /** Feature number of each id, or -1. */
  const number = (counts: readonly number[]): Int32Array =>
    Int32Array.from(counts, (count) =>
      count < least ? -1 : weights.push(Math.log((1 + texts.length) / (1 + count)) + 1) - 1,
    )
  const wordFeatures = number(words.counts)
  const pairFeatures = number(pairs.counts)

  const featuresOf = (text: string): number[] => {
    const found: number[] = []
    let previous = -1
    for (const word of tokenise(text)) {
      const id = words.ids.get(word) ?? -1
      const feature = wordFeatures[id] ?? -1
      if (feature >= 0) found.push(feature)
      const pair =
        previous < 0 || id < 0 ? undefined : pairs.ids.get(pairKey(previous, id, wordCount))
      if (pair !== undefined && pairFeatures[pair]! >= 0) found.push(pairFeatures[pair]!)
      previous = id
    }
    return found.sort((a, b) => a - b)
  }

  const transform = (inputs: readonly (string | null)[]): SparseRows => {
    const offsets = new Int32Array(inputs.length + 1)
    const features: number[] = []
    const values: number[] = []
    for (const [row, text] of inputs.entries()) {
      const start = features.length
      const found = featuresOf(text ?? '')
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
      for (let index = start; index < values.length; index++) values[index]! /= length
      offsets[row + 1] = features.length
    }
    return {
      rows: inputs.length,
      offsets,
      features: Int32Array.from(features),
      values: Float64Array.from(values),
    }
  }
  return { features: weights.length, transform }
}
