// Rows of programs without types: what cannot be a row or a cell is refused in words.
import { expect, test } from 'vitest'

import { parseDate } from '../data/tabular/parse-date.ts'
import { assertRow, cellOf } from './prediction-input.ts'

import type { PredictionInput } from './prediction-input.ts'

test.each([
  [null, 'null'],
  [undefined, 'undefined'],
  ['alien.jpg', 'a string'],
  [['alien.jpg'], 'a list'],
  [new Uint8Array(3), 'an object'],
  [new Date(0), 'a Date'],
])('%s is no row', (row, found) => {
  expect(() => {
    assertRow(row)
  }).toThrow(`a row to predict is an object with its inputs by name, not ${found}`)
})

test('a Date is what a date column can read', () => {
  const cell = cellOf('released', new Date(Date.UTC(2001, 11, 24, 18, 30)))
  expect(parseDate(String(cell), { order: 'day-first' })).toEqual({
    year: 2001,
    month: 12,
    day: 24,
    hour: 18.5,
  })
})

test('cells of every kind', () => {
  const bytes = new Uint8Array(3)
  const given = ['text', 1.5, true, bytes, [], null, undefined]
  expect(given.map((value) => cellOf('x', value))).toEqual([
    'text',
    '1.5',
    'true',
    bytes,
    cellOf('x', []),
    null,
    null,
  ])
  for (const [value, found] of [
    [new Date(NaN), 'an invalid Date'],
    [{}, 'an object'],
    [() => 1, 'a function'],
  ] as const)
    expect(() => cellOf('x', value as unknown as PredictionInput[string])).toThrow(
      `x is ${found}, which no cell of a table can be`,
    )
})
