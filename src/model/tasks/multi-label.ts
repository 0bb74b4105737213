// Any number of labels per row: an independent yes or no for each.
import * as F from '../../engine/graph/functions.ts'
import { binaryCrossEntropy } from '../../engine/nn/losses.ts'
import { priorLogits } from '../facts.ts'
import { byName } from './task.ts'

import type { TaskRule } from './task.ts'

export const multiLabel: TaskRule = {
  stored: 'uint8',
  averaged: (outputs) => outputs,
  loss: (logits, targets, { rows }) =>
    binaryCrossEntropy(logits, targets, { ...(rows && { rows }) }),
  bias: ({ prevalence }) => priorLogits(prevalence),
  scores: (logits) => F.sigmoid(logits),
  answer: (scores, { labels, thresholds }) => ({
    labels: labels
      .map((label, index) => ({ label, score: scores[index]!, threshold: thresholds[index]! }))
      .filter(({ score, threshold }) => score >= threshold)
      .sort((a, b) => b.score - a.score)
      .map(({ label }) => label),
    scores: byName(labels, scores),
  }),
}
