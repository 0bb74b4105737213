// The task table: one file per task, one line here.
import { binary } from './binary.ts'
import { multiClass } from './multi-class.ts'
import { multiLabel } from './multi-label.ts'
import { ordinal } from './ordinal.ts'
import { regression } from './regression.ts'

import type { Task } from '../../data/target/task.ts'
import type { TaskRule } from './task.ts'

export const taskRules: Readonly<Record<Task, TaskRule>> = {
  'multi-label': multiLabel,
  'multi-class': multiClass,
  binary,
  ordinal,
  regression,
}
