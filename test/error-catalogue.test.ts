// Error codes are a contract: each is unique, belongs to the catalogue, and is in the reference.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { format } from 'prettier'
import { expect, test } from 'vitest'

import { errorCatalogue, errorReference } from '../src/workflows/error-catalogue.ts'

const source = join(import.meta.dirname, '../src')

test('no two rooms share an area', () => {
  const areas = errorCatalogue.map(({ area }) => area)
  expect(new Set(areas).size).toBe(areas.length)
})

test('every error table of the source is in the catalogue', () => {
  const areas = readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('errors.ts') && file !== join('base', 'errors.ts'))
    .flatMap((file) => [
      ...readFileSync(join(source, file), 'utf8').matchAll(/= errorTable\('([^']+)'/g),
    ])
    .map((match) => match[1]!)
  expect(areas.toSorted()).toEqual(errorCatalogue.map(({ area }) => area).toSorted())
})

test('every error says what is wrong and what to do', () => {
  for (const { specs } of errorCatalogue)
    for (const { message, fix, exit, http } of Object.values(specs)) {
      expect(message).toMatch(/\S/)
      expect(fix).toMatch(/\S/)
      expect([1, 2, 130]).toContain(exit)
      expect(http).toBeGreaterThanOrEqual(400)
    }
})

test('the reference is up to date', async () => {
  const page = await format(errorReference(), { parser: 'markdown', printWidth: 100 })
  await expect(page).toMatchFileSnapshot('../docs/reference/errors.md')
})
