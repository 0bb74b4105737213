import { describe, expect, test } from 'vitest'

import { randomStream } from '../../base/rng.ts'
import {
  describeTabular,
  encodeTabular,
  fieldRanges,
  fitTabular,
  tabularEncodingSchema,
  tabularFeatures,
} from './encoding.ts'

import type { Cells } from './cells.ts'
import type { TabularEncoding } from './encoding.ts'
import type { FieldKindName } from './field.ts'

const field = (kind: FieldKindName, cells: Cells, name = 'x') => ({
  name,
  column: name,
  kind,
  cells,
})
const fitOne = (kind: FieldKindName, cells: Cells): TabularEncoding =>
  fitTabular([field(kind, cells)])
/** Features of each cell by name. */
const read = (encoding: TabularEncoding, cells: Cells): readonly Record<string, number>[] => {
  const names = tabularFeatures(encoding)
  const { values } = encodeTabular(encoding, [cells])
  return cells.map((_, row) =>
    Object.fromEntries(names.map((name, index) => [name, values[row * names.length + index]!])),
  )
}
const times = (count: number, cell: (row: number) => string | null): Cells =>
  Array.from({ length: count }, (_, row) => cell(row))

describe('numbers', () => {
  const cells = times(801, (row) => String(row / 4 - 100))
  const encoding = fitOne('number', cells)

  test('are centred on the median, in units of the quartiles', () => {
    const [median, quartile] = read(encoding, ['0', '50'])
    expect(median!['x']).toBe(0)
    expect(quartile!['x']).toBeCloseTo(50 / (100 / 1.349), 5)
  })

  test('have bins that rise one after the other, of mean 0 over the training rows', () => {
    expect(tabularFeatures(encoding).slice(0, 3)).toEqual([
      'x',
      'x from -100 to -75',
      'x from -75 to -50',
    ])
    expect(encoding.width).toBe(9)
    const [low, between, high] = read(encoding, ['-100', '-62.5', '100'])
    const rises = Object.keys(low!).map(
      (name) => (between![name]! - low![name]!) / (high![name]! - low![name]!),
    )
    expect(rises.slice(1)).toEqual(
      [1, 0.5, 0, 0, 0, 0, 0, 0].map((rise) => expect.closeTo(rise, 5) as number),
    )
    const { values } = encodeTabular(encoding, [cells])
    for (let feature = 1; feature < 9; feature++)
      expect(cells.reduce((sum, _, row) => sum + values[row * 9 + feature]!, 0)).toBeCloseTo(0, 3)
  })

  test('an outlier at prediction stays in bounds', () => {
    const [far] = read(encoding, ['1e300'])
    const [edge] = read(encoding, ['100'])
    expect(far!['x']! - edge!['x']!).toBeCloseTo(0.5, 5)
    expect(Object.values(far!).slice(1)).toEqual(Object.values(edge!).slice(1))
  })

  test('no cell is NaN or infinite, however odd', () => {
    const odd = ['-1e308', '1e308', '1e-320', 'Infinity', 'NaN', null, '', 'x']
    for (const training of [odd, ['0', '1e-310', '1'], ['1e308', '-1e308', '0']]) {
      const { values } = encodeTabular(fitOne('number', training), [odd])
      expect(values.every(Number.isFinite)).toBe(true)
    }
  })

  test('missing ones are the median, with an indicator if the training rows had any', () => {
    expect(tabularFeatures(encoding)).not.toContain('x missing')
    expect(Object.values(read(encoding, ['n/a'])[0]!)).toEqual(new Array(9).fill(0))
    const withHoles = fitOne('number', [...cells, null, '?', '  '])
    expect(tabularFeatures(withHoles).at(-1)).toBe('x missing')
    const [missing, there] = read(withHoles, [null, '0'])
    expect([missing!['x'], missing!['x missing'], there!['x missing']]).toEqual([0, 1, 0])
  })

  test('what cannot be read is missing and reported', () => {
    const { present, unreadable } = encodeTabular(encoding, [['1', 'Infinity', null, 'many', '-']])
    expect([...present]).toEqual([1, 0, 0, 0, 0])
    expect(unreadable).toEqual([
      { row: 1, field: 'x', cell: 'Infinity' },
      { row: 3, field: 'x', cell: 'many' },
    ])
  })

  test('heavy tails get a logarithm, zero stays at one end', () => {
    const values = randomStream(1, 'tail').normal(1000)
    const money = times(1000, (row) =>
      row % 4 === 0 ? '0' : String(Math.exp(12 + 2 * values[row]!)),
    )
    const logarithmic = fitOne('number', money)
    expect(describeTabular(logarithmic)[0]).toMatch(/logarithmic/)
    const [zero, less, more] = read(logarithmic, ['0', '1e5', '1e6'])
    expect(zero!['x']).toBeLessThan(less!['x']!)
    expect(more!['x']! - less!['x']!).toBeLessThan(2)
    const normal = times(1000, (row) => String(values[row]!))
    expect(describeTabular(fitOne('number', normal))[0]).not.toMatch(/logarithmic/)
    const twoSided = times(1000, (row) => String(50 + Math.sinh(3 * values[row]!)))
    const [down, middle, up] = read(fitOne('number', twoSided), ['-1000', '50', '1100'])
    expect(down!['x']! + up!['x']!).toBeCloseTo(0, 1)
    expect(Math.abs(middle!['x']!)).toBeLessThan(0.1)
  })

  test('mostly one value: still scaled, by what spread there is', () => {
    const counts = times(1000, (row) => (row % 50 === 0 ? '3' : '0'))
    const [zero, three] = read(fitOne('number', counts), ['0', '3'])
    expect(zero!['x']).toBe(0)
    expect(three!['x']).toBeGreaterThan(1)
    expect(three!['x']).toBeLessThanOrEqual(6)
  })

  test('with a decimal comma', () => {
    const comma = fitOne('number', ['1,5', '2,5', '1.000,5'])
    expect(read(comma, ['2,5'])).toEqual(read(comma, ['2.5'.replace('.', ',')]))
    expect(read(comma, ['2,5'])[0]!['x']).toBe(0)
    expect(describeTabular(comma)[0]).toMatch(/decimal comma/)
  })
})

