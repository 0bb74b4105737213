// Every operator against PyTorch and finite differences: testing/harness.ts says how, testing/rows what.
import { describe, expect, test } from 'vitest'

import { families } from './testing/families.ts'
import { readCases } from './testing/fixtures.ts'
import { checkRow } from './testing/harness.ts'
import { coverage } from './testing/rows/index.ts'

const cases = new Map(families.flatMap((family) => [...readCases(family)]))
const rows = Object.values(coverage).flatMap((entry) => ('coveredBy' in entry ? [] : entry))

test('every stored case has a row', () => {
  expect(rows.map(({ name }) => name).sort()).toEqual([...cases.keys()].sort())
})

describe('operators', () => {
  test.each(rows.map((row) => [row.name, row] as const))('%s', async (name, row) => {
    await checkRow(row, cases.get(name)!)
  })
})
