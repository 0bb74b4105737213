// Settings of a training to the optimiser and the learning rate of the engine.
import { adam, isDecayedWeight, sgd } from '../engine/nn/optimisers.ts'
import { constantRate, cosine, inverseTime } from '../engine/nn/schedules.ts'

import type { Optimiser } from '../engine/nn/optimisers.ts'
import type { Schedule } from '../engine/nn/schedules.ts'
import type { TrainingSettings } from '../experiment/schema.ts'

export const optimiserOf = ({ optimiser }: TrainingSettings): Optimiser =>
  optimiser.kind === 'adam' ? adam({ ...optimiser, decays: isDecayedWeight }) : sgd(optimiser)

/** @param total - updates of the stage */
export const scheduleOf = (
  { learningRate, schedule }: TrainingSettings,
  total: number,
): Schedule => {
  switch (schedule.kind) {
    case 'constant':
      return constantRate(learningRate)
    case 'inverse-time':
      return inverseTime(learningRate, schedule.decay)
    case 'cosine':
      return cosine(learningRate, {
        total,
        warmUp: Math.round(schedule.warmUp * total),
        floor: schedule.floor,
      })
  }
}
