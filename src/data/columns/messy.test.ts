// What columns of messy tables are taken for.
import { describe, expect, test } from 'vitest'

import { guessColumns } from './guess.ts'
import { chooseRoles } from './roles.ts'
import { columnSource } from './testing/source.ts'

import type { ColumnGuess } from './guess.ts'
import type { Roles } from './roles.ts'

const ROWS = 120
type Cell = string | null
const rows = (cell: (row: number) => Cell): readonly Cell[] =>
  Array.from({ length: ROWS }, (_, row) => cell(row))
/** Whole numbers in no order, which come back rarely. */
const scattered = (row: number, size = 100_003): number => (row * 7919 + 1234) % size

const guessesOf = (columns: Record<string, readonly Cell[]>): Promise<readonly ColumnGuess[]> =>
  guessColumns(columnSource(columns), { folder: '.' })
const guessOf = async (cells: readonly Cell[], name = 'x'): Promise<ColumnGuess> =>
  (await guessesOf({ [name]: cells }))[0]!

describe('numbers as people write them', () => {
  const written: Record<string, (row: number) => Cell> = {
    'decimal comma': (row) => `${scattered(row, 400)},${row % 10}`,
    'decimal comma, thousands apart': (row) => `${1 + (row % 9)}.${100 + scattered(row, 800)},50`,
    'decimal point, thousands apart': (row) => `${1 + (row % 9)},${100 + scattered(row, 800)}.50`,
    'with failed formulas': (row) => (row % 4 === 0 ? '#DIV/0!' : `${scattered(row, 90)}.5`),
    currency: (row) => `$${1 + (row % 90)},${100 + scattered(row, 800)}`,
    euros: (row) => `${scattered(row, 400)} €`,
    percent: (row) => `${scattered(row, 100)}.${row % 10}%`,
    'negative in brackets': (row) => (row % 2 === 0 ? `(${scattered(row, 90)}.50)` : `${row}.25`),
    spaced: (row) => `${1 + (row % 9)} ${100 + scattered(row, 800)}`,
    'many of them missing': (row) =>
      row % 3 === 0 ? ['NA', 'NaN', 'NULL', '?'][row % 4]! : `${scattered(row, 90)}.5`,
  }
  test.each(Object.entries(written))('%s', async (_, cell) => {
    const cells = rows(cell)
    expect(await guessOf(cells)).toMatchObject({ kind: 'number' })
    // As a target it is one number, not labels joined by a comma.
    expect((await guessOf(cells)).labels).toEqual({ kind: 'single' })
  })

  test('labels that are numbers stay labels where a row has several', async () => {
    const several = ['1,2,3,4', '2', '3,1', '4,2,1,3', '1,4,3']
    expect(await guessOf(rows((row) => several[row % 5]!))).toMatchObject({
      kind: 'labels',
      labels: { kind: 'delimited', delimiter: ',' },
    })
  })

  test('labels that rarely come back, in a column that is called after them', async () => {
    const pairs = rows((row) => `t${scattered(row, 80)};t${scattered(row * 3 + 1, 80)}`)
    expect(await guessOf(pairs, 'tags')).toMatchObject({ kind: 'labels' })
    expect((await guessOf(pairs, 'codes')).kind).not.toBe('labels')
  })

  test('words alone are no numbers', async () => {
    expect((await guessOf(rows((row) => (row < 110 ? 'unknown' : `${row}`)))).kind).not.toBe('number') // prettier-ignore
  })
})

describe('yes and no', () => {
  test.each([
    ['0', '0.0', '1', '1.0'],
    ['yes', 'no', 'N/A'],
    ['True', 'False', 'nan'],
    ['on', 'off'],
  ])('%s, %s, ...', async (...words) => {
    expect((await guessOf(rows((row) => words[row % words.length]!))).kind).toBe('boolean')
  })
})

describe('phrases that come back', () => {
  const phrase = (number: number): string => `the parcel number ${number} came late and was wet`
  test('few are a category, many are text', async () => {
    expect((await guessOf(rows((row) => phrase(row % 5)))).kind).toBe('category')
    expect((await guessOf(rows((row) => phrase(row % 30)))).kind).toBe('text')
  })
})

describe('columns of 0 and 1 side by side', () => {
  const flag = (size: number) => rows((row) => (row % size === 0 ? '1' : '0'))
  const sqm = rows((row) => `${scattered(row, 300)}`)
  const price = rows((row) => `${scattered(row)}.5`)
  const rolesOf = async (
    columns: Record<string, readonly Cell[]>,
    labels?: readonly string[],
  ): Promise<Roles> => chooseRoles(await guessesOf(columns), { labels })
  const booleans = ({ table }: Roles): readonly string[] =>
    table.filter(({ kind }) => kind === 'boolean').map(({ column }) => column)

  test('are features where their names say so', async () => {
    const roles = await rolesOf({ sqm, has_pool: flag(3), hasGarage: flag(4), is_new: flag(5), cost: price }) // prettier-ignore
    expect(roles.target.columns).toEqual(['cost'])
    expect(booleans(roles)).toEqual(['has_pool', 'hasGarage', 'is_new'])
  })

  test('and where another column is called what people predict, or is named', async () => {
    const table = { sqm, pool: flag(3), garage: flag(4), garden: flag(5), price }
    const roles = await rolesOf(table)
    expect(booleans(roles)).toEqual(['pool', 'garage', 'garden'])
    expect(roles.notes.join()).toContain('pool, garage, garden could be labels')
    const named = await rolesOf({ ...table, price: [], cost: price }, ['cost'])
    expect(named.target.columns).toEqual(['cost'])
    expect(booleans(named)).toEqual(['pool', 'garage', 'garden'])
  })

  test('of which one is named, the others are no features: they are answers too', async () => {
    const roles = await rolesOf({ sqm, war: flag(3), drama: flag(4), comedy: flag(5) }, ['drama'])
    expect(booleans(roles)).toEqual([])
    expect(roles.notes.join()).toContain('war, comedy stand beside drama')
  })
})
