import { describe, expect, test } from 'vitest'

import { parseBoolean } from './parse-boolean.ts'
import { findDateOrder, parseDate, weekdayOf } from './parse-date.ts'
import { findNumberFormat, parseNumber } from './parse-number.ts'

describe('numbers', () => {
  test.each([
    ['1234.5', 1234.5],
    [' 7 ', 7],
    ['+3', 3],
    ['-0.5', -0.5],
    ['.5', 0.5],
    ['5.', 5],
    ['1e3', 1000],
    ['2.5E-3', 0.0025],
    ['0e1', 0],
    ['1,234.5', 1234.5],
    ['1,234', 1234],
    ['12,34,567', 1234567],
    ['1 234 567', 1234567],
    ['1\u202f234\u202f567', 1234567],
    ["1'234.5", 1234.5],
    ['$12.50', 12.5],
    ['-$1,200', -1200],
    ['$-5', -5],
    ['US$ 3', 3],
    ['12 €', 12],
    ['12.5 %', 12.5],
    ['(1,200)', -1200],
    ['\u22123', -3],
  ])('with a decimal point: %s is %d', (cell, value) => {
    expect(parseNumber(cell, 'point')).toBe(value)
  })

  test.each([
    ['1.234,5', 1234.5],
    ['1.234', 1234],
    ['0,5', 0.5],
    ['-1 234,25', -1234.25],
    ['12,5 €', 12.5],
    ['7', 7],
    ['1,5e3', 1500],
  ])('with a decimal comma: %s is %d', (cell, value) => {
    expect(parseNumber(cell, 'comma')).toBe(value)
  })

  test.each(['NaN', 'n/a', 'N/A', '-', 'null', '?', 'NA', 'None', '#N/A'])(
    '%s is no value',
    (cell) => {
      expect(parseNumber(cell, 'point')).toBeNull()
      expect(parseNumber(cell, 'comma')).toBeNull()
    },
  )

  test.each([
    'Infinity',
    '-Infinity',
    '1e999',
    '0x10',
    '0b1',
    '12 km',
    '1,23',
    '1.2.3',
    '1-2',
    'twelve',
    '..',
    'e5',
    '١٢',
  ])('%s is not readable', (cell) => {
    expect(parseNumber(cell, 'point')).toBeUndefined()
  })

  test('the decimal mark is what the column says', () => {
    expect(findNumberFormat(['1,5', '1.234,5', '3', null, '1.234'])).toEqual({ format: 'comma' })
    expect(findNumberFormat(['1,234.5', '1,234'])).toEqual({ format: 'point' })
    expect(findNumberFormat(['1234,567', '12'])).toEqual({ format: 'comma' })
    expect(findNumberFormat(['1,5', '1.5', '2.5'])).toEqual({ format: 'point' })
    expect(findNumberFormat(['x', null, '12'])).toEqual({ format: 'point' })
  })

  test('a column that does not say is read with a point, and one of its cells is named', () => {
    expect(findNumberFormat(['1.234', '2.500'])).toEqual({ format: 'point', ambiguous: '1.234' })
    expect(findNumberFormat(['1,234'])).toEqual({ format: 'point', ambiguous: '1,234' })
  })
})

test.each([
  ['TRUE', true],
  [' yes', true],
  ['1.0', true],
  ['t', true],
  ['No', false],
  ['0', false],
  ['F', false],
  ['n', false],
  ['n/a', null],
  ['maybe', undefined],
  ['2', undefined],
])('yes or no: %s', (cell, answer) => {
  expect(parseBoolean(cell)).toBe(answer)
})

describe('dates', () => {
  const monthFirst = { order: 'month-first' } as const
  const dayFirst = { order: 'day-first' } as const

  test.each([
    ['1999', { year: 1999 }],
    ['1999.0', { year: 1999 }],
    ['1999-02', { year: 1999, month: 2 }],
    ['1999-02-03', { year: 1999, month: 2, day: 3 }],
    ['1999/2/3', { year: 1999, month: 2, day: 3 }],
    ['1999-02-03T14:30:00Z', { year: 1999, month: 2, day: 3, hour: 14.5 }],
    ['1999-02-03 14:30', { year: 1999, month: 2, day: 3, hour: 14.5 }],
    ['1999-02-03 00:00:00.000+02:00', { year: 1999, month: 2, day: 3, hour: 0 }],
    ['2/3/1999', { year: 1999, month: 2, day: 3 }],
    ['2/3/1999 2:30 PM', { year: 1999, month: 2, day: 3, hour: 14.5 }],
    ['2/3/68', { year: 2068, month: 2, day: 3 }],
    ['2/3/69', { year: 1969, month: 2, day: 3 }],
    ['3.2.1999', { year: 1999, month: 2, day: 3 }],
    ['3 Feb 1999', { year: 1999, month: 2, day: 3 }],
    ['3-Feb-1999', { year: 1999, month: 2, day: 3 }],
    ['February 3, 1999', { year: 1999, month: 2, day: 3 }],
    ['29.2.2000', { year: 2000, month: 2, day: 29 }],
  ])('%s', (cell, parts) => {
    expect(parseDate(cell, monthFirst)).toEqual(parts)
  })

  test('the order of day and month is what the column says', () => {
    expect(parseDate('2/3/1999', dayFirst)).toEqual({ year: 1999, month: 3, day: 2 })
    expect(findDateOrder(['2/3/1999', '13/3/1999', null])).toEqual({
      order: 'day-first',
      ambiguous: undefined,
    })
    expect(findDateOrder(['2/3/1999', '3/13/1999'])).toEqual({
      order: 'month-first',
      ambiguous: undefined,
    })
    expect(findDateOrder(['2/3/1999', '1999-01-01'])).toEqual({
      order: 'month-first',
      ambiguous: '2/3/1999',
    })
    expect(findDateOrder(['2.3.1999', '1999-01-01'])).toEqual({
      order: 'month-first',
      ambiguous: undefined,
    })
  })

  test.each([
    '1999-13-01',
    '1999-02-29',
    '31/31/1999',
    '99',
    '123456789',
    'soon',
    '3 Foo 1999',
    '1999-01-01 25:00',
  ])('%s is no date', (cell) => {
    expect(parseDate(cell, monthFirst)).toBeUndefined()
  })

  test('seconds and milliseconds only when declared', () => {
    expect(parseDate('946684800', monthFirst)).toBeUndefined()
    const day = { year: 2000, month: 1, day: 1, hour: 0 }
    expect(parseDate('946684800', { ...monthFirst, epoch: 'seconds' })).toEqual(day)
    expect(parseDate('946684800000', { ...monthFirst, epoch: 'milliseconds' })).toEqual(day)
    expect(parseDate('x', { ...monthFirst, epoch: 'seconds' })).toBeUndefined()
    expect(parseDate('0000-00-00', monthFirst)).toBeNull()
  })

  test('weekdays of four centuries', () => {
    for (let day = -146_097; day < 0; day += 97) {
      const date = new Date(day * 86_400_000)
      const weekday = weekdayOf(date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate())
      expect(weekday).toBe((date.getUTCDay() + 6) % 7)
    }
  })
})
