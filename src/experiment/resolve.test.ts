// What a preset becomes for a table.
import { describe, expect, test } from 'vitest'

import { resolveExperiment } from './resolve.ts'
import { parseExperiment } from './schema.ts'

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

describe('names of inputs', () => {
  const namesOf = (images: readonly string[], texts: readonly string[], numbers: string[] = []) => {
    const table = numbers.map((column) => ({ column, kind: 'number' as const }))
    return Object.keys(resolveExperiment('films.csv', { ...roles, images, texts, table }).inputs)
  }

  test('columns that are called like another input of the network get another name', () => {
    expect(namesOf(['photos'], ['photos_slots', 'photos_present', 'photos'])).toEqual([
      'photos',
      'photos_slots_2',
      'photos_present_2',
      'photos_2',
    ])
    expect(namesOf(['photos present'], ['photos'])).toEqual(['photos_present', 'photos_2'])
    expect(namesOf(['poster'], ['table_present'], ['year'])).toEqual([
      'poster',
      'table_present',
      'table_2',
    ])
  })

  test('columns that are called like what networks read and give do too', () => {
    expect(namesOf(['labels'], ['logits', 'loss', 'decay', 'fusion'])).toEqual([
      'labels_2',
      'logits_2',
      'loss_2',
      'decay_2',
      'fusion_2',
    ])
  })

  const { inputs, ...rest } = resolveExperiment('films.csv', roles)
  const poster = inputs['poster']!
  const overview = inputs['overview']!
  const several = { ...poster, pictures: { pool: 'mean', most: 2 } }
  const field = { name: 'poster', column: 'year', kind: 'number' }
  const years = { kind: 'table', fields: [field], encoder: { kind: 'mlp' } }

  test.each([
    { poster: several, poster_slots: overview },
    { poster_present: overview, poster },
    { poster, labels: overview },
    { poster, embedding: overview },
    { poster, 'poster.large': poster },
    { poster, 'rows/weights': overview },
    { '': poster },
    { poster, table: years },
  ])('an experiment cannot have %j', (others) => {
    expect(() => parseExperiment({ ...rest, inputs: others })).toThrow(
      expect.objectContaining({ code: 'experiment.input-name' }),
    )
  })

  test('an experiment may have what meets nothing in its own network', () => {
    const kept = { poster, poster_slots: overview, fusion: overview, 'a b-c': overview }
    expect(Object.keys(parseExperiment({ ...rest, inputs: kept }).inputs)).toHaveLength(4)
    const settings = { kind: 'concat' }
    const fusion = { recipe: 'joint', settings }
    expect(() => parseExperiment({ ...rest, fusion, inputs: kept })).toThrow(
      'the parameters of the fusion begin with it',
    )
  })
})
