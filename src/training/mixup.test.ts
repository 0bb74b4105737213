import { expect, test } from 'vitest'

import { mixingMatrix } from './mixup.ts'

const rows = Int32Array.from({ length: 64 }, (_, index) => 3 * index)

const ownShares = (alpha: number, steps: number): number[] =>
  Array.from({ length: steps }, (_, step) => {
    const { data } = mixingMatrix({ seed: 1, step, rows, alpha })
    return Array.from(rows, (_, row) => Number(data[row * rows.length + row]))
  }).flat()

test('every row is shared with one partner, who serves one row', () => {
  const { data, shape } = mixingMatrix({ seed: 1, step: 7, rows, alpha: 0.4 })
  expect(shape).toEqual([64, 64])
  const partners: number[] = []
  for (let row = 0; row < 64; row++) {
    const line = Array.from(data.subarray(row * 64, (row + 1) * 64), Number)
    expect(line.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 6)
    const others = line.flatMap((share, column) => (share > 0 && column !== row ? [column] : []))
    expect(others.length).toBeLessThanOrEqual(1)
    partners.push(...others)
  }
  expect(new Set(partners).size).toBe(partners.length)
})

test('the same plan gives the same bits; another step gives others', () => {
  const plan = { seed: 1, step: 7, rows, alpha: 0.4 }
  expect(mixingMatrix(plan)).toEqual(mixingMatrix(plan))
  expect(mixingMatrix({ ...plan, step: 8 })).not.toEqual(mixingMatrix(plan))
  expect(mixingMatrix({ ...plan, seed: 2 })).not.toEqual(mixingMatrix(plan))
})

test('one row has nobody to be mixed with', () => {
  const { data } = mixingMatrix({ seed: 1, step: 1, rows: [5], alpha: 1 })
  expect(data[0]).toBeCloseTo(1, 6)
})

// Beta(a, a) has mean 1/2 and variance 1 / (4 (2 a + 1)).
test.each([0.01, 0.2, 1, 2.5])('shares are from Beta(alpha, alpha), alpha %f', (alpha) => {
  const shares = ownShares(alpha, 120).filter((share) => share >= 0 && share <= 1)
  expect(shares).toHaveLength(120 * 64)
  const mean = shares.reduce((a, b) => a + b, 0) / shares.length
  const variance = shares.reduce((sum, share) => sum + (share - mean) ** 2, 0) / shares.length
  // A row that is its own partner, one of 64, has 1.
  expect(Math.abs(mean - 0.5)).toBeLessThan(0.025)
  expect(variance * 4 * (2 * alpha + 1)).toBeGreaterThan(0.93)
  expect(variance * 4 * (2 * alpha + 1)).toBeLessThan(1.12)
})