describe('categories', () => {
  const cells = [
    ...times(60, () => 'en'),
    ...times(30, (row) => (row < 20 ? 'Français' : ' français ')),
    ...times(8, (row) => `rare${row}`),
    ...times(2, () => null),
  ]
  const encoding = fitOne('category', cells)

  test('one feature per frequent level, others and missing', () => {
    expect(tabularFeatures(encoding)).toEqual(['x=en', 'x=Français', 'x=(other)', 'x missing'])
  })

  test('spellings of one level are one', () => {
    const decomposed = 'FRANÇAIS'.normalize('NFD')
    const { values, present } = encodeTabular(encoding, [
      ['en', decomposed, 'rare1', 'new', '', 'EN '],
    ])
    expect([...values]).toEqual(
      [
        [1, 0, 0, 0],
        [0, 1, 0, 0],
        [0, 0, 1, 0],
        [0, 0, 1, 0],
        [0, 0, 0, 1],
        [1, 0, 0, 0],
      ].flat(),
    )
    expect([...present]).toEqual([1, 1, 1, 1, 0, 1])
  })

  test('without rare levels in training an unseen one is all zeros', () => {
    const plain = fitOne(
      'category',
      times(100, (row) => (row % 2 === 0 ? 'a' : 'b')),
    )
    expect(tabularFeatures(plain)).toEqual(['x=a', 'x=b'])
    expect(read(plain, ['c'])).toEqual([{ 'x=a': 0, 'x=b': 0 }])
  })

  test('at most 64 levels, the most frequent', () => {
    const many = fitOne(
      'category',
      times(10_000, (row) => `level${Math.floor(Math.sqrt(row))}`),
    )
    expect(many.width).toBe(65)
    expect(tabularFeatures(many)[0]).toBe('x=level99')
  })

  test('ids are left out', () => {
    const ids = fitOne(
      'category',
      times(100, (row) => `id${row}`),
    )
    expect(ids.width).toBe(0)
    expect(describeTabular(ids)[0]).toBe(
      'x: left out: constant; none of the 100 values is in 2 training rows.',
    )
  })
})

