// The judge of a task with one answer per row.
import { classesOf } from '../model/stored-targets.ts'
import { judgeClasses } from './tasks/multi-class.ts'
import { judgeGrades } from './tasks/ordinal.ts'
import { judgeNumbers } from './tasks/regression.ts'

import type { Task } from '../data/target/task.ts'
import type { ModelMetadata } from '../model/metadata.ts'
import type { TargetMatrix } from '../model/stored-targets.ts'
import type { AnswerJudge } from './tasks/judge.ts'

export type ComparedMetadata = Pick<ModelMetadata, 'task' | 'labels' | 'prevalence'>

export const answerJudgeOf = (
  task: Exclude<Task, 'multi-label' | 'binary'>,
  { labels: names, prevalence }: ComparedMetadata,
  targets: TargetMatrix,
): AnswerJudge => {
  switch (task) {
    case 'multi-class':
      return judgeClasses({ truth: classesOf(task, targets), names, frequencies: prevalence })
    case 'ordinal':
      return judgeGrades({ truth: classesOf(task, targets), names, above: prevalence })
    case 'regression':
      return judgeNumbers({ truth: Float32Array.from(targets.values), mean: prevalence[0]! })
  }
}
