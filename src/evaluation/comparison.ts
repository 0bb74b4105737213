// Finished models on the same rows: each measure with its interval, and whether one is better than the first beyond
// chance. Pure: predictions in, plain JSON out.
import {
  bootstrapInterval,
  compareModels,
  f1Statistic,
  rankingStatistic,
  thresholdScores,
} from '../metrics/index.ts'
import { asLabels } from '../model/stored-targets.ts'
import { answerJudgeOf } from './answer-judge.ts'
import { hammingStatistic } from './hamming.ts'
import { remember } from './remember.ts'
import { resampling } from './resampling.ts'

import type { LabelMatrix, Statistic } from '../metrics/index.ts'
import type { TargetMatrix } from '../model/stored-targets.ts'
import type { ComparedMetadata } from './answer-judge.ts'
import type { Comparison } from './comparison-schema.ts'
import type { ThresholdedScores } from './scores.ts'

export interface Contender extends ThresholdedScores {
  readonly name: string
}

export interface ComparisonInput {
  /** Of the first model; labels are those that all models know. */
  readonly metadata: ComparedMetadata
  readonly truth: TargetMatrix
  /** The first is what the others are compared with. */
  readonly contenders: readonly Contender[]
  /** Of the bootstrap. */
  readonly seed: number
}

interface Measure {
  readonly better: 'higher' | 'lower'
  readonly statistic: (contender: ThresholdedScores) => Statistic
}

const labelMeasures = (truth: LabelMatrix): Readonly<Record<string, Measure>> => ({
  roc_auc_macro: {
    better: 'higher',
    statistic: ({ scores }) => rankingStatistic(truth, scores, 'roc_auc_macro'),
  },
  average_precision_macro: {
    better: 'higher',
    statistic: ({ scores }) => rankingStatistic(truth, scores, 'average_precision_macro'),
  },
  f1_macro: {
    better: 'higher',
    statistic: ({ scores, thresholds }) =>
      f1Statistic(truth, thresholdScores(scores, thresholds), 'macro'),
  },
  f1_micro: {
    better: 'higher',
    statistic: ({ scores, thresholds }) =>
      f1Statistic(truth, thresholdScores(scores, thresholds), 'micro'),
  },
  hamming_loss: {
    better: 'lower',
    statistic: ({ scores }) => hammingStatistic(truth, thresholdScores(scores, 0.5)),
  },
})

const measuresOf = ({
  metadata,
  truth,
}: Pick<ComparisonInput, 'metadata' | 'truth'>): Readonly<Record<string, Measure>> => {
  const { task } = metadata
  if (task === 'multi-label' || task === 'binary') return labelMeasures(asLabels(truth))
  return Object.fromEntries(
    Object.entries(answerJudgeOf(task, metadata, truth).compared).map(
      ([name, { better, statistic }]) => [
        name,
        { better, statistic: ({ scores }: ThresholdedScores) => statistic(scores) },
      ],
    ),
  )
}

/** Models on the same rows. */
export const compareOutputs = (input: ComparisonInput): Comparison => {
  const { metadata, truth, contenders, seed } = input
  const bootstrap = resampling(contenders[0]!.scores.values.length, seed)
  const measures = Object.entries(measuresOf(input)).map(([name, { better, statistic }]) => ({
    name,
    better,
    statistics: contenders.map((contender) => remember(statistic(contender))),
  }))
  return {
    schema: 1,
    task: metadata.task,
    rows: truth.rows,
    labels: [...(metadata.task === 'binary' ? metadata.labels.slice(1) : metadata.labels)],
    bootstrap: { level: bootstrap.level, resamples: bootstrap.samples },
    measures: Object.fromEntries(measures.map(({ name, better }) => [name, better])),
    models: contenders.map((contender, index) => ({
      name: contender.name,
      scores: Object.fromEntries(
        measures.map(({ name, statistics }) => {
          const { value, low, high } = bootstrapInterval(
            truth.rows,
            statistics[index]!(),
            bootstrap,
          )
          return [name, { value, low, high }]
        }),
      ),
      difference:
        index === 0
          ? null
          : Object.fromEntries(
              measures.map(({ name, better, statistics }) => {
                const pair = [statistics[index]!(), statistics[0]!()] as const
                const options = { ...bootstrap, better }
                const { value, low, high, verdict } = compareModels(truth.rows, pair, options)
                return [name, { value, low, high, verdict: words[verdict] }]
              }),
            ),
    })),
  }
}

const words = { first: 'better', second: 'worse', undecided: 'undecided' } as const
