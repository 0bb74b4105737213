import { expect, test } from 'vitest'

import { constantRate, cosine, inverseTime } from './schedules.ts'

test('a constant rate', () => {
  expect([0, 7].map(constantRate(0.1))).toEqual([0.1, 0.1])
})

test('inverse time decay is Keras 2: rate / (1 + decay * updates)', () => {
  expect([0, 10, 100].map(inverseTime(0.1, 0.01))).toEqual([0.1, 0.1 / 1.1, 0.05])
})

test('cosine warms up linearly, peaks at the rate and ends at the floor', () => {
  const rate = cosine(0.2, { total: 14, warmUp: 4, floor: 0.1 })
  const values = [0, 1, 2, 3, 4].map(rate)
  ;[0.05, 0.1, 0.15, 0.2, 0.2].forEach((expected, index) => {
    expect(values[index]).toBeCloseTo(expected, 12)
  })
  expect(rate(9)).toBeCloseTo(0.2 * (0.1 + 0.9 * 0.5), 12)
  expect(rate(14)).toBeCloseTo(0.02, 12)
  expect(rate(1000)).toBeCloseTo(0.02, 12)
})

test('cosine without warm-up starts at the rate', () => {
  expect(cosine(0.2, { total: 10 })(0)).toBe(0.2)
  expect(cosine(0.2, { total: 0 })(0)).toBe(0.2)
})
