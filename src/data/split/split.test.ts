import fc from 'fast-check'
import { expect, test } from 'vitest'

import { randomStream } from '../../base/rng.ts'
import { splitByColumn, splitRows, type LabelMatrix, type Split } from './split.ts'

/** Random labels whose shares fall from one half to rare. */
const matrix = (rows: number, labels: number, seed: number): LabelMatrix => {
  const random = randomStream(seed, 'labels').uniform(rows * labels)
  const values = Uint8Array.from(random, (number, index) =>
    number < 0.5 / (1 + (index % Math.max(1, labels))) ? 1 : 0,
  )
  return { rows, labels, values }
}
const all = ({ train, validation, test }: Split): number[] => [...train, ...validation, ...test]

test('every row is in exactly one part, parts are sorted and have their sizes', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 3, max: 300 }),
      fc.integer({ min: 0, max: 6 }),
      fc.integer(),
      (rows, labels, seed) => {
        const split = splitRows(matrix(rows, labels, seed), { seed })
        expect(all(split).sort((a, b) => a - b)).toEqual([...Array(rows).keys()])
        for (const part of Object.values(split) as Int32Array[])
          expect([...part]).toEqual([...part].sort((a, b) => a - b))
        const sizes = [split.train.length, split.validation.length, split.test.length]
        for (const [part, share] of [0.8, 0.1, 0.1].entries()) {
          expect(sizes[part]).toBeGreaterThan(0)
          expect(Math.abs(sizes[part]! - share * rows)).toBeLessThan(rows < 10 ? 2 : 1)
        }
      },
    ),
    { seed: 4 },
  )
})

test('each label has its share of every part, the rare ones too', () => {
  for (let seed = 0; seed < 5; seed++) {
    const labels = matrix(2000, 12, seed)
    const split = splitRows(labels, { seed })
    for (let label = 0; label < 12; label++) {
      const count = (rows: Iterable<number>): number =>
        [...rows].filter((row) => labels.values[row * 12 + label] === 1).length
      const total = count(Array(2000).keys())
      for (const [part, share] of [
        [split.train, 0.8],
        [split.validation, 0.1],
        [split.test, 0.1],
      ] as const) {
        const error = Math.abs(count(part) - share * total)
        expect(error, `label ${label}: ${count(part)} of ${total}`).toBeLessThan(2 + 0.02 * total)
      }
    }
  }
})

test('the seed decides, and nothing else', () => {
  const labels = matrix(500, 4, 1)
  expect(splitRows(labels, { seed: 7 })).toEqual(splitRows(labels, { seed: 7 }))
  expect(splitRows(labels, { seed: 7 })).not.toEqual(splitRows(labels, { seed: 8 }))
})

test('tiny tables, other fractions, and refusals', () => {
  const tiny = splitRows(matrix(3, 2, 1), { seed: 1 })
  expect([tiny.train.length, tiny.validation.length, tiny.test.length]).toEqual([1, 1, 1])
  const two = splitRows(matrix(10, 2, 1), { seed: 1, fractions: [0.5, 0.5, 0] })
  expect([two.train.length, two.validation.length, two.test.length]).toEqual([5, 5, 0])
  expect(() => splitRows(matrix(2, 1, 1), { seed: 1 })).toThrow(
    expect.objectContaining({ code: 'split.too-few-rows' }),
  )
  for (const fractions of [
    [0.8, 0.1, 0.2],
    [1.2, -0.1, -0.1],
    [NaN, 0.5, 0.5],
  ] as const)
    expect(() => splitRows(matrix(9, 1, 1), { seed: 1, fractions: [...fractions] })).toThrow(
      expect.objectContaining({ code: 'split.bad-fractions' }),
    )
})

test('a split column in the usual spellings', () => {
  const split = splitByColumn(['train', 'Val', 'TEST', ' training ', 'dev', 'valid', 'validation'])
  expect(Object.values(split).map((part: Int32Array) => [...part])).toEqual([
    [0, 3],
    [1, 4, 5, 6],
    [2],
  ])
  expect(() => splitByColumn(['train', 'constructor'])).toThrow(
    expect.objectContaining({ code: 'split.unknown-part', row: 2 }),
  )
  expect(() => splitByColumn(['train', null])).toThrow(
    expect.objectContaining({ code: 'split.unknown-part' }),
  )
  expect(() => splitByColumn(['train', 'test'])).toThrow(
    expect.objectContaining({ code: 'split.empty-part' }),
  )
})
