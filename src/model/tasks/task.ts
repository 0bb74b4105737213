// What a task means to a network: its loss, where it starts, and how logits become scores and an answer.
import type { TensorData } from '../../base/arrays.ts'
import type { Tensor } from '../../engine/graph/types.ts'
import type { ModelFacts } from '../facts.ts'

/** Answer of a model for one row. */
export interface Answer {
  /** Predicted labels, highest score first; of a single-label task the one class; none of a regression. */
  readonly labels: readonly string[]
  /** Calibrated probability of every label or class; of a regression the number, by the name of its column. */
  readonly scores: Readonly<Record<string, number>>
  /** The same number, of a regression. */
  readonly value?: number
}

/** A model's names, with what its answers are made by. */
export interface AnswerRule {
  readonly labels: readonly string[]
  /** On calibrated scores, where the task has them. */
  readonly thresholds: readonly number[]
}

export interface LossContext extends Pick<ModelFacts, 'scale'> {
  /** How much each row counts, float32 [batch, 1]; all the same where it is not given. */
  readonly rows?: Tensor | undefined
}

export interface TaskRule {
  /** Element type of the stored targets. */
  readonly stored: Extract<TensorData['type'], 'uint8' | 'float32'>
  /** Outputs that the loss is a mean over. */
  readonly averaged: (outputs: number) => number
  /** logits, targets float32 [batch, outputs] -> scalar. */
  readonly loss: (logits: Tensor, targets: Tensor, context: LossContext) => Tensor
  /** Output bias [outputs] that says what the training rows say on average. */
  readonly bias: (facts: ModelFacts) => Float32Array | undefined
  /** Calibrated logits [batch, outputs] -> scores [batch, scores]. */
  readonly scores: (logits: Tensor, facts: ModelFacts) => Tensor
  readonly answer: (scores: ArrayLike<number>, rule: AnswerRule) => Answer
}

/** Probabilities by name, the classes best first. */
export const byName = (
  labels: readonly string[],
  scores: ArrayLike<number>,
): Readonly<Record<string, number>> =>
  Object.fromEntries(labels.map((label, index) => [label, scores[index]!]))
