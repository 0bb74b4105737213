import { describe, expect, test } from 'vitest'

import { planTarget } from './guess-task.ts'
import { classOf, parseTarget, strataOf } from './parse.ts'
import { outputWidth, scoreWidth } from './task.ts'

import type { TargetPlan } from './guess-task.ts'

const single = { kind: 'single' } as const
const times = (count: number, ...cells: (string | null)[]): (string | null)[] =>
  Array.from({ length: count }, () => cells).flat()
const plan = (cells: (string | null)[], wanted = {}): TargetPlan =>
  planTarget([cells], ['target'], { format: single, ...wanted })

describe('planTarget', () => {
  test('two values are binary; yes, 1 and true come second, else the rarer one', () => {
    expect(plan(times(3, 'yes', 'no'))).toMatchObject({ task: 'binary', classes: ['no', 'yes'] })
    expect(plan(times(3, '1', '1', '0')).classes).toEqual(['0', '1'])
    expect(plan(times(3, 'TRUE', 'False', null)).classes).toEqual(['False', 'TRUE'])
    expect(plan(times(3, '0', '0', '0.0', '1', '1.0', '1'))).toMatchObject({
      task: 'binary',
      classes: ['0', '1'],
    })
    expect(plan(times(3, 'ham', 'spam', 'ham')).classes).toEqual(['ham', 'spam'])
  })

  test('words are classes, spelt as most rows spell them', () => {
    const found = plan(times(3, 'rome', 'Paris', 'Rome', 'Oslo '))
    expect(found).toMatchObject({ task: 'multi-class', classes: ['Oslo', 'Paris', 'Rome'] })
  })

  test('a few whole numbers that come back are grades, from low to high', () => {
    const grades = times(10, '5', '3', '10', '1')
    expect(plan(grades)).toMatchObject({ task: 'ordinal', classes: ['1', '3', '5', '10'] })
    expect(plan(['5', '3', '10', '1'])).toMatchObject({ task: 'regression' })
  })

  test('other numbers are numbers, a few odd cells forgiven', () => {
    expect(plan([...times(25, '1.5', '2'), ...times(25, '3e2', '-7'), 'n/a', null])).toMatchObject({
      task: 'regression',
    })
    expect(plan(times(20, '1.5', '2.5', 'many'))).toMatchObject({ task: 'multi-class' })
  })

  test('words for a missing value are no class and no number', () => {
    expect(plan(times(5, 'yes', 'no', 'N/A', 'NaN'))).toMatchObject({
      task: 'binary',
      classes: ['no', 'yes'],
    })
    // Each of them differs, so that a share of junk does not make them classes.
    const prices = Array.from({ length: 170 }, (_, row) => `${100 + row}`)
    const junk = times(10, 'inf', 'N/A', 'nan')
    expect(plan([...prices, ...junk])).toMatchObject({ task: 'regression' })
    expect(plan([...prices, ...junk], { task: 'regression' }).task).toBe('regression')
  })

  test('several labels are several labels', () => {
    const format = { kind: 'delimited', delimiter: '|' } as const
    expect(planTarget([['a|b', 'c']], ['tags'], { format }).task).toBe('multi-label')
    expect(planTarget([['1'], ['0']], ['a', 'b'], { format: { kind: 'one-hot' } }).task).toBe(
      'multi-label',
    )
  })

  test('the user decides', () => {
    const grades = times(10, '5', '3', '10', '1')
    expect(plan(grades, { task: 'regression' })).toMatchObject({ task: 'regression' })
    expect(plan(grades, { task: 'multi-class' }).classes).toEqual(['1', '10', '3', '5'])
    const sizes = times(4, 'large', 'small', 'medium')
    expect(plan(sizes, { task: 'ordinal' }).classes).toEqual(['small', 'medium', 'large'])
    const classes = ['cold', 'mild', 'hot']
    const asked = plan(times(4, 'hot', 'cold', 'mild'), { task: 'ordinal', classes })
    expect(asked.classes).toEqual(classes)
    expect(plan(times(4, 'b', 'a'), { classes: ['b', 'a'] }).classes).toEqual(['b', 'a'])
  })

  test.each([
    ['target.one-class', times(3, 'a', null), {}],
    ['target.not-numbers', times(3, 'a', '1'), { task: 'regression' }],
    ['target.not-binary', times(3, 'a', 'b', 'c'), { task: 'binary' }],
    ['target.no-order', times(3, 'hot', 'cold', 'mild'), { task: 'ordinal' }],
    ['target.too-many-classes', Array.from({ length: 1001 }, (_, row) => `c${row}`), {}],
  ])('%s', (code, cells, wanted) => {
    expect(() => plan(cells, wanted)).toThrow(expect.objectContaining({ code }))
  })
})

describe('parseTarget', () => {
  const parse = (task: TargetPlan['task'], cells: (string | null)[], classes?: string[]) =>
    parseTarget([cells], { columns: ['target'], task, format: single, classes })

  test('classes: a one per row in its column', () => {
    const target = parse('multi-class', ['B', null, 'a', 'other'], ['a', 'b'])
    expect(Array.from(target.values)).toEqual([0, 1, 0, 0, 1, 0, 0, 0])
    expect(Array.from(target.known)).toEqual([1, 0, 1, 0])
    expect(target.warnings).toEqual([
      '1 of 4 rows have no class',
      '1 spellings were merged: B → b',
      '1 values are no class: other',
    ])
  })

  test('binary: one output, of the second class', () => {
    const target = parse('binary', ['no', 'yes', ''], ['no', 'yes'])
    expect([target.width, Array.from(target.values), Array.from(target.known)]).toEqual([
      1,
      [0, 1, 0],
      [1, 1, 0],
    ])
  })

  test('ordinal: an output per step that the class is above', () => {
    const target = parse('ordinal', ['low', 'high', 'mid'], ['low', 'mid', 'high'])
    expect(Array.from(target.values)).toEqual([0, 0, 1, 1, 1, 0])
    expect(
      [0, 1, 2].map((row) => classOf('ordinal', target.values.subarray(2 * row, 2 * row + 2))),
    ).toEqual([0, 2, 1])
  })

  test('numbers, and what is none', () => {
    const target = parse('regression', ['1.5', 'n/a', '-2e1', 'x'])
    expect(Array.from(target.values)).toEqual([1.5, 0, -20, 0])
    expect(Array.from(target.known)).toEqual([1, 0, 1, 0])
    expect(target.warnings).toContain('1 different cells are no numbers: x')
  })

  test('numbers are split by tenths', () => {
    const target = parse(
      'regression',
      Array.from({ length: 40 }, (_, row) => String((row * 7) % 40)),
    )
    const { labels, values } = strataOf(
      target,
      Int32Array.from({ length: 40 }, (_, row) => row),
    )
    const counts = Array.from({ length: labels }, (_, label) =>
      values.reduce((sum, value, index) => sum + (index % labels === label ? value : 0), 0),
    )
    expect(counts).toEqual(Array(10).fill(4))
  })
})

test('widths', () => {
  const names = ['a', 'b', 'c']
  expect(outputWidth('multi-class', names)).toBe(3)
  expect(outputWidth('binary', ['no', 'yes'])).toBe(1)
  expect(outputWidth('ordinal', names)).toBe(2)
  expect(outputWidth('regression', ['price'])).toBe(1)
  expect([scoreWidth('ordinal', names), scoreWidth('binary', ['no', 'yes'])]).toEqual([3, 1])
})
