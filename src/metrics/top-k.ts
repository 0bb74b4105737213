// Whether the true class is among the k best guesses.
import { checkClassScores } from './classes.ts'
import { metricsErrors } from './errors.ts'

import type { ScoreMatrix } from './matrix.ts'

/** 1 per row whose true class is among the `k` highest scores; of equal scores the later class goes first, as in scikit-learn. */
export const topKHits = (truth: Int32Array, scores: ScoreMatrix, k: number): Uint8Array => {
  checkClassScores(truth, scores)
  if (!(Number.isInteger(k) && k > 0))
    throw metricsErrors.error('option-invalid', {
      option: 'k',
      expected: 'a whole number of at least 1',
      received: k,
    })
  const { labels, values } = scores
  return Uint8Array.from(truth, (actual, row) => {
    const own = values[row * labels + actual]!
    let ahead = 0
    for (let label = 0; label < labels; label++) {
      const other = values[row * labels + label]!
      if (other > own || (other === own && label > actual)) ahead++
    }
    return ahead < k ? 1 : 0
  })
}

/** Share of rows whose true class is among the `k` highest scores; 1 when there are no more than `k` classes. */
export const topKAccuracy = (truth: Int32Array, scores: ScoreMatrix, k: number): number => {
  const hits = topKHits(truth, scores, k)
  return hits.reduce((total, hit) => total + hit, 0) / hits.length
}
