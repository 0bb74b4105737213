import { expect, test } from 'vitest'

import { philoxBlock, randomStream } from './rng.ts'

// Known-answer vectors of Random123 (kat_vectors, philox4x32 10).
test.each([
  {
    counter: [0, 0, 0, 0],
    key: [0, 0],
    words: [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
  },
  {
    counter: [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
    key: [0xffffffff, 0xffffffff],
    words: [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
  },
  {
    counter: [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
    key: [0xa4093822, 0x299f31d0],
    words: [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
  },
] as const)('Philox4x32-10 answers Random123 vector $words.0', ({ counter, key, words }) => {
  const out = new Uint32Array(4)
  philoxBlock(key, counter, out)
  expect([...out]).toEqual(words)
})

test('numbers depend on seed, name and counter only', () => {
  const stream = randomStream(7, 'dropout')
  expect(stream.uniform(5, 3, 9)).toEqual(
    randomStream(7, 'dropout').uniform(9, 3, 9).subarray(0, 5),
  )
  expect(stream.uniform(5, 3, 9)).not.toEqual(stream.uniform(5, 3, 10))
  expect(stream.uniform(5)).not.toEqual(randomStream(7, 'shuffle').uniform(5))
})

test('uniform and normal have the moments they should', () => {
  const stream = randomStream(1, 'moments')
  const mean = (values: Float32Array): number => values.reduce((a, b) => a + b, 0) / values.length
  const uniform = stream.uniform(40_000)
  const normal = stream.normal(40_001)
  expect(mean(uniform)).toBeCloseTo(0.5, 2)
  expect(mean(normal)).toBeCloseTo(0, 1)
  expect(mean(normal.map((value) => value * value))).toBeCloseTo(1, 1)
})

test('a permutation holds every index once', () => {
  const order = randomStream(1, 'shuffle').permutation(1000, 4)
  expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, i) => i))
  expect(order).not.toEqual(randomStream(1, 'shuffle').permutation(1000, 5))
})
