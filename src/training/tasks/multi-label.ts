// Outputs that are yes or no, each by itself: labels, the one class of a binary target, the steps of an ordinal one.
import { binaryCrossEntropyFromLogits } from '../../metrics/losses.ts'
import { applyPlatt, fitPlatt } from '../../metrics/platt.ts'
import { rankingScores } from '../../metrics/ranking.ts'
import { fitThresholds } from '../../metrics/thresholds.ts'
import { asLabels } from '../../model/stored-targets.ts'

import type { TrainingTask } from './task.ts'

/** Of equal rankings, as on small or easy data, the one of lower loss is better. */
const TIE_BREAK = 1e-3

export const multiLabel: TrainingTask = {
  validate: (targets, logits) => {
    const truth = asLabels(targets)
    const { roc_auc_macro, average_precision_macro } = rankingScores(truth, logits)
    const loss = binaryCrossEntropyFromLogits(truth, logits)
    return {
      loss,
      quality: (roc_auc_macro ?? 0) + average_precision_macro - TIE_BREAK * loss,
      measures: { roc_auc_macro, average_precision_macro },
    }
  },
  // Mean of both ranking scores: the one looks at all rows, the other at the top.
  decisionQuality: (targets, logits) => {
    const { roc_auc_macro, average_precision_macro } = rankingScores(asLabels(targets), logits)
    return ((roc_auc_macro ?? 0.5) + average_precision_macro) / 2
  },
  isPerOutput: true,
  calibrate: (targets, logits) => {
    const truth = asLabels(targets)
    const lines = fitPlatt(truth, logits)
    return { lines, thresholds: fitThresholds(truth, applyPlatt(logits, lines)) }
  },
}

/** The steps of an ordinal target make one answer together; it needs no thresholds. */
export const ordinal: TrainingTask = {
  ...multiLabel,
  calibrate: (targets, logits) => ({
    lines: fitPlatt(asLabels(targets), logits),
    thresholds: [],
  }),
}
