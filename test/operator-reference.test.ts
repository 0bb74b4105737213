// The page about operators says what the operator tables say.
import { format } from 'prettier'
import { expect, test } from 'vitest'

import { ops } from '../src/engine/graph/ops/index.ts'
import { families, operatorReference } from './support/operator-reference.ts'

test('every operator belongs to a family', () => {
  const named = Object.values(families).flatMap((rules) => Object.keys(rules))
  expect(named.toSorted()).toEqual(Object.keys(ops).toSorted())
})

test('the reference is up to date', async () => {
  const page = await format(operatorReference(), { parser: 'markdown', printWidth: 100 })
  await expect(page).toMatchFileSnapshot('../docs/reference/ops.md')
})
