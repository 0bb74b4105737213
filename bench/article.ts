// What both sides of the article's step have in common: shapes, lengths of the overviews, and the interface that
// Medley's side is given to the benchmark by. `row_lengths` in peers/article_step.py has the same rule as `rowLengths`.
import type { Side } from './harness.ts'

export const ARTICLE = { height: 115, width: 75, vectorSize: 300, labels: 18 } as const

/** 'ragged': overviews as long as real ones (17 to 113 tokens, one of full length). 'full': no padding anywhere. */
export type Lengths = 'ragged' | 'full'

export interface ArticleStepOptions {
  readonly batch: number
  readonly tokens: number
  readonly threads: number
  readonly spinning: boolean
  readonly seed: number
  readonly lengths: Lengths
}

/** Starts one side with the network built, so that the next `step(1)` is one whole training step. */
export type CreateArticleStep = (options: ArticleStepOptions) => Promise<Omit<Side, 'name'>>

/** Tokens in each row of a batch: 97 different lengths from 17 up, cut at `tokens`; the first row is full. */
export const rowLengths = (batch: number, tokens: number, lengths: Lengths): Int32Array =>
  Int32Array.from({ length: batch }, (_, row) =>
    lengths === 'full' || row === 0 ? tokens : Math.min(tokens, 17 + ((row * 37) % 97)),
  )
