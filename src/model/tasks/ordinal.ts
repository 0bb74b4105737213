// One of several classes in an order: an output per step, "is it above this class?". Sharing all rows between the steps is
// what makes it better than separate classes. The answer is the median class, which has the least expected distance.
import * as F from '../../engine/graph/functions.ts'
import { byName } from './task.ts'
import { multiLabel } from './multi-label.ts'

import type { TaskRule } from './task.ts'

export const ordinal: TaskRule = {
  ...multiLabel,
  scores: (logits) => {
    const above = F.sigmoid(logits)
    const none = F.mul(F.slice(above, [{ axis: 1, start: 0, end: 1 }]), 0)
    // P(class k) = P(above k - 1) - P(above k); the steps are free, so a difference may be below 0.
    const differences = F.sub(F.concat([F.add(none, 1), above], 1), F.concat([above, none], 1))
    const shares = F.relu(differences)
    return F.div(shares, F.reduceSum(shares, { axes: [1], keepDimensions: true }))
  },
  answer: (scores, { labels }) => ({
    labels: [labels[medianClass(scores, labels.length)]!],
    scores: byName(labels, scores),
  }),
}

/** The first class up to which at least half of the probability lies. */
export const medianClass = (scores: ArrayLike<number>, classes: number): number => {
  let total = 0
  for (let index = 0; index < classes - 1; index++) {
    total += scores[index]!
    if (total >= 0.5) return index
  }
  return classes - 1
}
