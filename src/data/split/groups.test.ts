import fc from 'fast-check'
import { expect, test } from 'vitest'

import { randomStream } from '../../base/rng.ts'
import { kFold, splitByFold } from './folds.ts'
import { splitRows, type LabelMatrix } from './split.ts'

/** Random labels whose shares fall from one half to rare. */
const matrix = (rows: number, labels: number, seed: number): LabelMatrix => {
  const random = randomStream(seed, 'labels').uniform(rows * labels)
  const values = Uint8Array.from(random, (number, index) =>
    number < 0.5 / (1 + (index % Math.max(1, labels))) ? 1 : 0,
  )
  return { rows, labels, values }
}

/** Random groups of up to `most` rows; a row's group is its first row. */
const randomGroups = (rows: number, most: number, seed: number): Int32Array => {
  const order = randomStream(seed, 'groups').permutation(rows)
  const sizes = randomStream(seed, 'sizes').uniform(rows)
  const groups = new Int32Array(rows)
  for (let at = 0; at < rows;) {
    const members = order.subarray(at, at + 1 + Math.floor(sizes[at]! * most))
    for (const row of members) groups[row] = Math.min(...members)
    at += members.length
  }
  return groups
}

const partsTouching = (parts: readonly Int32Array[], groups: Int32Array): number => {
  const partOf = new Map<number, number>()
  let broken = 0
  for (const [part, rows] of parts.entries())
    for (const row of rows) {
      if ((partOf.get(groups[row]!) ?? part) !== part) broken++
      partOf.set(groups[row]!, part)
    }
  return broken
}

const countOf = ({ labels, values }: LabelMatrix, rows: Int32Array, label: number): number =>
  rows.reduce((sum, row) => sum + values[row * labels + label]!, 0)

test('no group is torn apart, every row is placed, and sizes are exact where groups are small', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 60, max: 400 }),
      fc.integer({ min: 0, max: 5 }),
      fc.integer({ min: 1, max: 6 }),
      fc.nat(1e6),
      (rows, labels, most, seed) => {
        const groups = randomGroups(rows, most, seed)
        const split = splitRows(matrix(rows, labels, seed), { seed, groups })
        const parts = [split.train, split.validation, split.test]
        expect(partsTouching(parts, groups)).toBe(0)
        expect(parts.flatMap((part) => [...part]).sort((a, b) => a - b)).toEqual([
          ...Array(rows).keys(),
        ])
        for (const [part, share] of [0.8, 0.1, 0.1].entries()) {
          expect(parts[part]!.length).toBeGreaterThan(0)
          expect(Math.abs(parts[part]!.length - share * rows)).toBeLessThanOrEqual(most + 1)
        }
      },
    ),
    { seed: 7, numRuns: 60 },
  )
})

test('labels keep their share although every row is in a group', () => {
  const labelled = matrix(4000, 12, 3)
  const groups = randomGroups(4000, 9, 3)
  const split = splitRows(labelled, { seed: 3, groups })
  expect(split).toEqual(splitRows(labelled, { seed: 3, groups }))
  expect(split).not.toEqual(splitRows(labelled, { seed: 4, groups }))
  const all = Int32Array.from(Array(4000).keys())
  for (let label = 0; label < 12; label++) {
    const total = countOf(labelled, all, label)
    for (const [part, share] of [
      [split.train, 0.8],
      [split.validation, 0.1],
      [split.test, 0.1],
    ] as const)
      expect(
        Math.abs(countOf(labelled, part, label) - share * total),
        `label ${label}`,
      ).toBeLessThan(3 + 0.03 * total)
  }
})

test('few groups: each part gets one; too few are refused', () => {
  const groups = Int32Array.from({ length: 300 }, (_, row) => row - (row % 100))
  const split = splitRows(matrix(300, 2, 1), { seed: 1, groups })
  expect([split.train.length, split.validation.length, split.test.length]).toEqual([100, 100, 100])
  const half = Int32Array.from({ length: 300 }, (_, row) => (row < 290 ? 0 : row))
  const most = splitRows(matrix(300, 2, 1), { seed: 1, groups: half })
  expect(most.train.length).toBe(290)
  expect(most.validation.length + most.test.length).toBe(10)
  const two = Int32Array.from({ length: 300 }, (_, row) => (row < 100 ? 0 : 100))
  expect(() => splitRows(matrix(300, 2, 1), { seed: 1, groups: two })).toThrow(
    expect.objectContaining({ code: 'split.too-few-groups' }),
  )
})

test('folds are equally large, disjoint, stratified and keep groups', () => {
  const labelled = matrix(1003, 6, 2)
  const groups = randomGroups(1003, 4, 2)
  for (const options of [{}, { groups }]) {
    const folds = kFold(labelled, { folds: 5, seed: 1, ...options })
    expect(folds.flatMap((rows) => [...rows]).sort((a, b) => a - b)).toEqual([
      ...Array(1003).keys(),
    ])
    for (const rows of folds) expect(Math.abs(rows.length - 1003 / 5)).toBeLessThan(2)
    if ('groups' in options) expect(partsTouching(folds, groups)).toBe(0)
    const all = Int32Array.from(Array(1003).keys())
    for (let label = 0; label < 6; label++)
      for (const rows of folds) {
        const share = countOf(labelled, all, label) / 5
        expect(Math.abs(countOf(labelled, rows, label) - share)).toBeLessThan(3 + 0.05 * share)
      }
  }
})

test('training on a fold: one fold to test, the next to validate', () => {
  const labelled = matrix(100, 3, 1)
  const folds = kFold(labelled, { folds: 4, seed: 5 })
  const split = splitByFold(labelled, { fold: 4, folds: 4, seed: 5 })
  expect(split.test).toEqual(folds[3])
  expect(split.validation).toEqual(folds[0])
  expect([...split.train]).toEqual([...folds[1]!, ...folds[2]!].sort((a, b) => a - b))
  for (const [fold, of] of [
    [0, 5],
    [6, 5],
    [1.5, 5],
    [1, 2],
  ] as const)
    expect(() => splitByFold(labelled, { fold, folds: of, seed: 1 })).toThrow(
      expect.objectContaining({ code: 'split.bad-fold' }),
    )
  expect(() => kFold(labelled, { folds: 101, seed: 1 })).toThrow(
    expect.objectContaining({ code: 'split.bad-folds' }),
  )
})
