// One decision threshold per label, chosen on validation rows. The best threshold of a label with few examples is mostly
// luck, so it is drawn towards the threshold that is best for all labels together.
import { f1Of, matthewsOf } from './confusion.ts'
import { checkLabels, checkSameShape, checkScores, labelColumn, scoreColumn } from './matrix.ts'
import { stepsOf } from './steps.ts'

import type { LabelCounts } from './confusion.ts'
import type { LabelMatrix, ScoreMatrix } from './matrix.ts'
import type { Steps } from './steps.ts'

const aims = { f1: f1Of, matthews: matthewsOf } as const satisfies Record<
  string,
  (counts: LabelCounts) => number
>

/** What a threshold should make as large as possible. */
export type ThresholdAim = keyof typeof aims

export interface ThresholdOptions {
  readonly aim?: ThresholdAim
  /** Threshold when there is nothing to learn from: 0.5 for probabilities, 0 for logits. */
  readonly fallback?: number
}

/** With this many rows of the rarer class a label's own threshold counts fully. */
const ENOUGH_ROWS = 10

const hasOneClass = ({ positives, negatives }: Steps): boolean => positives === 0 || negatives === 0

/** Exact over all distinct scores; among equally good thresholds the highest. */
const bestThreshold = (steps: Steps, aim: ThresholdAim): number => {
  const { thresholds, truePositives, falsePositives, positives, negatives } = steps
  let best = 0
  let bestValue = -Infinity
  for (let step = 0; step < thresholds.length; step++) {
    const value = aims[aim]({
      truePositives: truePositives[step]!,
      falsePositives: falsePositives[step]!,
      falseNegatives: positives - truePositives[step]!,
      trueNegatives: negatives - falsePositives[step]!,
    })
    if (value > bestValue) {
      best = step
      bestValue = value
    }
  }
  const upper = thresholds[best]!
  const lower = thresholds[best + 1] ?? upper
  const middle = lower + (upper - lower) / 2
  // Between neighbouring floating-point numbers there is no middle.
  return middle > lower ? middle : upper
}

/** The one threshold that is best when the cells of all labels are pooled. */
export const sharedThreshold = (
  truth: LabelMatrix,
  scores: ScoreMatrix,
  { aim = 'f1', fallback = 0.5 }: ThresholdOptions = {},
): number => {
  checkLabels(truth)
  checkScores(scores)
  checkSameShape(truth, scores)
  const pooled = stepsOf(truth.values, scores.values)
  return hasOneClass(pooled) ? fallback : bestThreshold(pooled, aim)
}

/**
 * One threshold per label from validation rows. A label with fewer than 10 rows of its rarer class is drawn towards the
 * shared threshold in proportion (3 of 10 rows: 30 % its own); with one class only it gets the shared threshold.
 */
export const fitThresholds = (
  truth: LabelMatrix,
  scores: ScoreMatrix,
  { aim = 'f1', fallback = 0.5 }: ThresholdOptions = {},
): number[] => {
  const shared = sharedThreshold(truth, scores, { aim, fallback })
  return Array.from({ length: truth.labels }, (_, label) => {
    const steps = stepsOf(labelColumn(truth, label), scoreColumn(scores, label))
    if (hasOneClass(steps)) return shared
    const trust = Math.min(1, Math.min(steps.positives, steps.negatives) / ENOUGH_ROWS)
    const own = bestThreshold(steps, aim)
    return trust === 1 ? own : trust * own + (1 - trust) * shared
  })
}
