// The evaluation of a model's outputs on some rows, as its task wants it.
import { asLabels } from '../model/stored-targets.ts'
import { answerJudgeOf } from './answer-judge.ts'
import { evaluateAnswers } from './answers.ts'
import { evaluateScores } from './scores.ts'

import type { Task } from '../data/target/task.ts'
import type { ScoreMatrix } from '../metrics/index.ts'
import type { ModelMetadata } from '../model/metadata.ts'
import type { TargetMatrix } from '../model/stored-targets.ts'
import type { Presence } from './patterns.ts'
import type { Evaluation } from './schema.ts'
import type { AblationScores, ThresholdedScores } from './scores.ts'

export interface ModelOutputs {
  readonly metadata: Pick<ModelMetadata, 'task' | 'labels' | 'thresholds' | 'prevalence' | 'scale'>
  readonly truth: TargetMatrix
  readonly logits: ScoreMatrix
  readonly scores: ScoreMatrix
  readonly linearText?: ThresholdedScores | undefined
  /** With one input only, by its name. */
  readonly ablation?: Readonly<Record<string, AblationScores>> | undefined
  /** Without one input, by its name. */
  readonly leaveOneOut?: Readonly<Record<string, AblationScores>> | undefined
  readonly present?: Presence | undefined
  readonly seed: number
}

export const evaluateModel = ({
  metadata,
  truth,
  logits,
  scores,
  linearText,
  ablation = {},
  leaveOneOut = {},
  present = {},
  seed,
}: ModelOutputs): Evaluation => {
  const { task, labels, thresholds, prevalence } = metadata
  if (task === 'multi-label' || task === 'binary') {
    return evaluateScores({
      task,
      labels: task === 'binary' ? labels.slice(1) : labels,
      truth: asLabels(truth),
      logits,
      scores,
      thresholds,
      trainPrevalence: prevalence,
      linearText,
      ablation,
      leaveOneOut,
      present,
      seed,
    })
  }
  return evaluateAnswers({
    task,
    labels,
    judge: answerJudgeOf(task, metadata, truth),
    scores,
    linearText: linearText?.scores,
    ablation,
    leaveOneOut,
    present,
    seed,
  })
}

/** Whether decisions of the task are made by thresholds that are fitted on validation rows. */
export const hasThresholds = (task: Task): boolean => task === 'multi-label' || task === 'binary'
