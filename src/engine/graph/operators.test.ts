// Every operator against PyTorch and finite differences: testing/harness.ts says how, testing/rows what.
import { describe, expect, test } from 'vitest'

import { readCases } from './testing/fixtures.ts'
import { checkRow } from './testing/harness.ts'
import { coverage } from './testing/rows/index.ts'

const FAMILIES = [
  'pointwise',
  'reduce',
  'matmul',
  'shape',
  'indexing',
  'conv',
  'pool',
  'norm',
  'recurrent',
  'sums',
  'gru',
  'layers',
  'windows',
  'moves',
  'activations',
]
const cases = new Map(FAMILIES.flatMap((family) => [...readCases(family)]))
const rows = Object.values(coverage).flatMap((entry) => ('coveredBy' in entry ? [] : entry))

test('every stored case has a row', () => {
  expect(rows.map(({ name }) => name).sort()).toEqual([...cases.keys()].sort())
})

describe('operators', () => {
  test.each(rows.map((row) => [row.name, row] as const))('%s', async (name, row) => {
    await checkRow(row, cases.get(name)!)
  })
})
