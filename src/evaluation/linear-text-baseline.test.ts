import { describe, expect, test } from 'vitest'

import { fitThresholds } from '../metrics/index.ts'
import { asLabels } from '../model/stored-targets.ts'
import { describeLinearText, linearTextBaseline } from './linear-text-baseline.ts'
import { fitLinearText } from './linear-text.ts'
import { startLinearText } from './start-linear-text.ts'
import { labelsOf } from './testing/cases.ts'

import type { SplitTexts } from './linear-text-baseline.ts'

/** The word decides the label; a third of the words says nothing. */
const part = (rows: number) => {
  const words = ['horse', 'laugh', 'and']
  const kinds = Array.from({ length: rows }, (_, row) => row % 3)
  return {
    texts: kinds.map((kind, row) => (row % 10 === 9 ? null : `a ${words[kind]!} and ${row % 5}`)),
    targets: labelsOf(kinds.map((kind) => [kind === 0 ? 1 : 0, kind === 1 ? 1 : 0])),
  }
}

const split: SplitTexts = { train: part(60), validation: part(30), test: part(12) }

describe('linearTextBaseline', () => {
  test('C and thresholds come from validation rows', () => {
    const baseline = linearTextBaseline(split)!
    const fitted = fitLinearText(split.train, {
      validation: split.validation,
    })
    expect(baseline.inverseRegularisation).toBe(fitted.inverseRegularisation)
    expect(baseline.test).toEqual(fitted.scores(split.test))
    expect(baseline.validation).toEqual(fitted.scores(split.validation))
    expect(baseline.thresholds).toEqual(
      fitThresholds(asLabels(split.validation.targets), baseline.validation),
    )
  })

  test('too many training texts are a repeatable sample', () => {
    const options = { seed: 3, maximumTexts: 40 }
    const sampled = linearTextBaseline(split, options)
    expect(linearTextBaseline(split, options)).toEqual(sampled)
    expect(linearTextBaseline(split, { ...options, seed: 4 })).not.toEqual(sampled)
    expect(sampled).not.toEqual(linearTextBaseline(split))
  })

  test('it is skipped without texts, without rows and with too many labels', () => {
    const missing = { ...split.train, texts: split.train.texts.map(() => null) }
    expect(linearTextBaseline({ ...split, train: missing })).toBeNull()
    expect(linearTextBaseline({ ...split, test: { texts: [] } })).toBeNull()
    expect(linearTextBaseline(split, { maximumLabels: 1 })).toBeNull()
  })
})

describe('startLinearText', () => {
  test('gives in a thread what the function gives here', async () => {
    expect(await startLinearText(split, { seed: 1 })).toEqual(linearTextBaseline(split))
    expect(await startLinearText({ ...split, test: { texts: [] } })).toBeNull()
  })

  test('can be stopped', async () => {
    const stop = new AbortController()
    const started = startLinearText(split, { signal: stop.signal })
    stop.abort(new Error('enough'))
    await expect(started).rejects.toThrow('enough')
    await expect(startLinearText(split, { signal: stop.signal })).rejects.toThrow('enough')
  })

  test('an error in the thread arrives here', async () => {
    const torn = { ...split, train: { ...split.train, texts: ['a word'] } }
    await expect(startLinearText(torn)).rejects.toThrow('the number of texts')
  })
})

test('a sample is told as such', () => {
  expect(describeLinearText(100_000, 300)).toEqual([])
  expect(describeLinearText(800_000, 300)).toEqual([
    'The linear baseline learns from 100000 of the 800000 training rows, drawn at random.',
  ])
})

test('too many labels are told, and nothing of a sample that is not drawn', () => {
  expect(describeLinearText(800_000, 301)).toEqual([
    'There is no linear baseline: it has at most 300 labels, because it takes a regression for each, and these are 301.',
  ])
})
