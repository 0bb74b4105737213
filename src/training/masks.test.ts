// Dropout masks are the random words that their definition says, however they are made.
import { expect, test } from 'vitest'

import { randomStream } from '../base/rng.ts'
import { createGraph, input } from '../engine/graph/graph.ts'
import { dropoutMask } from './masks.ts'

import type { MaskInput } from '../engine/nn/network.ts'

const maskInput = (shape: MaskInput['shape'], rate: number): MaskInput => {
  const tensor = input(createGraph('test'), 'dropout/x', 'uint8', ['batch', ...shape])
  return { name: tensor.name, tensor, rate, shape }
}

/** Value `index` of a row: 16 of the bits of its random words. */
const bitsOf = (seed: number, step: number, row: number, length: number): number[] => {
  const words = new Uint32Array(Math.ceil(length / 2))
  randomStream(seed, 'dropout/x').words(step, row, words)
  return Array.from({ length }, (_, index) => (words[index >>> 1]! >>> (16 * (index & 1))) & 0xffff)
}

test.each([
  { shape: [1], rows: [0], rate: 0.5 },
  { shape: [31], rows: [5, 3], rate: 0.3 },
  { shape: [32], rows: [7, 4_000_000_000], rate: 0.9 },
  { shape: ['time', 7] as const, rows: [1, 2, 3], rate: 0.1 },
  { shape: [1000], rows: [9, 8], rate: 0.999_999_9 },
])('rows $rows of $shape at $rate', ({ shape, rows, rate }) => {
  const time = 13
  const { data, shape: made } = dropoutMask(maskInput(shape, rate), {
    seed: 77,
    step: 12,
    rows,
    time,
  })
  const length = shape.reduce<number>((a, b) => a * (b === 'time' ? time : b), 1)
  expect(made).toEqual([rows.length, ...shape.map((size) => (size === 'time' ? time : size))])
  const threshold = Math.min(Math.round(rate * 65536), 65535)
  const expected = rows.flatMap((row) =>
    bitsOf(77, 12, row, length).map((bits) => Number(bits >= threshold)),
  )
  expect(Array.from(data, Number)).toEqual(expected)
})

test('no rows, and more than the memory began with', () => {
  const mask = maskInput([300], 0.25)
  const of = (rows: readonly number[]) => dropoutMask(mask, { seed: 1, step: 1, rows, time: 1 })
  expect(of([]).data).toHaveLength(0)
  const many = Array.from({ length: 3000 }, (_, row) => row)
  const all = of(many).data as Uint8Array
  expect(all.subarray(2999 * 300)).toEqual(of([2999]).data)
  const kept = all.reduce((sum, value) => sum + value, 0) / all.length
  expect(kept).toBeCloseTo(0.75, 2)
})
