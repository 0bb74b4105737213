// A number per row. The network works with standardised values: mean 0, deviation 1 over the training rows.
import * as F from '../../engine/graph/functions.ts'
import { meanSquaredError } from '../../engine/nn/losses.ts'

import type { TaskRule } from './task.ts'

export const regression: TaskRule = {
  stored: 'float32',
  averaged: () => 1,
  loss: (logits, targets, { scale, rows }) =>
    meanSquaredError(logits, F.mul(F.sub(targets, scale.mean), 1 / scale.deviation), {
      ...(rows && { rows }),
    }),
  bias: () => undefined,
  scores: (logits, { scale }) => F.add(F.mul(logits, scale.deviation), scale.mean),
  answer: (scores, { labels }) => ({
    labels: [],
    scores: { [labels[0]!]: scores[0]! },
    value: scores[0]!,
  }),
}
