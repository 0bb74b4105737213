import { expect, test } from 'vitest'

import { float32 } from '../base/arrays.ts'
import { MIXING, ROW_WEIGHTS } from '../model/network.ts'
import { sharesOf } from './shares.ts'

const labels = (rows: number) => float32([rows, 1], Array<number>(rows).fill(1))

test('micro-batches count by their rows', () => {
  expect(sharesOf([{ labels: labels(3) }, { labels: labels(1) }])).toEqual([0.75, 0.25])
})

test('or by what their rows weigh', () => {
  const part = (weights: readonly number[]) => ({
    labels: labels(weights.length),
    [ROW_WEIGHTS]: float32([weights.length, 1], weights),
  })
  expect(sharesOf([part([1, 2]), part([5])])).toEqual([0.375, 0.625])
  expect(sharesOf([part([0, 0]), part([0])])).toEqual([2 / 3, 1 / 3])
})

test('mixed rows weigh what their shares of others weigh', () => {
  const mixed = {
    labels: labels(2),
    [ROW_WEIGHTS]: float32([2, 1], [1, 4]),
    // The first row is half the second: 0.5 * 1 + 0.5 * 4 and 4.
    [MIXING]: float32([2, 2], [0.5, 0.5, 0, 1]),
  }
  const plain = { labels: labels(1), [ROW_WEIGHTS]: float32([1, 1], [6.5]) }
  expect(sharesOf([mixed, plain])).toEqual([0.5, 0.5])
})
