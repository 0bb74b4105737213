// Word vectors from the texts themselves: skip-gram or continuous bag of words with negative sampling (Mikolov et al.,
// "Distributed Representations of Words and Phrases and their Compositionality", 2013), with the constants of the original
// word2vec program. One thread and one order, so that a seed gives the same bits everywhere.
import { learner } from './learner.ts'
import { keepThresholds, noiseTable } from './sampling.ts'

import type { Listener } from '../../../../base/events.ts'
import type { Corpus } from './corpus.ts'

export type VectorMethod = 'skip-gram' | 'cbow'

export interface TrainVectorsOptions {
  readonly method?: VectorMethod | undefined
  readonly dimensions?: number | undefined
  /** Most words on either side that count as neighbours. */
  readonly window?: number | undefined
  readonly epochs?: number | undefined
  /** Words of noise for every neighbour. */
  readonly negative?: number | undefined
  readonly seed?: number | undefined
  readonly onProgress?: Listener<VectorTrainingProgress> | undefined
  readonly signal?: AbortSignal | undefined
}

export interface VectorTrainingProgress {
  /** Words of all epochs. */
  readonly done: number
  readonly words: number
}

export interface TrainedVectors {
  readonly dimensions: number
  /** [words, dimensions] */
  readonly matrix: Float32Array
}

/** Learning rates of word2vec: where it starts, per method, and the share of it where it ends. */
const START_RATE: Record<VectorMethod, number> = { 'skip-gram': 0.025, cbow: 0.05 }
const END_SHARE = 1e-4
/** Words between two looks at the clock, the listener and the signal; about a tenth of a second. */
const SLICE_WORDS = 20_000

/** Learns a vector for each word of the corpus. */
export const trainVectors = async (
  corpus: Corpus,
  {
    method = 'skip-gram',
    dimensions = 100,
    window = 5,
    epochs = 5,
    negative = 5,
    seed = 1,
    onProgress,
    signal,
  }: TrainVectorsOptions = {},
): Promise<TrainedVectors> => {
  const { tokens, ends, counts } = corpus
  const learn = learner({
    method,
    dimensions,
    window,
    negative,
    seed,
    words: counts.length,
    noise: noiseTable(counts),
    keep: keepThresholds(counts, tokens.length),
  })
  const words = tokens.length * epochs
  let done = 0
  let rest = SLICE_WORDS
  for (let epoch = 0; epoch < epochs; epoch++) {
    let start = 0
    for (const end of ends) {
      const rate = START_RATE[method] * Math.max(END_SHARE, 1 - done / words)
      learn.text(tokens, { start, end, rate })
      done += end - start
      rest -= end - start
      start = end
      if (rest > 0) continue
      rest = SLICE_WORDS
      onProgress?.({ done, words })
      // Lets signals and listeners in.
      await new Promise((resolve) => setTimeout(resolve))
      signal?.throwIfAborted()
    }
  }
  onProgress?.({ done, words })
  return { dimensions, matrix: learn.vectors() }
}
