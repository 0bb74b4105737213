// Dropout masks, made outside the graph so that a training step is a pure function of what it is fed. A mask depends on
// (seed, layer, step, row) only: how rows are cut into batches changes nothing.
import { streamKey } from '../base/rng.ts'
import { divide } from '../engine/graph/dimensions.ts'
import { maskRows } from './masks-kernel.ts'

import type { TensorData } from '../base/arrays.ts'
import type { MaskInput } from '../engine/nn/network.ts'

/** 16 random bits decide about one value. */
const STEPS = 0x10000

export interface MaskPlan {
  readonly seed: number
  /** Number of the update. */
  readonly step: number
  /** Rows of the table, one mask row each. */
  readonly rows: ArrayLike<number>
  /** Length of open time dimensions in this batch. */
  readonly time: number
}

/** How many mask rows a row of the table has: as many as pictures go through the tower for it. */
const perRow = ({ tensor }: MaskInput): number => {
  const [first = 'batch'] = tensor.shape
  return Number(divide(first, 'batch') ?? 1)
}

/** uint8 [rows, ...shape], 1 = keep; [rows * most, ...shape] in a tower that each of `most` pictures goes through. */
export const dropoutMask = (mask: MaskInput, { seed, step, rows, time }: MaskPlan): TensorData => {
  const { name, rate, shape } = mask
  const sizes = shape.map((size) => (size === 'time' ? time : size))
  const times = perRow(mask)
  const length = sizes.reduce((a, b) => a * b, times)
  const threshold = Math.min(Math.round(rate * STEPS), STEPS - 1)
  const data = maskRows({ key: streamKey(seed, name), step, rows, length, threshold })
  return { type: 'uint8', shape: [rows.length * times, ...sizes], data }
}
