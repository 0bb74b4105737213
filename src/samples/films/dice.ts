// Draws for one film. Each film has its own counter in a named stream, so what one film looks like never depends on
// how many numbers another one used.
import type { RandomStream } from '../../base/rng.ts'

/** Numbers fetched from the stream at a time. */
const BLOCK = 64

export interface Dice {
  /** A number in [0, 1). */
  next(): number
  /** A number in [low, high). */
  between(low: number, high: number): number
  /** A whole number from low to high, both included. */
  whole(low: number, high: number): number
  chance(probability: number): boolean
  pick<T>(items: readonly [T, ...T[]] | readonly T[]): T
  /** An index drawn in proportion to its weight. */
  weighted(weights: readonly number[]): number
  shuffled<T>(items: readonly T[]): T[]
}

export const rollDice = (stream: RandomStream, row: number): Dice => {
  let block = 0
  let used = BLOCK
  let numbers: Float32Array = new Float32Array(0)
  const next = (): number => {
    if (used === BLOCK) {
      numbers = stream.uniform(BLOCK, block++, row)
      used = 0
    }
    return numbers[used++]!
  }
  const whole = (low: number, high: number): number => low + Math.floor(next() * (high - low + 1))
  return {
    next,
    between: (low, high) => low + next() * (high - low),
    whole,
    chance: (probability) => next() < probability,
    pick: (items) => items[Math.floor(next() * items.length)]!,
    weighted: (weights) => {
      let left = next() * weights.reduce((total, weight) => total + weight, 0)
      const index = weights.findIndex((weight) => (left -= weight) < 0)
      return index < 0 ? weights.length - 1 : index
    },
    shuffled: (items) => {
      const order = [...items]
      for (let index = order.length - 1; index > 0; index--) {
        const other = whole(0, index)
        const kept = order[index]!
        order[index] = order[other]!
        order[other] = kept
      }
      return order
    },
  }
}
