import { describe, expect, test } from 'vitest'

import { randomStream } from '../../base/rng.ts'
import { createGraph, input } from '../graph/graph.ts'
import {
  filledWith,
  glorotUniform,
  ones,
  orthogonal,
  uniformWithin,
  zeros,
} from './initialisers.ts'
import { lstm } from './layers.ts'
import { createNetwork } from './network.ts'

const random = randomStream(3, 'init/test')
const numbers = (data: ArrayLike<number | bigint>): number[] => Array.from(data, Number)

describe('Glorot uniform', () => {
  // Dense [in, out]; convolution [out, in, kernel height, kernel width].
  test.each([
    [[300, 100], Math.sqrt(6 / 400)],
    [[32, 16, 3, 3], Math.sqrt(6 / (9 * 48))],
  ])('%j stays within %d and reaches for it', (shape, limit) => {
    const values = numbers(glorotUniform(shape, random).data)
    const largest = Math.max(...values.map(Math.abs))
    expect(largest).toBeLessThanOrEqual(Math.fround(limit))
    expect(largest).toBeGreaterThan(0.99 * limit)
    const mean = values.reduce((a, b) => a + b, 0) / values.length
    const variance = values.reduce((a, b) => a + b * b, 0) / values.length
    expect(Math.abs(mean)).toBeLessThan(0.05 * limit)
    expect(variance).toBeCloseTo(limit ** 2 / 3, 3)
  })
})

test('orthogonal rows are perpendicular and of length 1', () => {
  const [rows, columns] = [16, 64]
  const values = numbers(orthogonal([rows, columns], random).data)
  const row = (index: number): number[] => values.slice(index * columns, (index + 1) * columns)
  for (let a = 0; a < rows; a++) {
    for (let b = 0; b <= a; b++) {
      const other = row(b)
      const product = row(a).reduce((total, value, column) => total + value * other[column]!, 0)
      expect(product).toBeCloseTo(a === b ? 1 : 0, 6)
    }
  }
})

test('constant starts', () => {
  expect(numbers(zeros([2], random).data)).toEqual([0, 0])
  expect(numbers(ones([2], random).data)).toEqual([1, 1])
  const values = Float32Array.of(1, 2)
  const filled = filledWith(values)([2], random)
  expect(numbers(filled.data)).toEqual([1, 2])
  expect(filled.data).not.toBe(values)
  expect(Math.max(...numbers(uniformWithin(0.05)([1000], random).data).map(Math.abs))).toBeLessThan(
    0.05,
  )
})

test('an LSTM starts with forget bias 1 and all other biases 0, gates in the order i, o, f, c', () => {
  const graph = createGraph('start')
  const network = createNetwork(graph, { training: true, seed: 1 })
  const x = input(graph, 'x', 'float32', ['time', 'batch', 3])
  const mask = input(graph, 'mask', 'float32', ['time', 'batch', 1])
  lstm(network, 'lstm1', x, { units: 2, mask })
  const bias = network.parameters.get('lstm1.bias')!.initial()
  expect(numbers(bias.data)).toEqual([0, 0, 0, 0, 1, 1, 0, 0])
})

test('a parameter starts the same whatever is made before it', () => {
  const start = (seed: number): number[] =>
    numbers(glorotUniform([4, 4], randomStream(seed, 'init/dense1.weight')).data)
  expect(start(1)).toEqual(start(1))
  expect(start(1)).not.toEqual(start(2))
})
