import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { detectLabels } from './detect.ts'
import { parseLabels } from './labels.ts'
import { parseLiteral } from './literal.ts'

import type { LabelFormat } from './format.ts'

const pipe: LabelFormat = { kind: 'delimited', delimiter: '|' }
const rowsOf = ({ names, values }: { names: readonly string[]; values: Uint8Array }): string[][] =>
  Array.from({ length: values.length / names.length }, (_, row) =>
    names.filter((_name, index) => values[row * names.length + index] === 1),
  )

describe('formats', () => {
  const formats: [LabelFormat, string[]][] = [
    [pipe, ['War|Drama', 'Comedy', 'Drama | Comedy|']],
    [{ kind: 'delimited', delimiter: ';' }, ['War;Drama', 'Comedy', 'Drama; Comedy']],
    [{ kind: 'delimited', delimiter: ',' }, ['War, Drama', 'Comedy', 'Drama,Comedy']],
    [{ kind: 'json' }, ['["War","Drama"]', '["Comedy"]', '["Drama", "Comedy"]']],
    [{ kind: 'python' }, ["['War', 'Drama']", "['Comedy']", '(\'Drama\', u"Comedy",)']],
    [
      { kind: 'records', key: 'name' },
      [
        "[{'id': 1, 'name': 'War'}, {'name': 'Drama', 'x': None}]",
        '[{"id": 3, "name": "Comedy"}]',
        "[{'id': 2, 'name': 'Drama'}, {'id': 3, 'name': 'Comedy'}]",
      ],
    ],
  ]
  test.each(formats)('$kind is detected and read', (format, cells) => {
    const many = Array.from({ length: 10 }, () => cells).flat()
    expect(detectLabels(many)?.format).toEqual(format)
    const labels = parseLabels([cells], format)
    expect(labels.names).toEqual(['Comedy', 'Drama', 'War'])
    expect(rowsOf(labels)).toEqual([['Drama', 'War'], ['Comedy'], ['Comedy', 'Drama']])
    expect(labels.report).toMatchObject({ emptyRows: 0, unparsable: [], counts: [2, 2, 1] })
  })

  test('one label per row, and one column per label', () => {
    expect(rowsOf(parseLabels([['a|b', null, 'c']], { kind: 'single' }))).toEqual([
      ['a|b'],
      [],
      ['c'],
    ])
    const columns = [
      ['1', '0', 'yes'],
      ['0', '', 'TRUE'],
      ['0', null, '2'],
    ]
    const labels = parseLabels(columns, { kind: 'one-hot' }, { columnNames: ['b', 'a', 'never'] })
    expect(labels.names).toEqual(['a', 'b', 'never'])
    expect(rowsOf(labels)).toEqual([['b'], [], ['a', 'b']])
    expect(labels.report).toMatchObject({ unparsable: [2], emptyRows: 1, counts: [1, 2, 0] })
  })

  test('prose is not a list of labels', () => {
    const prose = Array.from({ length: 50 }, (_, row) => `A man, number ${row}, meets ${row * 7}`)
    expect(detectLabels(prose)).toBeUndefined()
    expect(detectLabels(['Drama', 'Comedy', 'Drama'])).toBeUndefined()
    expect(detectLabels([])).toBeUndefined()
  })
})

