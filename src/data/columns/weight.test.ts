import { expect, test } from 'vitest'

import { guessColumns } from './guess.ts'
import { chooseRoles } from './roles.ts'
import { columnSource } from './testing/source.ts'

const rows = <T>(cell: (row: number) => T): T[] => Array.from({ length: 40 }, (_, row) => cell(row))
const source = columnSource({
  plot: rows((row) => `A man, number ${row}, goes to the town of ${row * 7}, and stays`),
  genres: rows((row) => ['Drama|War', 'Comedy', 'Drama'][row % 3]!),
  sample_weight: rows((row) => String(0.5 + (row % 4))),
  weight: rows((row) => String(60 + ((row * 7) % 30))),
  row_weight: rows((row) => String((row % 3) - 1)),
})
const guesses = await guessColumns(source, { folder: '.' })
const kindOf = (name: string): string | undefined =>
  guesses.find((guess) => guess.name === name)?.kind

test('a name that means nothing else, with numbers that are not negative', () => {
  expect(kindOf('sample_weight')).toBe('weight')
  // Of a body, perhaps.
  expect(kindOf('weight')).toBe('number')
  expect(kindOf('row_weight')).not.toBe('weight')
})

test('it weighs the rows and is said; nothing is learned from it', () => {
  const roles = chooseRoles(guesses)
  expect(roles.weight).toBe('sample_weight')
  expect(roles.table.map(({ column }) => column)).not.toContain('sample_weight')
  expect(roles.notes.find((note) => note.startsWith('sample_weight'))).toMatchInlineSnapshot(
    `"sample_weight is the weight of the rows: 100 % of the cells are numbers, and the name sample_weight says so."`,
  )
})

test('another column can be named, or none', () => {
  const named = chooseRoles(guesses, { weight: 'weight' })
  expect(named.weight).toBe('weight')
  expect(named.table.map(({ column }) => column)).not.toContain('weight')
  expect(chooseRoles(guesses, { ignored: ['sample_weight'] }).weight).toBeUndefined()
  expect(() => chooseRoles(guesses, { weight: 'absent' })).toThrow(
    expect.objectContaining({ code: 'table.column-missing' }),
  )
  expect(() => chooseRoles(guesses, { weight: 'plot', texts: ['plot'] })).toThrow(
    expect.objectContaining({ code: 'table.role-clash' }),
  )
})
