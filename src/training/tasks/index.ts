// The task table of training: one line per task.
import { multiClass } from './multi-class.ts'
import { multiLabel, ordinal } from './multi-label.ts'
import { regression } from './regression.ts'

import type { Task } from '../../data/target/task.ts'
import type { TrainingTask } from './task.ts'

export const trainingTasks: Readonly<Record<Task, TrainingTask>> = {
  'multi-label': multiLabel,
  'multi-class': multiClass,
  binary: multiLabel,
  ordinal,
  regression,
}
