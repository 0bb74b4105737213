// Scores of answers of which there is one per row (classes, grades, numbers), beside everything that they must beat.
import { bootstrapInterval, compareModels } from '../metrics/index.ts'

import type { Task } from '../data/target/task.ts'
import type { ScoreMatrix } from '../metrics/index.ts'
import type { AnswerEvaluation } from './schema.ts'
import type { AnswerJudge } from './tasks/judge.ts'

export interface AnswerInput {
  readonly task: Extract<Task, 'multi-class' | 'ordinal' | 'regression'>
  readonly labels: readonly string[]
  readonly judge: AnswerJudge
  /** Calibrated probabilities, or numbers. */
  readonly scores: ScoreMatrix
  readonly linearText?: ScoreMatrix | undefined
  /** By input, when only it is seen. */
  readonly ablation: Readonly<Record<string, ScoreMatrix>>
  /** Of the bootstrap. */
  readonly seed: number
}

const RESAMPLES = 1000
/** Large data gets fewer resamples: its intervals are narrow anyway. */
const CELLS_PER_STATISTIC = 50_000_000
const FEWEST_RESAMPLES = 100
const LEVEL = 0.95

/** Predictions judged by the same rows. */
export const evaluateAnswers = (input: AnswerInput): AnswerEvaluation => {
  const { task, labels, judge, scores, linearText, seed } = input
  const { headline } = judge
  const bootstrap = {
    seed,
    level: LEVEL,
    samples: Math.min(
      RESAMPLES,
      Math.max(FEWEST_RESAMPLES, Math.floor(CELLS_PER_STATISTIC / scores.values.length)),
    ),
  }
  const own = judge.statistic(scores)
  const compared = (other: ScoreMatrix) => {
    const { value, low, high, verdict } = compareModels(
      scores.rows,
      [own, judge.statistic(other)],
      { ...bootstrap, better: headline.better },
    )
    return { scores: judge.measures(other), difference: { value, low, high, verdict } }
  }
  const { value, low, high } = bootstrapInterval(scores.rows, own, bootstrap)
  return {
    schema: 1,
    task,
    rows: scores.rows,
    labels: [...labels],
    bootstrap: { level: LEVEL, resamples: bootstrap.samples },
    headline: { ...headline, value, low, high },
    scores: judge.measures(scores),
    baselines: {
      ...Object.fromEntries(
        Object.entries(judge.constants).map(([name, constant]) => [name, compared(constant)]),
      ),
      linear_text: linearText ? compared(linearText) : null,
    },
    ...judge.details(scores),
    ablation: Object.fromEntries(
      Object.entries(input.ablation).map(([name, branch]) => [
        name,
        { inputs: [name], ...compared(branch) },
      ]),
    ),
  }
}
