// Predictions as JSON Lines: one object per row.
import { roundScore } from './format.ts'

import type { PredictionFormat } from './format.ts'

export const jsonlFormat: PredictionFormat = {
  head: () => '',
  row: ({ id, prediction, missing }, { labels }) => {
    const scores = prediction
      ? Object.fromEntries(labels.map((label) => [label, roundScore(prediction.scores[label]!)]))
      : null
    return `${JSON.stringify({ id, labels: prediction?.labels ?? [], scores, missing })}\n`
  },
}
