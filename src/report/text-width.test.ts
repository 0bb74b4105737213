import { describe, expect, test } from 'vitest'

import { share, signed } from './numbers.ts'
import { displayWidth, padLeft, printable, shorten, wrap } from './text-width.ts'

test.each([
  ['Drama', 5],
  ['恋愛', 4],
  ['드라마', 6],
  ['ｶﾅ', 2],
  ['Ａ', 2],
  ['Cafe\u0301', 4],
  ['👩‍🚀', 2],
  ['🇫🇷', 2],
  ['❤️', 2],
  ['3', 1],
  ['a\u200bb', 2],
  ['ไทย', 3],
])('%s takes %i cells', (text, cells) => {
  expect(displayWidth(text)).toBe(cells)
})

describe('text in columns', () => {
  test('is cut between characters as people see them', () => {
    expect(shorten('恋愛映画', 8)).toBe('恋愛映画')
    expect(shorten('恋愛映画', 6)).toBe('恋愛…')
    expect(shorten('a👩‍🚀b', 2)).toBe('a…')
    expect(padLeft('恋', 4)).toBe('  恋')
  })

  test('cannot steer the terminal', () => {
    expect(printable('a\u001b[2J\nb\u202Ec\u2028')).toBe('a\uFFFD[2J\uFFFDb\uFFFDc\uFFFD')
    expect(printable('👩‍🚀 é')).toBe('👩‍🚀 é')
  })

  test('is broken at spaces, and a long word keeps its line', () => {
    expect(wrap('one two three', 8)).toEqual(['one two', '  three'])
    expect(wrap('incomprehensible', 8)).toEqual(['incomprehensible'])
  })
})

test('scores have no leading zero and no negative zero', () => {
  expect([0.8432, 1, 0, -0.02, -0.0001, null].map((value) => share(value))).toEqual([
    '.843',
    '1.000',
    '.000',
    '-.020',
    '.000',
    '-',
  ])
  expect([0.02, -0.02, 0.0001, null].map((value) => signed(value))).toEqual([
    '+.020',
    '-.020',
    '.000',
    '-',
  ])
})
