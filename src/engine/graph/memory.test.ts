import { describe, expect, test } from 'vitest'

import * as F from './functions.ts'
import { createGraph, input, named } from './graph.ts'
import { memoryOf } from './memory.ts'

import type { Tensor } from './types.ts'

/** Bytes of a float32 tensor. */
const float = (...shape: readonly number[]): number => shape.reduce((a, b) => a * b, 4)

const used = (make: (x: Tensor) => Tensor, sizes: Readonly<Record<string, number>>) => {
  const graph = createGraph('test')
  const x = input(graph, 'x', 'float32', ['batch', 'time', 8])
  return memoryOf({ graph, outputs: [named(make(x), 'y')] })(sizes)
}

describe('memory of a program from its shapes', () => {
  test('a result is there until it was read for the last time', () => {
    // While the third is made, the first is gone.
    const chain = (x: Tensor): Tensor => F.tanh(F.exp(F.sigmoid(x)))
    expect(used(chain, { batch: 5, time: 3 })).toEqual({
      inputs: float(5, 3, 8),
      results: 2 * float(5, 3, 8),
    })
  })

  test('what is read again stays', () => {
    const again = (x: Tensor): Tensor => {
      const first = F.sigmoid(x)
      return F.mul(F.tanh(F.exp(first)), first)
    }
    expect(used(again, { batch: 5, time: 3 }).results).toBe(3 * float(5, 3, 8))
  })

  test('another shape of a result is no other result', () => {
    const reshaped = (x: Tensor): Tensor => {
      const flat = F.reshape(F.sigmoid(x), ['batch*time', 8])
      return F.tanh(flat)
    }
    const { results } = used(reshaped, { batch: 5, time: 3 })
    // And the shape itself, a constant of a few numbers.
    expect(results).toBeGreaterThanOrEqual(2 * float(15, 8))
    expect(results).toBeLessThan(2 * float(15, 8) + 100)
  })

  test('grows with the rows', () => {
    const at = (batch: number): number =>
      used((x) => F.tanh(F.sigmoid(x)), { batch, time: 3 }).results
    expect(at(20)).toBe(4 * at(5))
    expect(at(0)).toBe(0)
  })

  test('a dimension without size is named', () => {
    expect(() => used((x) => F.sigmoid(x), { batch: 5 })).toThrow(/unknown size/)
  })
})
