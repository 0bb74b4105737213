// One pass of word2vec over one text. How fast it learns, and over what, is in `train.ts`.
import { rowKernel } from './kernel.ts'

import type { VectorMethod } from './train.ts'

export interface LearnerOptions {
  readonly method: VectorMethod
  readonly dimensions: number
  readonly window: number
  readonly negative: number
  readonly seed: number
  readonly words: number
  /** Word numbers as often as they are noise; a power of two of them. */
  readonly noise: Int32Array
  /** See `keepThresholds`. */
  readonly keep: Float64Array
}

export interface Learner {
  readonly text: (
    tokens: Int32Array,
    part: { readonly start: number; readonly end: number; readonly rate: number },
  ) => void
  /** [words, dimensions] */
  readonly vectors: () => Float32Array
}

/** Sigmoids beyond this count as 0 or 1, as in word2vec. */
const SATURATION = 6
/** Spreads small seeds over all bits. */
const SEED_MIX = 0x9e3779b9
const WARM_UP = 16

interface Place {
  readonly place: number
  readonly from: number
  readonly to: number
  readonly rate: number
}

export const learner = ({
  method,
  dimensions,
  window,
  negative,
  seed,
  words,
  noise,
  keep,
}: LearnerOptions): Learner => {
  // Rows: a vector per word, an output per word, then two that are used again and again.
  const { dot, add, step, rowBytes, numbers } = rowKernel(2 * words + 2, dimensions)
  const row = rowBytes / 4
  const outputs = words * rowBytes
  const mean = 2 * outputs
  const error = mean + rowBytes
  const meanRow = numbers.subarray(mean / 4, mean / 4 + row)
  const errorRow = numbers.subarray(error / 4, error / 4 + row)
  const mask = noise.length - 1

  // xorshift32 (Marsaglia 2003): billions of numbers are drawn, and their quality hardly matters.
  let state = Math.imul(seed + 1, SEED_MIX) | 1
  const random = (): number => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return state >>> 1
  }
  for (let warm = 0; warm < WARM_UP; warm++) random()
  // Twice as wide as in word2vec, as in gensim: from few texts that finds 2 to 3 % more of the planted synonyms.
  for (let word = 0; word < words; word++)
    for (let index = 0; index < dimensions; index++)
      numbers[word * row + index] = (random() / 2 ** 30 - 1) / dimensions

  /** Tells a word from noise by the row `input`; the outputs move, and what the input should do is in `error`. */
  const predict = (input: number, word: number, rate: number): void => {
    errorRow.fill(0)
    for (let sample = 0; sample <= negative; sample++) {
      const target = sample === 0 ? word : noise[random() & mask]!
      if (sample > 0 && target === word) continue
      const output = outputs + target * rowBytes
      const score = dot(input, output, rowBytes)
      const guess = score > SATURATION ? 1 : score < -SATURATION ? 0 : 1 / (1 + Math.exp(-score))
      step(input, output, error, rowBytes, ((sample === 0 ? 1 : 0) - guess) * rate)
    }
  }

  const skipGram = (text: Int32Array, { place, from, to, rate }: Place): void => {
    for (let other = from; other < to; other++) {
      if (other === place) continue
      const input = text[other]! * rowBytes
      predict(input, text[place]!, rate)
      add(input, error, rowBytes, 1)
    }
  }

  const cbow = (text: Int32Array, { place, from, to, rate }: Place): void => {
    const neighbours = to - from - 1
    if (neighbours === 0) return
    meanRow.fill(0)
    for (let other = from; other < to; other++)
      if (other !== place) add(mean, text[other]! * rowBytes, rowBytes, 1 / neighbours)
    predict(mean, text[place]!, rate)
    for (let other = from; other < to; other++)
      if (other !== place) add(text[other]! * rowBytes, error, rowBytes, 1)
  }

  const methods: Record<VectorMethod, typeof cbow> = { 'skip-gram': skipGram, cbow }
  const learnAt = methods[method]
  let text = new Int32Array(1024)
  return {
    text: (tokens, { start, end, rate }) => {
      if (end - start > text.length) text = new Int32Array(2 * (end - start))
      let length = 0
      for (let index = start; index < end; index++) {
        const word = tokens[index]!
        if (random() < keep[word]!) text[length++] = word
      }
      for (let place = 0; place < length; place++) {
        // Near neighbours count more: the window is cut at random.
        const reach = 1 + (random() % window)
        const from = Math.max(0, place - reach)
        const to = Math.min(length, place + reach + 1)
        learnAt(text, { place, from, to, rate })
      }
    },
    vectors: () => {
      const matrix = new Float32Array(words * dimensions)
      for (let word = 0; word < words; word++)
        matrix.set(numbers.subarray(word * row, word * row + dimensions), word * dimensions)
      return matrix
    },
  }
}
