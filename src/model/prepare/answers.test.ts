// Answers are counted by their names in every task, and those that cannot be learned are told.
import { expect, test } from 'vitest'

import { countAnswers, describeUnlearnable } from './answers.ts'

const names = ['a', 'b', 'c']
const counted = (task: Parameters<typeof countAnswers>[0]['task'], rows: readonly number[][]) => {
  const target = { task, names, width: rows[0]!.length, values: Uint8Array.from(rows.flat()) }
  return [...countAnswers(target, rows.keys())]
}

test('counts', () => {
  expect(
    counted('multi-label', [
      [1, 1, 0],
      [0, 0, 0],
      [1, 0, 0],
    ]),
  ).toEqual([2, 1, 0])
  expect(
    counted('multi-class', [
      [1, 0, 0],
      [0, 0, 1],
      [0, 0, 1],
    ]),
  ).toEqual([1, 0, 2])
  expect(
    counted('ordinal', [
      [0, 0],
      [1, 0],
      [1, 1],
      [1, 1],
    ]),
  ).toEqual([1, 1, 2])
  expect(counted('binary', [[0], [1], [0]])).toEqual([2, 1, 0])
})

const split = (train: number[], validation: number[], test: number[]) => ({
  train: Int32Array.from(train),
  validation: Int32Array.from(validation),
  test: Int32Array.from(test),
})
const classes = (count: number, rows: readonly number[]) => ({
  task: 'multi-class' as const,
  names: Array.from({ length: count }, (_, index) => `k${index}`),
  width: count,
  values: Uint8Array.from(
    rows.flatMap((own) => Array.from({ length: count }, (_, index) => (index === own ? 1 : 0))),
  ),
})

test('classes that only rows to judge by have', () => {
  const target = classes(4, [0, 1, 0, 3, 3, 1, 2])
  expect(describeUnlearnable(target, split([0, 1], [2, 6], [3, 4, 5]))).toEqual([
    'Classes that no training row has, so that the model cannot learn them: k3 (2 of 3 test rows), k2 (1 of 2 validation rows).',
  ])
  expect(describeUnlearnable(target, split([0, 1, 3, 6], [2], [4, 5]))).toEqual([])
  const labels = { ...classes(8, [0, 1, 2, 3, 4, 5, 6, 7]), task: 'multi-label' as const }
  expect(describeUnlearnable(labels, split([0], [1], [2, 3, 4, 5, 6, 7]))[0]).toMatch(
    /^Labels that .*k5 \(1 of 6 test rows\) and 2 more\.$/,
  )
})
