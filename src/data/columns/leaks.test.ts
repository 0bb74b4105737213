import { describe, expect, test } from 'vitest'

import { randomStream } from '../../base/rng.ts'
import { findLeaks, leakRows } from './leaks.ts'

import type { Leak, LeakTarget } from './leaks.ts'

const ROWS = 400
const rows = <T>(cell: (row: number) => T): T[] =>
  Array.from({ length: ROWS }, (_, row) => cell(row))
const uniform = randomStream(1, 'leaks').uniform(8 * ROWS)
const random = (row: number, stream = 0): number => uniform[stream * ROWS + row]!

const genres = ['Drama', 'Science Fiction', 'War']
const labels = rows((row) => genres.map((_, label) => (random(row, label) < 0.4 ? 1 : 0)))
const multiLabel: LeakTarget = {
  task: 'multi-label',
  names: genres,
  width: 3,
  values: Uint8Array.from(labels.flat()),
}
const namesOf = (row: number): readonly string[] =>
  genres.filter((_, label) => labels[row]![label] === 1)

const isSpam = rows((row) => (random(row, 3) < 0.3 ? 1 : 0))
const binary: LeakTarget = {
  task: 'binary',
  names: ['no', 'yes'],
  width: 1,
  values: Uint8Array.from(isSpam),
}

const price = rows((row) => 10 + 90 * random(row, 4))
const regression: LeakTarget = {
  task: 'regression',
  names: ['price'],
  width: 1,
  values: Float32Array.from(price),
}

const leaksAmong = (
  columns: readonly { readonly name: string; readonly cells: readonly (string | null)[] }[],
  target: LeakTarget,
): readonly Leak[] => {
  const rows = leakRows(columns[0]!.cells.length)
  const looked = columns.map(({ name, cells }) => ({ name, cells: rows.map((row) => cells[row]!) }))
  return findLeaks(looked, { rows, target })
}

const kinds = ['bird', 'fish', 'mammal']
const kindOf = (row: number): number => Math.floor(3 * random(row, 5))
const multiClass: LeakTarget = {
  task: 'multi-class',
  names: kinds,
  width: 3,
  values: Uint8Array.from(rows((row) => kinds.map((_, index) => Number(index === kindOf(row)))).flat()), // prettier-ignore
}

test('a column named after a class gives it away, an honest sign of it does not', () => {
  const cells = rows((row) => `${Number(kindOf(row) === 0)}`)
  expect(leaksAmong([{ name: 'is_bird', cells }], multiClass)).toMatchObject([
    { reason: expect.stringContaining('gives away bird') as string },
  ])
  expect(leaksAmong([{ name: 'feathers', cells }], multiClass)).toEqual([])
})

test('the same number with a decimal comma', () => {
  const cells = price.map((value) => value.toFixed(3).replace('.', ','))
  expect(leaksAmong([{ name: 'preis', cells }], regression)).toHaveLength(1)
})

const reasonOf = (cells: readonly (string | null)[], target: LeakTarget): string | undefined =>
  leaksAmong([{ name: 'x', cells }], target)[0]?.reason

describe('labels', () => {
  test.each([
    [
      'the labels in another spelling',
      rows((row) => namesOf(row).join(' & ').toLowerCase()),
      /all labels|answer away/,
    ],
    [
      'a text that names them, different in every row',
      rows((row) => `Film ${row}: a ${namesOf(row).join(', ').toLowerCase()} picture.`),
      /^x names all labels of the row in 100.0 % of the rows/,
    ],
    [
      'a code for the set of labels',
      rows((row) => `c${labels[row]!.join('')}`),
      /^x gives the answer away: each of its 8 values/,
    ],
    [
      'a flag for one label',
      rows((row) => (labels[row]![2] === 1 ? 'true' : 'false')),
      /^x gives away War/,
    ],
    ['a flag of 0 and 1', rows((row) => String(labels[row]![0])), /^x gives away Drama/],
  ])('%s', (_, cells, reason) => {
    expect(reasonOf(cells, multiLabel)).toMatch(reason)
  })

  test.each([
    ['ids', rows((row) => `tt${row}`)],
    ['row numbers', rows(String)],
    ['a text that names every label', rows((row) => `row ${row}: drama, war or science fiction?`)],
    [
      'a text that names one of them',
      rows((row) => `row ${row}: ${labels[row]![0] === 1 ? 'a drama' : ''}`),
    ],
    [
      'a flag that is right 97 times of 100',
      rows((row) => String((random(row, 6) < 0.03 ? 1 : 0) ^ labels[row]![0]!)),
    ],
    ['nothing', rows(() => null)],
    ['one value', rows(() => 'en')],
  ])('not: %s', (_, cells) => {
    expect(reasonOf(cells, multiLabel)).toBeUndefined()
  })
})

