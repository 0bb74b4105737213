import { readFileSync } from 'node:fs'

import { expect, test } from 'vitest'

import { fitLinearText } from './linear-text.ts'
import { fitTfidf } from './linear-text/tfidf.ts'

import type { LabelMatrix } from '../metrics/index.ts'

// Written by linear-text/testing/make_fixtures.py.
const stored = JSON.parse(
  readFileSync(new URL('linear-text/fixtures/scikit-learn.json', import.meta.url), 'utf8'),
) as {
  readonly train: string[]
  readonly test: string[]
  readonly truth: number[][]
  readonly features: number
  readonly scores: Record<string, number[][]>
}

const matrix = (rows: readonly (readonly number[])[]): LabelMatrix => ({
  rows: rows.length,
  labels: rows[0]!.length,
  values: Uint8Array.from(rows.flat()),
})

const truth = matrix(stored.truth)

test.each(Object.entries(stored.scores))('equals scikit-learn with C = %s', (c, expected) => {
  const fitted = fitLinearText(
    { texts: stored.train, targets: truth },
    { inverseRegularisation: [Number(c)] },
  )
  expect(fitted.features).toBe(stored.features)
  const { values } = fitted.scores({ texts: stored.test })
  const differences = expected.flat().map((score, cell) => Math.abs(score - values[cell]!))
  expect(Math.max(...differences)).toBeLessThan(1e-4)
})

test('C is chosen on validation rows, and starting from another C changes nothing', () => {
  const validation = { texts: stored.train, targets: truth }
  const grid = [0.01, 10]
  const chosen = fitLinearText(
    { texts: stored.train, targets: truth },
    { validation, inverseRegularisation: grid },
  )
  expect(chosen.inverseRegularisation).toBe(10)
  const direct = fitLinearText(
    { texts: stored.train, targets: truth },
    { inverseRegularisation: [10] },
  )
  const expected = direct.scores({ texts: stored.test }).values
  for (const [cell, score] of chosen.scores({ texts: stored.test }).values.entries())
    expect(Math.abs(score - expected[cell]!)).toBeLessThan(1e-4)
})

test('a missing text is an empty text, and the fit is repeatable', () => {
  const texts = stored.train.map((text) => (text === '' ? null : text))
  const first = fitLinearText({ texts, targets: truth }).scores({ texts: [null, ...stored.test] })
  const second = fitLinearText({ texts: stored.train, targets: truth }).scores({
    texts: ['', ...stored.test],
  })
  expect(first).toEqual(second)
})

test('labels with one class get their smoothed prior; no shared word is no error', () => {
  const labels = matrix([
    [0, 1, 1],
    [0, 1, 0],
    [0, 1, 0],
  ])
  const fitted = fitLinearText({ texts: ['one two', 'three', null], targets: labels })
  expect(fitted.features).toBe(0)
  const { values } = fitted.scores({ texts: ['one'] })
  expect(values[0]).toBeCloseTo(0.5 / 4, 12)
  expect(values[1]).toBeCloseTo(3.5 / 4, 12)
  expect(values[2]).toBeCloseTo(1 / 3, 5)
})

test('as many texts as labelled rows', () => {
  expect(() => fitLinearText({ texts: ['one'], targets: truth })).toThrow(
    expect.objectContaining({ code: 'metrics.shape-mismatch' }),
  )
})

test('a bound on features keeps the most frequent ones', () => {
  const texts = ['a b c', 'a b c', 'a b', 'a']
  const tokenise = (text: string): string[] => text.split(' ')
  const count = (maximumFeatures: number): number =>
    fitTfidf(texts, { tokenise, minimumTexts: 2, maximumFeatures }).features
  expect(count(100)).toBe(5)
  // a: 4 texts, b and "a b": 3 texts, c and "b c": 2 texts.
  expect([count(5), count(4), count(3), count(2), count(1)]).toEqual([5, 3, 3, 1, 1])
})
