import { expect, test } from 'vitest'

import { errorTable, MedleyError } from './errors.ts'

const table = errorTable('table', {
  'column-missing': {
    exit: 2,
    http: 400,
    message: 'there is no column {column}',
    fix: 'Use one of {found}.',
  },
})

test('an error carries code, filled texts, place, exit code and HTTP status', () => {
  const error = table.error(
    'column-missing',
    { column: 'plot', found: 'a, b' },
    { file: 'x.csv', row: 3 },
  )
  expect(error).toBeInstanceOf(MedleyError)
  expect(error).toMatchObject({
    code: 'table.column-missing',
    message: 'there is no column plot',
    fix: 'Use one of a, b.',
    file: 'x.csv',
    row: 3,
    exit: 2,
    http: 400,
  })
})

test('details with $ signs and braces are inserted literally', () => {
  expect(table.error('column-missing', { column: '$& {found}', found: '' }).message).toBe(
    'there is no column $& {found}',
  )
})
