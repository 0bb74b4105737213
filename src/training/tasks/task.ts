// What a task means to training: how an epoch is judged on validation rows, which branch decisions are better, and what is
// fitted on validation rows at the end.
import type { PlattFit } from '../../metrics/platt.ts'
import type { ScoreMatrix } from '../../metrics/matrix.ts'
import type { ModelFacts } from '../../model/facts.ts'
import type { TargetMatrix } from '../../model/stored-targets.ts'

export interface Validation {
  readonly loss: number
  /** Larger is better: what `monitor: ranking` goes by. */
  readonly quality: number
  /** What is shown and logged, by name. */
  readonly measures: Readonly<Record<string, number | null>>
}

export interface Calibration {
  /** Per output. */
  readonly lines: readonly PlattFit[]
  /** On calibrated scores, where the task has them. */
  readonly thresholds: readonly number[]
}

/** Truth as it is stored, logits [rows, outputs]. */
type OnValidation<Result> = (
  truth: TargetMatrix,
  logits: ScoreMatrix,
  facts: Pick<ModelFacts, 'scale'>,
) => Result

export interface TrainingTask {
  readonly validate: OnValidation<Validation>
  /** How good fused decisions are; larger is better. */
  readonly decisionQuality: OnValidation<number>
  /** Whether outputs are yes or no, each by itself, so that a decision layer can be fitted to each. */
  readonly isPerOutput: boolean
  readonly calibrate: OnValidation<Calibration>
}
