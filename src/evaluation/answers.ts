// Scores of answers of which there is one per row (classes, grades, numbers), beside everything that they must beat.
import { bootstrapInterval, compareModels } from '../metrics/index.ts'
import { scorePatterns } from './patterns.ts'
import { resampling } from './resampling.ts'

import type { Task } from '../data/target/task.ts'
import type { ScoreMatrix } from '../metrics/index.ts'
import type { Presence } from './patterns.ts'
import type { AnswerEvaluation } from './schema.ts'
import type { AblationScores } from './scores.ts'
import type { AnswerJudge } from './tasks/judge.ts'

type Branches = Readonly<Record<string, Pick<AblationScores, 'scores' | 'inputs'>>>

export interface AnswerInput {
  readonly task: Extract<Task, 'multi-class' | 'ordinal' | 'regression'>
  readonly labels: readonly string[]
  readonly judge: AnswerJudge
  /** Calibrated probabilities, or numbers. */
  readonly scores: ScoreMatrix
  readonly linearText?: ScoreMatrix | undefined
  /** With one input only, by its name. */
  readonly ablation: Branches
  /** Without one input, by its name. */
  readonly leaveOneOut: Branches
  readonly present: Presence
  /** Of the bootstrap. */
  readonly seed: number
}

/** Predictions judged by the same rows. */
export const evaluateAnswers = (input: AnswerInput): AnswerEvaluation => {
  const { task, labels, judge, scores, linearText, seed } = input
  const { headline } = judge
  const bootstrap = resampling(scores.values.length, seed)
  const own = judge.statistic(scores)
  const compared = (other: ScoreMatrix) => {
    const { value, low, high, verdict } = compareModels(
      scores.rows,
      [own, judge.statistic(other)],
      { ...bootstrap, better: headline.better },
    )
    return { scores: judge.measures(other), difference: { value, low, high, verdict } }
  }
  const seenBy = (branches: Branches) =>
    Object.fromEntries(
      Object.entries(branches).map(([name, branch]) => [
        name,
        { inputs: [...branch.inputs], ...compared(branch.scores) },
      ]),
    )
  const { value, low, high } = bootstrapInterval(scores.rows, own, bootstrap)
  return {
    schema: 1,
    task,
    rows: scores.rows,
    labels: [...labels],
    bootstrap: { level: bootstrap.level, resamples: bootstrap.samples },
    headline: { ...headline, value, low, high },
    scores: judge.measures(scores),
    baselines: {
      ...Object.fromEntries(
        Object.entries(judge.constants).map(([name, constant]) => [name, compared(constant)]),
      ),
      linear_text: linearText ? compared(linearText) : null,
    },
    ...judge.details(scores),
    ablation: seenBy(input.ablation),
    leave_one_out: seenBy(input.leaveOneOut),
    patterns: scorePatterns(input.present, {
      ...bootstrap,
      statistic: own,
      labelsUsed: () => null,
    }),
  }
}