describe('odd labels', () => {
  test('spellings that differ in case, spaces or Unicode form become the most frequent one', () => {
    const { names, report } = parseLabels(
      [
        [
          'Film  Noir|caf\u00e9',
          'film noir',
          'Film Noir|cafe\u0301',
          'FILM NOIR',
          ' Film Noir ',
          'x',
        ],
      ],
      pipe,
    )
    expect(names).toEqual(['Film Noir', 'café', 'x'])
    expect(report.counts).toEqual([5, 2, 1])
    expect(report.merged).toEqual([
      { from: 'FILM NOIR', to: 'Film Noir', rows: 1 },
      { from: 'film noir', to: 'Film Noir', rows: 1 },
    ])
  })

  test('repeated labels, only separators and unreadable cells are counted', () => {
    const { report } = parseLabels([['a|a|A', '||', 'b', null]], pipe)
    expect(report).toMatchObject({ repeatedRows: 1, emptyRows: 2, rare: ['A', 'b'] })
    const lists = parseLabels([['["a"]', 'a]', '["b"]', '{"a":1}', 'null']], { kind: 'json' })
    expect(lists.report).toMatchObject({ unparsable: [1, 3], emptyRows: 3 })
  })

  test('names are sorted by code point', () => {
    expect(parseLabels([['\uffee|😀|b|Z|é']], pipe).names).toEqual(['Z', 'b', 'é', '\uffee', '😀'])
  })

  test('given names: order kept, unknown labels and labels without a row reported', () => {
    const labels = parseLabels([['Drama|drama|Opera', 'WAR']], pipe, {
      names: ['War', 'Drama', 'Comedy'],
    })
    expect(labels.names).toEqual(['War', 'Drama', 'Comedy'])
    expect(rowsOf(labels)).toEqual([['Drama'], ['War']])
    expect(labels.report.unknown).toEqual([{ name: 'Opera', rows: 1 }])
    expect(labels.report.warnings.join()).toMatch(/1 labels have no row: Comedy/)
    expect(parseLabels([[null, '']], pipe, { names: ['a'] }).report.emptyRows).toBe(2)
  })

  test('names of object members are labels like others', () => {
    const { names } = parseLabels([['__proto__|constructor', 'toString']], pipe)
    expect(names).toEqual(['__proto__', 'constructor', 'toString'])
    expect(parseLiteral('[constructor]')).toBeUndefined()
  })

  test.each([
    ['labels.all-empty', [null, '', '||']],
    ['labels.all-empty', []],
    ['labels.nothing-to-learn', ['a', 'a|a', ' A']],
  ] as const)('%s', (code, cells) => {
    expect(() => parseLabels([[...cells]], pipe)).toThrow(expect.objectContaining({ code }))
  })
})

test('Python and JSON literals', () => {
  expect(parseLiteral(String.raw`['It\'s', "\x41\u00e9\n", None, True, -1.5e3, [], ()]`)).toEqual([
    "It's",
    'Aé\n',
    null,
    true,
    -1500,
    [],
    [],
  ])
  for (const broken of [
    '',
    '[',
    "['a'",
    "['a' 'b']",
    '{1: }',
    "{'a': 1",
    'x y',
    '[1]]',
    "'\\",
    '['.repeat(99),
  ])
    expect(parseLiteral(broken)).toBeUndefined()
  fc.assert(
    fc.property(fc.array(fc.string()), (list) => {
      expect(parseLiteral(JSON.stringify(list))).toEqual(list)
    }),
  )
})

test('labels survive printing and parsing in every format', () => {
  const name = fc.string({ unit: fc.constantFrom(...Array.from('abcXYZ \'"\\é')), minLength: 1 })
  const label = name.map((text) => text.trim()).filter((text) => text !== '')
  const key = (text: string): string => text.toLowerCase().replace(/\s+/g, ' ')
  const table = fc.array(fc.uniqueArray(label, { selector: key, maxLength: 4 }), { minLength: 1 })
  const python = (text: string): string => `'${text.replace(/[\\']/g, String.raw`\$&`)}'`
  const printers: [LabelFormat, (labels: readonly string[]) => string][] = [
    [pipe, (labels) => labels.join('|')],
    [{ kind: 'json' }, (labels) => JSON.stringify(labels)],
    [{ kind: 'python' }, (labels) => `[${labels.map(python).join(', ')}]`],
    [
      { kind: 'records', key: 'name' },
      (labels) => `[${labels.map((text) => `{'id': 1, 'name': ${python(text)}}`).join(', ')}]`,
    ],
  ]
  fc.assert(
    fc.property(table, (rows) => {
      fc.pre(rows.flat().length > 0)
      const names = [...new Set(rows.flat().map((text) => text.replace(/\s+/g, ' ')))]
      for (const [format, print] of printers) {
        const labels = parseLabels([rows.map(print)], format, { names })
        expect(labels.report.unparsable).toEqual([])
        expect(rowsOf(labels).map((row) => row.map(key).sort())).toEqual(
          rows.map((row) => row.map(key).sort()),
        )
      }
    }),
    { seed: 3 },
  )
})
