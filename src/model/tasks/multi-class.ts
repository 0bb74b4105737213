// One of several classes: softmax over the outputs.
import * as F from '../../engine/graph/functions.ts'
import { categoricalCrossEntropy } from '../../engine/nn/losses.ts'
import { byName } from './task.ts'

import type { TaskRule } from './task.ts'

/** A class that no training row has is not impossible. */
const SMALLEST = 1e-4

export const multiClass: TaskRule = {
  stored: 'uint8',
  averaged: () => 1,
  loss: (logits, targets, { rows }) =>
    categoricalCrossEntropy(logits, targets, { ...(rows && { rows }) }),
  bias: ({ prevalence }) =>
    Float32Array.from(prevalence, (share) => Math.log(Math.max(share, SMALLEST))),
  scores: (logits) => F.softmax(logits),
  answer: (scores, { labels }) => {
    let best = 0
    for (let index = 1; index < labels.length; index++)
      if (scores[index]! > scores[best]!) best = index
    return { labels: [labels[best]!], scores: byName(labels, scores) }
  },
}
