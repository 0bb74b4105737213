// One class of several in an order.
import { confusionMatrix, logLoss, ordinalScores, ordinalStatistic } from '../../metrics/index.ts'
import { medianClass } from '../../model/tasks/ordinal.ts'
import { everywhere, tableOf } from './judge.ts'

import type { ScoreMatrix } from '../../metrics/index.ts'
import type { AnswerJudge } from './judge.ts'

interface GradeTruth {
  readonly truth: Int32Array
  readonly names: readonly string[]
  /** Share of training rows above each class but the last. */
  readonly above: readonly number[]
}

const HEADLINE = 'quadratic_weighted_kappa'

const answers = ({ rows, labels, values }: ScoreMatrix): Int32Array =>
  Int32Array.from({ length: rows }, (_, row) =>
    medianClass(values.subarray(row * labels, (row + 1) * labels), labels),
  )

export const judgeGrades = ({ truth, names, above }: GradeTruth): AnswerJudge => {
  const classes = names.length
  const frequencies = names.map((_, index) => (above[index - 1] ?? 1) - (above[index] ?? 0))
  const statisticOf =
    (name: typeof HEADLINE | 'accuracy' | 'mean_absolute_error') => (scores: ScoreMatrix) =>
      ordinalStatistic(truth, answers(scores), { classes, name })
  return {
    headline: { name: HEADLINE, better: 'higher' },
    measures: (scores) => ({
      ...ordinalScores(truth, answers(scores), classes),
      log_loss: logLoss(truth, scores),
    }),
    statistic: statisticOf(HEADLINE),
    compared: {
      [HEADLINE]: { better: 'higher', statistic: statisticOf(HEADLINE) },
      accuracy: { better: 'higher', statistic: statisticOf('accuracy') },
      mean_absolute_error: { better: 'lower', statistic: statisticOf('mean_absolute_error') },
    },
    // Its answer is the median class.
    constants: { prevalence: everywhere(truth.length, frequencies) },
    details: (scores) => ({ confusion: tableOf(confusionMatrix(truth, answers(scores), classes)) }),
  }
}
