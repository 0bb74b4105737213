// What the training rows say: everything about the data that the network's shape or start depends on.
import { smoothIdf } from '../data/text/vocabulary.ts'

import type { TextFacts } from '../encoders/text/facts.ts'
import type { TextEncoding } from '../data/text/encoding.ts'

export interface ModelFacts {
  readonly labels: readonly string[]
  /** Share of training rows with each label. */
  readonly prevalence: readonly number[]
  /** By input name. */
  readonly texts: Readonly<Record<string, TextFacts>>
}

export const textFactsOf = (encoding: TextEncoding, vectors: TextFacts['vectors']): TextFacts => ({
  words: encoding.words.length,
  singleWords: encoding.wordCount,
  idf: smoothIdf(encoding),
  vectors,
})

/** Log-odds of the prevalence, kept finite for labels that every row or no row has. */
export const priorLogits = (prevalence: readonly number[]): Float32Array => {
  const SMALLEST = 1e-4
  return Float32Array.from(prevalence, (share) => {
    const clamped = Math.min(Math.max(share, SMALLEST), 1 - SMALLEST)
    return Math.log(clamped / (1 - clamped))
  })
}
