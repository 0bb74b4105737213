// Scores of one set of rows beside everything that they must beat. Pure: predictions in, plain JSON out.
// Thresholds come from elsewhere (validation rows); nothing is fitted here.
import {
  binaryCrossEntropy,
  binaryCrossEntropyFromLogits,
  bootstrapInterval,
  classificationScores,
  compareModels,
  perLabelScores,
  predictNothing,
  prevalenceScores,
  rankingScores,
  rankingStatistic,
  thresholdScores,
} from '../metrics/index.ts'
import { hammingStatistic } from './hamming.ts'
import { scorePatterns } from './patterns.ts'
import { remember } from './remember.ts'
import { resampling } from './resampling.ts'

import type { LabelMatrix, ScoreMatrix, Statistic } from '../metrics/index.ts'
import type { Presence } from './patterns.ts'
import type { LabelEvaluation, ValueInterval, Verdict } from './schema.ts'

/** Predictions with the thresholds that were fitted for them on validation rows. */
export interface ThresholdedScores {
  readonly scores: ScoreMatrix
  readonly thresholds: readonly number[]
}

export interface AblationScores extends ThresholdedScores {
  /** Inputs that this model sees. */
  readonly inputs: readonly string[]
}

export interface EvaluationInput {
  readonly task?: LabelEvaluation['task'] | undefined
  readonly labels: readonly string[]
  readonly truth: LabelMatrix
  /** Before calibration. */
  readonly logits: ScoreMatrix
  /** Calibrated probabilities. */
  readonly scores: ScoreMatrix
  /** On `scores`, fitted on validation rows. */
  readonly thresholds: readonly number[]
  /** Share of training rows with each label. */
  readonly trainPrevalence: readonly number[]
  readonly linearText?: ThresholdedScores | undefined
  /** With one input only, by its name. */
  readonly ablation?: Readonly<Record<string, AblationScores>> | undefined
  /** Without one input, by its name. */
  readonly leaveOneOut?: Readonly<Record<string, AblationScores>> | undefined
  readonly present?: Presence | undefined
  /** Of the bootstrap. */
  readonly seed: number
}

type RankingName = 'roc_auc_macro' | 'average_precision_macro'

/**
 * The threshold on constant scores that gives the best micro F1 on the training rows: labels at least as frequent as this
 * are predicted for every row. (One threshold per label would simply predict every label.)
 */
const frequentThreshold = (prevalence: readonly number[]): number => {
  const falling = prevalence.toSorted((a, b) => b - a)
  const total = falling.reduce((sum, share) => sum + share, 0)
  let best = { threshold: 0.5, f1: 0 }
  let found = 0
  for (const [index, share] of falling.entries()) {
    found += share
    // Labels of equal frequency are predicted together.
    if (falling[index + 1] === share) continue
    const f1 = (2 * found) / (total + index + 1)
    if (f1 > best.f1) best = { threshold: share, f1 }
  }
  return best.threshold
}

const labelsWithBoth = ({ labels, values }: LabelMatrix, rows: readonly number[]): number =>
  Array.from({ length: labels }, (_, label) =>
    rows.reduce((sum, row) => sum + values[row * labels + label]!, 0),
  ).filter((positives) => positives > 0 && positives < rows.length).length

const plain = ({ value, low, high }: ValueInterval): ValueInterval => ({ value, low, high })

/**
 * Scores the rows of `truth`.
 *
 * @example
 * const evaluation = evaluateScores({ labels, truth, logits, scores, thresholds, trainPrevalence, seed: 1 })
 * evaluation.ranking.roc_auc_macro
 */
export const evaluateScores = (input: EvaluationInput): LabelEvaluation => {
  const { labels, truth, logits, scores, thresholds, trainPrevalence, linearText, seed } = input
  const { task = 'multi-label' } = input
  const bootstrap = resampling(truth.values.length, seed)
  const decide = (predictions: ScoreMatrix, limits: number | readonly number[]) =>
    classificationScores(truth, thresholdScores(predictions, limits))
  const judge = (other: ThresholdedScores) => ({
    ranking: rankingScores(truth, other.scores),
    at_half: decide(other.scores, 0.5),
    tuned: decide(other.scores, other.thresholds),
  })

  const statistic = (predictions: ScoreMatrix, name: RankingName): Statistic =>
    rankingStatistic(truth, predictions, name)
  const own = {
    roc_auc_macro: remember(statistic(scores, 'roc_auc_macro')),
    average_precision_macro: remember(statistic(scores, 'average_precision_macro')),
  }
  const compare = (other: ScoreMatrix, name: RankingName): Verdict => {
    const found = compareModels(truth.rows, [own[name](), statistic(other, name)], bootstrap)
    return { ...plain(found), verdict: found.verdict }
  }
  const differenceFrom = (other: ScoreMatrix) => ({
    roc_auc_macro: compare(other, 'roc_auc_macro'),
    average_precision_macro: compare(other, 'average_precision_macro'),
  })
  const baseline = (other: ThresholdedScores) => {
    const { ranking, at_half, tuned } = judge(other)
    return { ...tuned, ranking, at_half }
  }

  const seenBy = (branches: Readonly<Record<string, AblationScores>> = {}) =>
    Object.fromEntries(
      Object.entries(branches).map(([name, branch]) => [
        name,
        {
          inputs: [...branch.inputs],
          ...judge(branch),
          difference: differenceFrom(branch.scores),
        },
      ]),
    )
  const intervalOf = (name: RankingName): ValueInterval =>
    plain(bootstrapInterval(truth.rows, own[name](), bootstrap))

  const { ranking, at_half, tuned } = judge({ scores, thresholds })
  const nothing = predictNothing(truth.rows, truth.labels)
  const hamming = compareModels(
    truth.rows,
    [hammingStatistic(truth, thresholdScores(scores, 0.5)), hammingStatistic(truth, nothing)],
    { ...bootstrap, better: 'lower' },
  )
  const frequencies = prevalenceScores(trainPrevalence, truth.rows)
  return {
    schema: 1,
    task,
    rows: truth.rows,
    labels: [...labels],
    bootstrap: { level: bootstrap.level, resamples: bootstrap.samples },
    loss: binaryCrossEntropy(truth, scores),
    loss_uncalibrated: binaryCrossEntropyFromLogits(truth, logits),
    ranking,
    ranking_interval: {
      roc_auc_macro: intervalOf('roc_auc_macro'),
      average_precision_macro: intervalOf('average_precision_macro'),
    },
    at_half,
    tuned,
    baselines: {
      nothing: {
        ...classificationScores(truth, nothing),
        difference: { hamming_loss: { ...plain(hamming), verdict: hamming.verdict } },
      },
      everything: decide(frequencies, 0),
      prevalence: baseline({
        scores: frequencies,
        thresholds: trainPrevalence.map(() => frequentThreshold(trainPrevalence)),
      }),
      linear_text: linearText
        ? { ...baseline(linearText), difference: differenceFrom(linearText.scores) }
        : null,
    },
    per_label: perLabelScores(truth, scores, { names: labels, thresholds }),
    ablation: seenBy(input.ablation),
    leave_one_out: seenBy(input.leaveOneOut),
    patterns: scorePatterns(input.present ?? {}, {
      ...bootstrap,
      statistic: statistic(scores, 'roc_auc_macro'),
      labelsUsed: (rows) => labelsWithBoth(truth, rows),
    }),
  }
}