test('booleans are -1 and 1, missing ones 0', () => {
  const encoding = fitOne('boolean', ['yes', 'No', 'TRUE', null, 'x'])
  expect(tabularFeatures(encoding)).toEqual(['x', 'x missing'])
  const { values, unreadable } = encodeTabular(encoding, [['t', 'f', '', 'perhaps']])
  expect([...values]).toEqual([1, 0, -1, 0, 0, 1, 0, 1])
  expect(unreadable).toEqual([{ row: 3, field: 'x', cell: 'perhaps' }])
})

test('a box that is ticked or empty: only the indicator', () => {
  const encoding = fitOne('boolean', ['yes', null, 'yes'])
  expect(tabularFeatures(encoding)).toEqual(['x missing'])
  expect(read(encoding, ['yes', null, 'no']).map((row) => row['x missing'])).toEqual([0, 1, 0])
})

describe('dates', () => {
  const day = (row: number): string => new Date(Date.UTC(1990, 0, 1 + 37 * row)).toISOString()

  test('year, month, weekday and day; no hour when there is none', () => {
    const encoding = fitOne(
      'date',
      times(900, (row) => day(row % 200).slice(0, 10)),
    )
    const names = tabularFeatures(encoding)
    expect(names.filter((name) => !name.includes('from'))).toEqual([
      'x year',
      'x month (sine)',
      'x month (cosine)',
      'x weekday (sine)',
      'x weekday (cosine)',
      'x day',
    ])
    const [monday, sunday] = read(encoding, ['2024-04-01', '2024-06-30'])
    expect(monday!['x month (sine)']).toBeCloseTo(1)
    expect(monday!['x weekday (sine)']).toBeCloseTo(0)
    expect(sunday!['x weekday (sine)']).toBeCloseTo(Math.sin((2 * Math.PI * 6) / 7))
    expect(monday!['x day']).toBeLessThan(-1.5)
  })

  test('parts that a cell lacks are 0, with an indicator', () => {
    const encoding = fitOne(
      'date',
      times(100, (row) => (row % 3 === 0 ? day(row).slice(0, 4) : day(row))),
    )
    const [year, all, none] = read(encoding, ['1999', '1999-04-01 18:00', 'soon'])
    expect(year).toMatchObject({ 'x month (sine)': 0, 'x month (cosine)': 0, 'x month missing': 1 })
    expect(all).toMatchObject({ 'x month missing': 0, 'x day missing': 0 })
    expect(Object.values(none!).every((value) => value === 0)).toBe(true)
  })

  test('hours only where times differ', () => {
    const encoding = fitOne(
      'date',
      times(100, (row) => `2020-01-0${1 + (row % 5)} 0${row % 9}:00`),
    )
    expect(tabularFeatures(encoding)).toContain('x hour (sine)')
    expect(tabularFeatures(encoding)).not.toContain('x month (sine)')
    expect(read(encoding, ['2020-01-01 06:00'])[0]!['x hour (sine)']).toBeCloseTo(1)
  })

  test('the order of day and month is fitted, and doubt is said', () => {
    const dayFirst = fitOne(
      'date',
      times(100, (row) => `${1 + (row % 28)}/${1 + (row % 12)}/2001`),
    )
    expect(dayFirst.fields[0]).toMatchObject({ order: 'day-first', notes: [] })
    const doubtful = fitOne(
      'date',
      times(100, (row) => `${1 + (row % 12)}/${1 + (row % 11)}/2001`),
    )
    expect(describeTabular(doubtful)[0]).toMatch(
      /"2\/1\/2001"|"\d+\/\d+\/2001" and the like were read with the month first/,
    )
  })
})

