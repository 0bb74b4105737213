// Outputs of independent linear models to scores as a model of the task gives them.
import type { Task } from '../data/target/task.ts'
import type { ScoreMatrix } from '../metrics/index.ts'

/** Rows made to sum to 1; a row of zeros becomes even. */
const shares = ({ rows, labels, values }: ScoreMatrix): ScoreMatrix => {
  const normal = new Float64Array(values.length)
  for (let row = 0; row < rows; row++) {
    const own = Array.from(values.subarray(row * labels, (row + 1) * labels))
    const total = own.reduce((sum, value) => sum + value, 0)
    normal.set(
      own.map((value) => (total > 0 ? value / total : 1 / labels)),
      row * labels,
    )
  }
  return { rows, labels, values: normal }
}

/** P(above class k) of every step -> P(class k). */
const fromSteps = ({ rows, labels: steps, values }: ScoreMatrix): ScoreMatrix => {
  const classes = steps + 1
  const differences = new Float64Array(rows * classes)
  for (let row = 0; row < rows; row++)
    for (let index = 0; index < classes; index++) {
      const above = index === 0 ? 1 : values[row * steps + index - 1]!
      const next = index === steps ? 0 : values[row * steps + index]!
      differences[row * classes + index] = Math.max(0, above - next)
    }
  return shares({ rows, labels: classes, values: differences })
}

export const taskScores = (task: Task, outputs: ScoreMatrix): ScoreMatrix => {
  if (task === 'multi-class') return shares(outputs)
  return task === 'ordinal' ? fromSteps(outputs) : outputs
}
