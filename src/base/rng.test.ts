import { expect, test } from 'vitest'

import { philoxFill, randomStream } from './rng.ts'

// Known-answer vectors of Random123 (kat_vectors, philox4x32 10) have counters that a stream cannot reach, except zero;
// the others are checked through a plain BigInt version of the same ten rounds.
const reference = (key: readonly [number, number], counter: readonly number[]): number[] => {
  const mask = 0xffffffffn
  let [k0, k1] = key.map(BigInt) as [bigint, bigint]
  let [c0, c1, c2, c3] = counter.map(BigInt) as [bigint, bigint, bigint, bigint]
  for (let round = 0; round < 10; round++) {
    const p0 = 0xd2511f53n * c0
    const p1 = 0xcd9e8d57n * c2
    ;[c0, c1, c2, c3] = [(p1 >> 32n) ^ c1 ^ k0, p1 & mask, (p0 >> 32n) ^ c3 ^ k1, p0 & mask]
    k0 = (k0 + 0x9e3779b9n) & mask
    k1 = (k1 + 0xbb67ae85n) & mask
  }
  return [c0, c1, c2, c3].map(Number)
}

test.each([
  { key: [0, 0], counter: [0, 0, 0, 0], words: [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8] },
  {
    key: [0xffffffff, 0xffffffff],
    counter: [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
    words: [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
  },
  {
    key: [0xa4093822, 0x299f31d0],
    counter: [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
    words: [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
  },
] as const)('the reference answers Random123 vector $words.0', ({ key, counter, words }) => {
  expect(reference(key, counter)).toEqual(words)
})

test('philoxFill equals the reference, whole blocks and parts', () => {
  const pairs = [0, 1, 7, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xdeadbeef, 0xffffffff]
  for (const a of pairs) {
    for (const b of pairs) {
      const out = new Uint32Array(10)
      philoxFill([b, a], [a, b], out)
      const expected = [0, 1, 2].flatMap((block) => reference([b, a], [block, b, a, 0]))
      expect([...out]).toEqual(expected.slice(0, 10))
    }
  }
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
