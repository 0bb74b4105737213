// One class of several: softmax.
import { argmaxClasses } from '../../metrics/classes.ts'
import { logLossFromLogits } from '../../metrics/class-losses.ts'
import { multiClassScores } from '../../metrics/multi-class.ts'
import { fitTemperature } from '../../metrics/temperature.ts'
import { classesOf } from '../../model/stored-targets.ts'

import type { TrainingTask } from './task.ts'

export const multiClass: TrainingTask = {
  validate: (targets, logits) => {
    const truth = classesOf('multi-class', targets)
    const { accuracy, f1_macro } = multiClassScores(truth, argmaxClasses(logits), logits.labels)
    const loss = logLossFromLogits(truth, logits)
    return {
      loss,
      quality: -loss,
      measures: { accuracy, f1_macro },
    }
  },
  // A sum of logits is surer than each; calibration will see to that, so it does not count here.
  decisionQuality: (targets, logits) =>
    -(fitTemperature(classesOf('multi-class', targets), logits).lossAfter ?? 0),
  isPerOutput: false,
  calibrate: (targets, logits) => {
    const { temperature } = fitTemperature(classesOf('multi-class', targets), logits)
    const line = { slope: 1 / temperature, intercept: 0 }
    return { lines: Array.from({ length: logits.labels }, () => line), thresholds: [] }
  },
}