describe('a table', () => {
  const fields = [
    field(
      'number',
      times(900, (row) => (row % 10 === 0 ? null : String(row))),
      'runtime',
    ),
    field(
      'category',
      times(900, (row) => (row % 3 === 0 ? 'en' : 'fr')),
      'language',
    ),
    field(
      'number',
      times(900, () => '5'),
      'same',
    ),
    field(
      'boolean',
      times(900, (row) => (row % 2 === 0 ? 'True' : 'False')),
      'adult',
    ),
    field(
      'date',
      times(900, (row) => `19${10 + (row % 90)}`),
      'released',
    ),
  ]
  const encoding = fitTabular(fields)
  const cells = fields.map((each) => each.cells)

  test('is JSON and stays the same through it', () => {
    const again = tabularEncodingSchema.parse(JSON.parse(JSON.stringify(encoding)))
    expect(again).toEqual(encoding)
    expect(encodeTabular(again, cells)).toEqual(encodeTabular(encoding, cells))
    expect(fitTabular(fields)).toEqual(encoding)
  })

  test('names and places its features', () => {
    const ranges = fieldRanges(encoding)
    expect(ranges.map(({ name, start, end }) => [name, end - start])).toEqual([
      ['runtime', 10],
      ['language', 2],
      ['same', 0],
      ['adult', 1],
      ['released', 9],
    ])
    expect(ranges.at(-1)!.end).toBe(encoding.width)
    expect(tabularFeatures(encoding)).toHaveLength(encoding.width)
    expect(describeTabular(encoding)).toMatchInlineSnapshot(`
      [
        "runtime: a number (median 450, spread 333.21, with 8 bins for bends); missing in 10.0 %.",
        "language: one of 2 categories (fr, en).",
        "same: left out: constant.",
        "adult: yes or no (yes in 50.0 %).",
        "released: a date (year: median 1955, spread 33.358, with 8 bins for bends).",
      ]
    `)
  })

  test('encodes rows alike, one by one or together', () => {
    const { values, present } = encodeTabular(encoding, cells)
    const row = 10
    const alone = encodeTabular(
      encoding,
      cells.map((column) => [column[row]!]),
    )
    expect(alone.values).toEqual(values.slice(row * encoding.width, (row + 1) * encoding.width))
    expect(present.every((flag) => flag === 1)).toBe(true)
  })

  test('a row without any value is not present; a constant field does not count', () => {
    const { present } = encodeTabular(encoding, [
      [null, null],
      [null, 'xx'],
      ['5', null],
      ['', null],
      ['?', null],
    ])
    expect([...present]).toEqual([0, 1])
  })

  test('no rows', () => {
    expect(encodeTabular(encoding, [[], [], [], [], []]).values).toHaveLength(0)
    expect(fitTabular(fields.map((each) => ({ ...each, cells: [] }))).width).toBe(0)
  })

  test('a million cells take well under a few seconds', () => {
    const rows = 100_000
    const stream = randomStream(3, 'speed').uniform(rows)
    const long = [
      times(rows, (row) => String(stream[row]! * 1000)),
      times(rows, (row) => (row % 3 === 0 ? 'en' : 'fr')),
      times(rows, () => '5'),
      times(rows, (row) => (row % 2 === 0 ? 'True' : 'False')),
      times(rows, (row) => `19${10 + (row % 90)}`),
    ]
    const start = performance.now()
    encodeTabular(encoding, long)
    expect(performance.now() - start).toBeLessThan(3000)
  })
})
