import { expect, test } from 'vitest'

import { compareOutputs } from '../evaluation/comparison.ts'
import { comparisonSchema } from '../evaluation/comparison-schema.ts'
import { randomLogits, randomTruth, sigmoidOf } from '../evaluation/testing/cases.ts'
import { comparisonboard } from './comparisonboard.ts'

const prevalence = [0.5, 0.3, 0.1]
const truth = randomTruth(300, prevalence, 1)
const model = (name: string, skill: number) => ({
  name,
  scores: sigmoidOf(randomLogits(truth, skill, 3)),
  thresholds: [0.5, 0.4, 0.3],
})
const compare = (rows: number) =>
  compareOutputs({
    metadata: { task: 'multi-label', labels: ['drama', 'comedy', 'western'], prevalence },
    truth: { rows, labels: 3, values: truth.values.subarray(0, rows * 3) },
    contenders: [model('base', 1), model('more', 1.02), model('worse', 0.3)].map((one) => ({
      ...one,
      scores: { rows, labels: 3, values: one.scores.values.subarray(0, rows * 3) },
    })),
    seed: 1,
  })

test('models side by side, and what the differences from the first are worth', () => {
  const comparison = compare(300)
  expect(comparisonSchema.parse(JSON.parse(JSON.stringify(comparison)))).toEqual(comparison)
  const board = comparisonboard({ ...comparison, data: 'films.csv' })
  expect(board).toMatchInlineSnapshot(`
    "       ROC-AUC    mAP   F1 macro   F1 micro   Hamming
    base      .765   .564       .477       .517      .269
    more      .769*  .568*      .483*      .524*     .267*
    worse     .585   .414       .327       .346      .343

    300 rows of films.csv, 3 labels. Best values have a star.
    more is better than base: +.004 ROC-AUC (95% interval +.003 to +.006).
    worse is worse than base: -.180 ROC-AUC (95% interval -.198 to -.161).

    more minus base              difference    95% interval
      ROC-AUC                         +.004  +.003 to +.006     better
      mAP                             +.004  +.002 to +.007     better
      F1 macro                        +.006   .000 to +.013  undecided
      F1 micro                        +.007   .000 to +.016  undecided
      Hamming (lower is better)       -.002   -.006 to .000  undecided

    worse minus base             difference    95% interval
      ROC-AUC                         -.180  -.198 to -.161  worse
      mAP                             -.150  -.182 to -.127  worse
      F1 macro                        -.150  -.186 to -.120  worse
      F1 micro                        -.170  -.208 to -.137  worse
      Hamming (lower is better)       +.074  +.059 to +.093  worse
    "
  `)
  for (const { difference } of comparison.models)
    for (const { low, high, verdict } of Object.values(difference ?? {}))
      expect(verdict === 'undecided').toBe(low! <= 0 && high! >= 0)
})

test('on nine rows nothing is claimed', () => {
  expect(comparisonboard({ ...compare(9), data: 'films.csv' })).toContain('\n9 rows say little: ')
  for (const { difference } of compare(9).models)
    for (const { verdict } of Object.values(difference ?? {})) expect(verdict).toBe('undecided')
})

test('a loss of any size is written by its digits', () => {
  const rows = 200
  const truth = Float32Array.from({ length: rows }, (_, row) => row / 1e5)
  const model = (name: string, error: number) => ({
    name,
    scores: { rows, labels: 1, values: truth.map((value, row) => value + error * (1 + (row % 2))) },
    thresholds: [],
  })
  const comparison = compareOutputs({
    metadata: { task: 'regression', labels: ['price'], prevalence: [1e-3] },
    truth: { rows, labels: 1, values: truth },
    contenders: [model('base', 0.0003), model('more', 0.0001)],
    seed: 1,
  })
  const board = comparisonboard({ ...comparison, data: 'films.csv' })
  expect(board).toMatch(/^base .*0\.00045/m)
  expect(board).toMatch(/^more .*0\.00015\*/m)
  expect(board).toMatch(/MAE \(lower is better\) +-0\.0003 +-0\.0003\d* to -0\.0002\d* +better/)
})
