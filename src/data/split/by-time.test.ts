import { expect, test } from 'vitest'

import { splitByTime } from './by-time.ts'

test('the oldest rows train, the newest test, whatever the order of the table', () => {
  const years = Array.from({ length: 100 }, (_, row) => `${1900 + ((row * 37) % 100)}`)
  const { split, undated, from } = splitByTime(years, { column: 'year' })
  const yearsOf = (rows: Int32Array): number[] => Array.from(rows, (row) => Number(years[row]))
  expect(Math.max(...yearsOf(split.train))).toBe(1979)
  expect(yearsOf(split.validation).sort()).toEqual([...Array(10).keys()].map((n) => 1980 + n))
  expect(Math.min(...yearsOf(split.test))).toBe(1990)
  expect(undated).toBe(0)
  expect(from).toEqual({ validation: '1980', test: '1990' })
})

test('rows of one date stay together; rows without one train', () => {
  const cells = ['1/2/2001', '13/2/2001', '14/2/2001', '14/2/2001', '14/2/2001', '15/2/2001', null]
  const { split, undated } = splitByTime([...cells, 'soon', ' '], {
    column: 'when',
    fractions: [0.6, 0.2, 0.2],
  })
  expect([...split.test]).toEqual([5])
  expect([...split.validation]).toEqual([2, 3, 4])
  expect([...split.train]).toEqual([0, 1, 6, 7, 8])
  expect(undated).toBe(3)
})

test('times within a day, and seconds since 1970', () => {
  const hours = ['2001-01-01 08:00', '2001-01-01 07:59', '2001-01-01', '2000-12-31 23:00']
  const cut = { column: 't', fractions: [0.5, 0.25, 0.25] as const }
  expect(splitByTime(hours, cut).split).toMatchObject({
    train: Int32Array.from([2, 3]),
    validation: Int32Array.from([1]),
    test: Int32Array.from([0]),
  })
  const seconds = ['1700000300', '1700000100', '1700000000', '1700000200']
  expect([...splitByTime(seconds, cut).split.test]).toEqual([0])
})

test('two dates are too few', () => {
  for (const cells of [
    ['2001', '2002', '2002', '2001'],
    [null, 'x', 'y'],
  ])
    expect(() => splitByTime(cells, { column: 'year' })).toThrow(
      expect.objectContaining({ code: 'split.too-few-dates' }),
    )
})
