// One class of several.
import {
  argmaxClasses,
  confusionMatrix,
  expectedCalibrationError,
  logLoss,
  logLossOfRows,
  meanStatistic,
  multiClassRankingScores,
  multiClassScores,
  multiClassStatistic,
  perClassScores,
  topKAccuracy,
} from '../../metrics/index.ts'
import { everywhere, tableOf } from './judge.ts'

import type { ScoreMatrix } from '../../metrics/index.ts'
import type { AnswerJudge } from './judge.ts'

interface ClassTruth {
  readonly truth: Int32Array
  readonly names: readonly string[]
  /** Share of training rows of each class. */
  readonly frequencies: readonly number[]
}

const HEADLINE = 'f1_macro'
const TOP = 3

export const judgeClasses = ({ truth, names, frequencies }: ClassTruth): AnswerJudge => {
  const classes = names.length
  const statisticOf = (name: typeof HEADLINE | 'accuracy') => (scores: ScoreMatrix) =>
    multiClassStatistic(truth, argmaxClasses(scores), { classes, name })
  return {
    headline: { name: HEADLINE, better: 'higher' },
    measures: (scores) => ({
      ...multiClassScores(truth, argmaxClasses(scores), classes),
      ...(classes > TOP && { top_3_accuracy: topKAccuracy(truth, scores, TOP) }),
      ...multiClassRankingScores(truth, scores),
      log_loss: logLoss(truth, scores),
      calibration_error: expectedCalibrationError(truth, scores),
    }),
    statistic: statisticOf(HEADLINE),
    compared: {
      [HEADLINE]: { better: 'higher', statistic: statisticOf(HEADLINE) },
      accuracy: { better: 'higher', statistic: statisticOf('accuracy') },
      log_loss: {
        better: 'lower',
        statistic: (scores) => meanStatistic(logLossOfRows(truth, scores)),
      },
    },
    constants: { prevalence: everywhere(truth.length, frequencies) },
    details: (scores) => ({
      per_label: perClassScores(truth, scores, { names }).map((line) => ({ ...line })),
      confusion: tableOf(confusionMatrix(truth, argmaxClasses(scores), classes)),
    }),
  }
}
