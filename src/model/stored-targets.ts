// Answers of stored rows.

import { classOf } from '../data/target/parse.ts'

import type { Store } from '../data/store/open.ts'
import type { Task } from '../data/target/task.ts'
import type { LabelMatrix } from '../metrics/matrix.ts'

/** Answers as the network is to give them: 0 or 1 per output, or numbers. Row-major [rows, labels]. */
export interface TargetMatrix {
  readonly rows: number
  /** Outputs of the network. */
  readonly labels: number
  readonly values: Uint8Array | Float32Array
}

export const readTargets = async (store: Store, rows: Int32Array): Promise<TargetMatrix> => {
  const { data, shape } = await store.read('labels', rows)
  return { rows: rows.length, labels: shape[1]!, values: data as Uint8Array | Float32Array }
}

/** Answers of a task whose outputs are yes or no. */
export const asLabels = ({ values, ...matrix }: TargetMatrix): LabelMatrix => {
  if (values instanceof Uint8Array) return { ...matrix, values }
  throw new TypeError('numbers are not labels')
}

/** The class of every row, [rows]; of a binary target 0 or 1. */
export const classesOf = (task: Task, { rows, labels, values }: TargetMatrix): Int32Array =>
  Int32Array.from({ length: rows }, (_, row) =>
    classOf(task, values.subarray(row * labels, (row + 1) * labels)),
  )
