// How strongly each word speaks for or against each label in the training rows: naive Bayes log-count ratios. The linear
// text encoder learns faster along telling words (Wang and Manning, "Baselines and Bigrams", 2012).
import type { Store } from '../data/store/open.ts'

const ROWS_AT_ONCE = 4096
/** Pseudo-count: a word seen once says little. */
const SMOOTHING = 1

interface AssociationOptions {
  /** Field of token ids, each id at most once per row (bag mode). */
  readonly input: string
  readonly rows: Int32Array
  readonly words: number
  readonly labels: number
}

/** float32 [words, labels]: log of P(word | label) / P(word | no label); 0 for padding. */
export const wordAssociation = async (
  store: Store,
  { input, rows, words, labels }: AssociationOptions,
): Promise<Float32Array> => {
  const withLabel = new Float64Array(words * labels)
  const total = new Float64Array(words)
  for (let start = 0; start < rows.length; start += ROWS_AT_ONCE) {
    const part = rows.subarray(start, start + ROWS_AT_ONCE)
    const tokens = (await store.read(input, part)).data as Int32Array
    const truth = (await store.read('labels', part)).data as Uint8Array
    const length = tokens.length / part.length
    for (let index = 0; index < tokens.length; index++) {
      const word = tokens[index]!
      if (word === 0) continue
      const row = Math.floor(index / length)
      total[word]! += 1
      for (let label = 0; label < labels; label++)
        withLabel[word * labels + label]! += truth[row * labels + label]!
    }
  }
  const ratios = new Float32Array(words * labels)
  for (let label = 0; label < labels; label++) {
    let sumFor = 0
    let sumAgainst = 0
    for (let word = 1; word < words; word++) {
      const positives = withLabel[word * labels + label]!
      sumFor += SMOOTHING + positives
      sumAgainst += SMOOTHING + total[word]! - positives
    }
    for (let word = 1; word < words; word++) {
      const positives = withLabel[word * labels + label]!
      const speaksFor = (SMOOTHING + positives) / sumFor
      const speaksAgainst = (SMOOTHING + total[word]! - positives) / sumAgainst
      ratios[word * labels + label] = Math.log(speaksFor / speaksAgainst)
    }
  }
  return ratios
}
