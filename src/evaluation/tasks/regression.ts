// A number per row.
import { regressionScores, regressionStatistic, residualQuantiles } from '../../metrics/index.ts'
import { everywhere } from './judge.ts'

import type { ScoreMatrix } from '../../metrics/index.ts'
import type { AnswerJudge } from './judge.ts'

interface NumberTruth {
  readonly truth: Float32Array
  /** Mean of the training rows. */
  readonly mean: number
}

const SHARES = [0.05, 0.25, 0.5, 0.75, 0.95] as const

export const judgeNumbers = ({ truth, mean }: NumberTruth): AnswerJudge => ({
  headline: { name: 'r2', better: 'higher' },
  measures: ({ values }) => ({ ...regressionScores(truth, values) }),
  statistic: ({ values }: ScoreMatrix) => regressionStatistic(truth, values, 'r2'),
  compared: {
    r2: {
      better: 'higher',
      statistic: ({ values }) => regressionStatistic(truth, values, 'r2'),
    },
    mean_absolute_error: {
      better: 'lower',
      statistic: ({ values }) => regressionStatistic(truth, values, 'mean_absolute_error'),
    },
  },
  constants: { mean: everywhere(truth.length, [mean]) },
  details: ({ values }) => {
    const quantiles = residualQuantiles(truth, values, SHARES)
    return {
      residuals: Object.fromEntries(SHARES.map((share, index) => [share, quantiles[index]!])),
    }
  },
})
