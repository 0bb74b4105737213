// How much each micro-batch counts in its batch, so that the sum of their gradients is that of the whole.
import { MIXING, ROW_WEIGHTS } from '../model/network.ts'

import type { Tensors } from '../engine/runtime/protocol.ts'

const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0)

/** What the rows of a mixed batch weigh: row i has the weights of row j to the share [i, j]. */
const mixedWeights = (weights: readonly number[], mixing: ArrayLike<number | bigint>): number =>
  total(
    weights.map((weight, column) => {
      let share = 0
      for (let row = 0; row < weights.length; row++)
        share += Number(mixing[row * weights.length + column])
      return weight * share
    }),
  )

const weightOf = (part: Tensors): number => {
  const weights = part[ROW_WEIGHTS]
  if (weights === undefined) return rowsOf(part)
  const values = Array.from(weights.data, Number)
  const mixing = part[MIXING]
  return mixing === undefined ? total(values) : mixedWeights(values, mixing.data)
}

const rowsOf = (part: Tensors): number => part['labels']!.shape[0]!

/** By its rows, or by what they weigh; together 1. */
export const sharesOf = (parts: readonly Tensors[]): readonly number[] => {
  const weights = parts.map(weightOf)
  // Where no row of the batch counts, every loss is 0.
  const counts = total(weights) > 0 ? weights : parts.map(rowsOf)
  return counts.map((count) => count / total(counts))
}
