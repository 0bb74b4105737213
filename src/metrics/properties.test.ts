// Invariances that catch most mistakes: order of rows and labels, scale of the scores, weights as repeated rows.
import fc from 'fast-check'
import { expect, test } from 'vitest'

import { randomStream } from '../base/rng.ts'
import {
  bootstrapInterval,
  classificationScores,
  classificationStatistic,
  f1Statistic,
  labelRankingAveragePrecision,
  labelRankingLoss,
  labelSupport,
  rankingScores,
  rankingStatistic,
  thresholdScores,
} from './index.ts'

import type { ClassificationScores, LabelMatrix, RankingScores, ScoreMatrix } from './index.ts'

interface Grid {
  readonly truth: LabelMatrix
  readonly scores: ScoreMatrix
}

/** Scores on a grid of eighths: many ties, and exact under the scalings below. */
const grids: fc.Arbitrary<Grid> = fc
  .tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 5 }))
  .chain(([rows, labels]) => {
    const size = { minLength: rows * labels, maxLength: rows * labels }
    return fc
      .tuple(
        fc.array(fc.integer({ min: 0, max: 1 }), size),
        fc.array(fc.integer({ min: 0, max: 8 }), size),
      )
      .map(([truth, eighths]) => ({
        truth: { rows, labels, values: Uint8Array.from(truth) },
        scores: { rows, labels, values: Float64Array.from(eighths, (value) => value / 8) },
      }))
  })

/** Cell (row, label) moves to (rowOrder[row], labelOrder[label]). */
const permuted = ({ truth, scores }: Grid, seed: number): Grid => {
  const { rows, labels } = truth
  const stream = randomStream(seed, 'test')
  const rowOrder = stream.permutation(rows, 1)
  const labelOrder = stream.permutation(labels, 2)
  const source = (cell: number): number =>
    rowOrder[Math.floor(cell / labels)]! * labels + labelOrder[cell % labels]!
  return {
    truth: { ...truth, values: truth.values.map((_, cell) => truth.values[source(cell)]!) },
    scores: {
      ...scores,
      values: Float64Array.from(scores.values, (_, cell) => scores.values[source(cell)]!),
    },
  }
}

const expectSame = (
  received: RankingScores | ClassificationScores,
  expected: RankingScores | ClassificationScores,
): void => {
  const values = Object.values<number | null>({ ...expected })
  for (const [index, got] of Object.values<number | null>({ ...received }).entries())
    if (values[index] === null) expect(got).toBeNull()
    else expect(Math.abs(got! - values[index]!)).toBeLessThan(1e-12)
}

test('the order of rows and of labels changes nothing', () => {
  fc.assert(
    fc.property(grids, fc.nat(), (grid, seed) => {
      const moved = permuted(grid, seed)
      expectSame(rankingScores(moved.truth, moved.scores), rankingScores(grid.truth, grid.scores))
      expectSame(
        classificationScores(moved.truth, thresholdScores(moved.scores, 0.5)),
        classificationScores(grid.truth, thresholdScores(grid.scores, 0.5)),
      )
    }),
  )
})

test('scaling and shifting scores leaves ranking scores equal to the bit', () => {
  fc.assert(
    fc.property(grids, ({ truth, scores }) => {
      const expected = [
        rankingScores(truth, scores),
        labelRankingAveragePrecision(truth, scores),
        labelRankingLoss(truth, scores),
      ]
      const changes: ((score: number) => number)[] = [
        (score) => score * 100,
        (score) => score * 1e-6,
        (score) => score - 10,
      ]
      for (const change of changes) {
        const changed = { ...scores, values: Float64Array.from(scores.values, change) }
        expect([
          rankingScores(truth, changed),
          labelRankingAveragePrecision(truth, changed),
          labelRankingLoss(truth, changed),
        ]).toEqual(expected)
      }
    }),
  )
})

test('every score lies in [0, 1] and is never NaN', () => {
  fc.assert(
    fc.property(grids, ({ truth, scores }) => {
      const all = {
        ...classificationScores(truth, thresholdScores(scores, 0.5)),
        ...rankingScores(truth, scores),
        roc_auc_labels_used: 0,
      }
      for (const value of Object.values<number | null>(all))
        expect(value === null || (value >= 0 && value <= 1)).toBe(true)
    }),
  )
})

test('counts of 1 give the plain score, counts of 0 remove a row, counts of 2 repeat it', () => {
  fc.assert(
    fc.property(grids, ({ truth, scores }) => {
      const { rows, labels } = truth
      const predicted = thresholdScores(scores, 0.5)
      const repeats = Uint32Array.from({ length: rows }, (_, row) => (row + 2) % 3)
      const kept = [...repeats].flatMap((count, row) => Array.from({ length: count }, () => row))
      const ones = new Uint32Array(rows).fill(1)
      const area = rankingStatistic(truth, scores, 'roc_auc_macro')
      expect(area(ones)).toBe(rankingScores(truth, scores).roc_auc_macro ?? NaN)
      if (kept.length === 0) return
      const pick = (values: ArrayLike<number>): number[] =>
        kept.flatMap((row) =>
          Array.from({ length: labels }, (_, label) => values[row * labels + label]!),
        )
      const shape = { rows: kept.length, labels }
      const keptTruth = { ...shape, values: Uint8Array.from(pick(truth.values)) }
      const keptScores = { ...shape, values: Float64Array.from(pick(scores.values)) }
      const precision = rankingStatistic(truth, scores, 'average_precision_macro')(repeats)
      const support = labelSupport(keptTruth).filter((count) => count > 0).length
      const expected =
        (rankingScores(keptTruth, keptScores).average_precision_macro * labels) / support
      if (support > 0) expect(Math.abs(precision - expected)).toBeLessThan(1e-12)
      else expect(precision).toBeNaN()
      expect(area(repeats)).toBe(rankingScores(keptTruth, keptScores).roc_auc_macro ?? NaN)
      for (const average of ['macro', 'micro'] as const)
        expect(f1Statistic(truth, predicted, average)(repeats)).toBeCloseTo(
          classificationStatistic(truth, predicted, `f1_${average}`)(repeats),
          12,
        )
      expect(classificationStatistic(truth, predicted, 'f1_macro')(repeats)).toBe(
        classificationScores(keptTruth, thresholdScores(keptScores, 0.5)).f1_macro,
      )
    }),
  )
})

test('1,000 resamples of 1,000 rows and 18 labels take far less than 5 seconds', () => {
  const shape = { rows: 1000, labels: 18 }
  const stream = randomStream(1, 'test')
  const truth = {
    ...shape,
    values: Uint8Array.from(stream.uniform(18_000), (u) => (u < 0.1 ? 1 : 0)),
  }
  const scores = { ...shape, values: stream.uniform(18_000, 1) }
  const start = performance.now()
  const interval = bootstrapInterval(1000, rankingStatistic(truth, scores, 'roc_auc_macro'), {
    seed: 1,
  })
  expect(performance.now() - start).toBeLessThan(5000)
  expect(interval.low!).toBeLessThan(0.5)
  expect(interval.high!).toBeGreaterThan(0.5)
})
