// Comparing arrays of numbers. NaN is never close to anything but NaN: `Math.max` would hide it.
import { expect } from 'vitest'

export interface Tolerance {
  readonly rtol: number
  readonly atol: number
}

const isClose = (a: number, b: number, { rtol, atol }: Tolerance): boolean =>
  Object.is(a, b) || a === b || Math.abs(a - b) <= atol + rtol * Math.abs(b)

/** The worst element that is not close, in words; `undefined` when all are. */
export const difference = (
  actual: ArrayLike<number | bigint>,
  expected: ArrayLike<number>,
  tolerance: Tolerance,
): string | undefined => {
  if (actual.length !== expected.length) {
    return `${actual.length} values instead of ${expected.length}`
  }
  const misses = Array.from(expected, (value, index) => ({
    index,
    value,
    got: Number(actual[index]),
  })).filter(({ value, got }) => !isClose(got, value, tolerance))
  const first = misses[0]
  return (
    first &&
    `${misses.length} of ${expected.length} differ, first at ${first.index}: ${first.got} instead of ${first.value}`
  )
}

export const expectClose = (
  actual: ArrayLike<number | bigint>,
  expected: ArrayLike<number>,
  tolerance: Tolerance,
  what = 'values',
): void => {
  expect(difference(actual, expected, tolerance), what).toBeUndefined()
}
