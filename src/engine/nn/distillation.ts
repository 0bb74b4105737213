// Learning from a teacher's logits (Hinton, Vinyals and Dean, "Distilling the Knowledge in a Neural Network", 2015). The
// loss is a divergence, so it is 0 where student and teacher agree, times temperature^2, so that its gradient keeps its
// size when the temperature changes. The teacher's logits are meant to be fed: nothing stops a gradient into them.
import * as F from '../graph/functions.ts'
import { weightedMean } from './losses.ts'

import type { Tensor } from '../graph/types.ts'
import type { LossWeights } from './losses.ts'

interface DistillationOptions extends LossWeights {
  /** Softens both distributions. */
  readonly temperature?: number
}

/** One class per row. student, teacher: logits float32 [batch, classes] -> mean over rows of KL(teacher || student). */
export const distillation = (
  student: Tensor,
  teacher: Tensor,
  { temperature = 1, rows }: Omit<DistillationOptions, 'labels'> = {},
): Tensor => {
  const logStudent = F.logSoftmax(F.div(student, temperature))
  const logTeacher = F.logSoftmax(F.div(teacher, temperature))
  const terms = F.mul(F.exp(logTeacher), F.sub(logTeacher, logStudent))
  const losses = F.reduceSum(terms, { axes: [1], keepDimensions: true })
  return F.mul(weightedMean(losses, rows ? { rows } : {}), temperature ** 2)
}

/** Any number of labels per row: the mean over labels of the divergence between two yes-or-no distributions. */
export const binaryDistillation = (
  student: Tensor,
  teacher: Tensor,
  { temperature = 1, ...weights }: DistillationOptions = {},
): Tensor => {
  const [z, t] = [F.div(student, temperature), F.div(teacher, temperature)]
  const crossEntropy = (logits: Tensor): Tensor =>
    F.sub(F.softplus(logits), F.mul(logits, F.sigmoid(t)))
  const losses = F.sub(crossEntropy(z), crossEntropy(t))
  return F.mul(weightedMean(losses, weights), temperature ** 2)
}
