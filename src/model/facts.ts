// What the training rows say: everything about the data that the network's shape or start depends on.
import { smoothIdf } from '../data/text/vocabulary.ts'

import type { Task } from '../data/target/task.ts'
import type { TextFacts } from '../encoders/text/facts.ts'
import type { TextEncoding } from '../data/text/encoding.ts'

export interface ModelFacts {
  readonly task: Task
  /** Labels, classes in order, or the column of numbers. */
  readonly labels: readonly string[]
  /** Outputs of the network, see `outputWidth`. */
  readonly outputs: number
  /** Mean of each output over the training rows: the share of rows with a label. */
  readonly prevalence: readonly number[]
  /** Of the numbers of a regression over the training rows; 0 and 1 for other tasks. */
  readonly scale: { readonly mean: number; readonly deviation: number }
  /** Features of each table input, by input name. */
  readonly tables: Readonly<Record<string, number>>
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
