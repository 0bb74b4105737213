// One of two classes: one output, the log-odds of the second.
import { byName } from './task.ts'
import { multiLabel } from './multi-label.ts'

import type { TaskRule } from './task.ts'

export const binary: TaskRule = {
  ...multiLabel,
  answer: (scores, { labels, thresholds }) => {
    const score = scores[0]!
    return {
      labels: [labels[score >= thresholds[0]! ? 1 : 0]!],
      scores: byName(labels, [1 - score, score]),
    }
  },
}
