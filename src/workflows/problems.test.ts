// What people read about cells that could not be read.
import { expect, test } from 'vitest'

import { countProblems, countedFromOne, describeProblems } from './problems.ts'

import type { BadCell } from '../model/preprocessing.ts'

const broken = (row: number, slot: number): BadCell => ({
  row,
  input: 'photos',
  slot,
  code: 'image.missing',
  message: `there is no picture ${row}-${slot}`,
})
const unreadable: BadCell = {
  row: 2,
  input: 'year',
  code: 'table.cell-unreadable',
  message: 'year cannot be read: "soon"',
}

test('rows are counted, not their pictures', () => {
  const bad = Array.from({ length: 7 }, (_, row) => [broken(row, 0), broken(row, 1)]).flat()
  expect(countProblems(bad)).toBe('7 rows have a cell that cannot be read')
  expect(describeProblems(bad, 'events.jsonl names each')).toEqual([
    'Row 1: there is no picture 0-0; there is no picture 0-1.',
    'Row 2: there is no picture 1-0; there is no picture 1-1.',
    'Row 3: there is no picture 2-0; there is no picture 2-1.',
    'Row 4: there is no picture 3-0; there is no picture 3-1.',
    'Row 5: there is no picture 4-0; there is no picture 4-1.',
    '2 more rows have a problem; events.jsonl names each.',
  ])
  expect(describeProblems(bad.slice(0, 12)).at(-1)).toBe('1 more row has a problem.')
})

test('a field of a table is no picture', () => {
  expect(describeProblems([unreadable])).toEqual(['Row 3: year cannot be read: "soon".'])
  expect(countProblems([unreadable])).toBe('1 row has a cell that cannot be read')
})

test('people count from 1', () => {
  expect(countedFromOne(broken(2, 0))).toMatchObject({ row: 3, slot: 1, input: 'photos' })
  expect(countedFromOne(unreadable)).not.toHaveProperty('slot')
})
