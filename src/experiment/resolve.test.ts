// What a preset becomes for a table.
import { expect, test } from 'vitest'

import { resolveExperiment } from './resolve.ts'

const roles = {
  images: ['poster'],
  texts: ['overview'],
  table: [],
  target: { columns: ['genres'], format: { kind: 'delimited', delimiter: '|' } },
  plan: { task: 'multi-label' },
} as const

const trainingOf = (wishes: Parameters<typeof resolveExperiment>[2]) =>
  resolveExperiment('films.csv', roles, { preset: 'article', ...wishes }).training

test('the article trains with batches of 256, at most 20 epochs', () => {
  expect(trainingOf({ rows: 9475 })).toMatchObject({ batch: 256, epochs: 20 })
  expect(trainingOf({ rows: 33_600, recipe: 'staged' })).toMatchObject({ batch: 256, epochs: 20 })
})

test('its branches get their updates from smaller batches where rows are few', () => {
  expect(trainingOf({ rows: 9475, recipe: 'staged' })).toMatchObject({ batch: 64, epochs: 20 })
  expect(trainingOf({ rows: 900, recipe: 'staged' })).toMatchObject({ batch: 32, epochs: 22 })
  expect(trainingOf({ rows: 9475, recipe: 'staged', batch: 128 })).toMatchObject({ batch: 128 })
})
