import { expect, test } from 'vitest'

import {
  amountCell,
  dateCell,
  dateOrder,
  flagCell,
  idCell,
  imdbCell,
  isPlaceholder,
  numberCell,
} from './cells.ts'
import { genresIn, namesIn } from './genres.ts'

test('numbers have one form, whoever saved them', () => {
  expect(
    ['81.0', '81', ' 30000000 ', '1.80E-05', '4e-06', '21.946943', '0', '-1'].map(numberCell),
  ).toEqual(['81', '81', '30000000', '0.000018', '0.000004', '21.946943', '0', '-1'])
  expect([null, '', 'abc', '1,000', '0x10', 'Infinity', '/a.jpg'].map(numberCell)).toEqual(
    Array(7).fill(''),
  )
  expect(['0', '0.0', '-5', '12.5', null].map(amountCell)).toEqual(['', '', '', '12.5', ''])
})

test('dates', () => {
  const us = (cell: string | null): string => dateCell(cell, 'month-first')
  expect(['1995-10-30', '10/30/1995', '3/4/1999', ' 1888-01-01 '].map(us)).toEqual([
    '1995-10-30',
    '1995-10-30',
    '1999-03-04',
    '1888-01-01',
  ])
  expect(['30/10/1995', '1995-02-30', '1995', '2/29/1999', '1', null, ''].map(us)).toEqual(
    Array(7).fill(''),
  )
  expect(us('2/29/2000')).toBe('2000-02-29')
  expect(dateCell('3/4/1999', 'day-first')).toBe('1999-04-03')
  expect(dateOrder(['1/2/1999', '10/30/1995'])).toBe('month-first')
  expect(dateOrder(['1/2/1999', '30/10/1995'])).toBe('day-first')
  expect(dateOrder(['1/2/1999', null, '1995-10-30'])).toBe('month-first')
  // Both cannot be: no order is proved.
  expect(dateOrder(['30/10/1995', '10/30/1995'])).toBe('month-first')
})

test('flags and ids', () => {
  expect(['True', 'FALSE', 'false', 'Rune', null].map(flagCell)).toEqual([
    'true',
    'false',
    'false',
    '',
    '',
  ])
  expect(['862', '862.0', ' 5 ', '1997-08-20', '0', '', null].map(idCell)).toEqual([
    '862',
    '862',
    '5',
    '',
    '',
    '',
    '',
  ])
  expect(['tt0114709', '114709', 'tt10872600', '0', '0.0', null, 'nm1'].map(imdbCell)).toEqual([
    'tt0114709',
    'tt0114709',
    'tt10872600',
    '',
    '',
    '',
    '',
  ])
})

test.each([
  'No overview found.',
  'no overview found',
  'No Overview',
  'No overview yet.',
  'No movie overview available.',
  'No plot is available for this movie.',
  'Overview not available...',
  'Released',
  'N/A',
  'Coming soon!',
  '???',
])('"%s" is no text', (text) => {
  expect(isPlaceholder(text)).toBe(true)
})

test.each([
  'German Comedy',
  'To be or not to be, etc.',
  'No man is an island.',
  'None of the passengers survives.',
  'Unknown to his wife, he is a spy.',
  '',
])('"%s" is not a placeholder', (text) => {
  expect(isPlaceholder(text)).toBe(false)
})

test('names in lists of records', () => {
  expect(namesIn("[{'id': 18, 'name': 'Drama'}, {'id': 18, 'name': 'Drama'}]")).toEqual(['Drama'])
  expect(namesIn(`[{'name': "Rock 'n' | Roll\\n", 'id': 1}]`)).toEqual(["Rock 'n' Roll"])
  expect([namesIn(null), namesIn('[]'), namesIn('False'), namesIn("[{'id'")]).toEqual([
    [],
    [],
    undefined,
    undefined,
  ])
  expect(
    genresIn("[{'id': 1, 'name': 'TV Movie'}, {'name': 'War'}, {'name': 'Aniplex', 'id': 2883}]"),
  ).toEqual({ kept: ['War'], dropped: ['TV Movie', 'Aniplex'] })
})
