import { createHash } from 'node:crypto'

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

test('the split of a run stays what it was', () => {
  const digest = (split: Split): string => {
    const hash = createHash('sha256')
    for (const part of [split.train, split.validation, split.test])
      hash.update(new Uint8Array(part.buffer, part.byteOffset, part.byteLength)).update('|')
    return hash.digest('hex').slice(0, 16)
  }
  // Of the first version: runs resume and are judged with the rows that they began with.
  for (const [rows, labels, seed, fractions, expected] of [
    [2000, 12, 0, undefined, '79c302e88b5d0eb8'],
    [2000, 12, 0, [0.7, 0.15, 0.15], 'a755cfb449dd43f9'],
    [9475, 18, 1, undefined, 'bf234c76cf516114'],
    [300, 0, 5, [0.5, 0.5, 0], '1d9beb1cb43955d4'],
    [11, 3, 2, undefined, '73b3d8242257c715'],
  ] as const) {
    const labelled = matrix(rows, labels, seed)
    const alone = Int32Array.from({ length: rows }, (_, row) => row)
    for (const groups of [undefined, alone])
      expect(digest(splitRows(labelled, { seed, fractions, groups }))).toBe(expected)
  }
})