describe('classes', () => {
  test.each([
    ['the answer itself', rows((row) => (isSpam[row] === 1 ? 'yes' : 'no')), /answer away/],
    [
      'a code per class',
      rows((row) => ['1', '7', '2', '9'][2 * isSpam[row]! + (row % 2)]!),
      /answer away/,
    ],
    [
      'a column that is filled in for one class',
      rows((row) => (isSpam[row] === 1 ? `day ${row}` : null)),
      /filled in for one answer/,
    ],
  ])('%s', (_, cells, reason) => {
    expect(reasonOf(cells, binary)).toMatch(reason)
  })

  test('honest strong predictors are left alone', () => {
    const score = rows((row) => (isSpam[row] === 1 ? 0.6 : 0.2) + 0.35 * random(row, 5))
    const strong = {
      separating: score.map((value) => value.toFixed(1)),
      precise: score.map(String),
      word: rows((row) => (isSpam[row] === 1 && row % 40 !== 0 ? 'winner' : 'hello')),
      rarely: rows((row) => (row % 20 === 0 ? 'x' : null)),
    }
    const columns = Object.entries(strong).map(([name, cells]) => ({ name, cells }))
    expect(leaksAmong(columns, binary)).toEqual([])
  })

  test('almost always one class: guessing it is no code', () => {
    const values = Uint8Array.from(rows((row) => (row % 50 === 0 ? 1 : 0)))
    expect(
      reasonOf(
        rows((row) => `g${row % 3}`),
        { ...binary, values },
      ),
    ).toBeUndefined()
  })

  test('rows without an answer do not count', () => {
    const known = Uint8Array.from(rows((row) => (row < 200 ? 1 : 0)))
    const cells = rows((row) => (row < 200 ? String(isSpam[row]) : 'x'))
    expect(reasonOf(cells, { ...binary, known })).toMatch(/answer away/)
  })
})

test('ordinal: the text names the class', () => {
  const grade = rows((row) => Math.floor(3 * random(row, 7)))
  const target: LeakTarget = {
    task: 'ordinal',
    names: ['low', 'medium', 'high'],
    width: 2,
    values: Uint8Array.from(grade.flatMap((step) => [step > 0 ? 1 : 0, step > 1 ? 1 : 0])),
  }
  const text = rows((row) => `report ${row}: risk is ${target.names[grade[row]!]!}`)
  expect(reasonOf(text, target)).toMatch(/^x names the answer in 100.0 %/)
})

describe('numbers', () => {
  test.each([
    ['the number itself', price.map((value) => value.toFixed(2)), /correlation 1.0000/],
    [
      'rounded to float32',
      price.map((value) => String(Math.fround(value))),
      /^x is price itself in 100.0 %/,
    ],
    [
      'in another currency',
      price.map((value) => `${(-1.1 * value + 3).toFixed(1)} €`),
      /correlation -1.0000/,
    ],
  ])('%s', (_, cells, reason) => {
    expect(reasonOf(cells, regression)).toMatch(reason)
  })

  test('not: a good predictor', () => {
    const near = price.map((value, row) => String(value + 5 * random(row, 5)))
    const tiers = price.map((value) => `tier ${String.fromCharCode(65 + Math.floor(value / 10))}`)
    expect(reasonOf(near, regression)).toBeUndefined()
    expect(reasonOf(tiers, regression)).toBeUndefined()
  })

  test('a product that has one price', () => {
    const values = Float32Array.from(rows((row) => price[row % 40]!))
    expect(
      reasonOf(
        rows((row) => `product ${row % 40}`),
        { ...regression, values },
      ),
    ).toBe('x has 40 values that come back, each with one price only.')
  })
})
