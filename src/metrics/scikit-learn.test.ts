// Every number equals scikit-learn 1.9.1 to 1e-12; testing/make_fixtures.py wrote the file.
import { readFileSync } from 'node:fs'

import { describe, expect, test } from 'vitest'

import {
  averagePrecision,
  classificationScores,
  coverageError,
  fBeta,
  fitPlatt,
  jaccard,
  labelColumn,
  labelRankingAveragePrecision,
  labelRankingLoss,
  matthews,
  precisionRecallCurve,
  rankingScores,
  rocAuc,
  rocCurve,
  scoreColumn,
  thresholdScores,
} from './index.ts'

import type { Averages, ClassificationScores } from './index.ts'

/** A number, or "nan" or "inf". */
type Stored = number | string
type StoredAverages = Record<keyof Averages, Stored>
type StoredCurve = Record<string, Stored[]>

interface StoredZero {
  readonly precision: StoredAverages
  readonly recall: StoredAverages
  readonly f1: StoredAverages
  readonly f2: StoredAverages
  readonly f_half: StoredAverages
  readonly jaccard?: StoredAverages
}

interface Fixture {
  readonly grids: readonly {
    readonly name: string
    readonly rows: number
    readonly labels: number
    readonly truth: number[]
    readonly scores: number[]
    readonly classification: {
      readonly hamming_loss: number
      readonly subset_accuracy: number
      readonly label_accuracy: number
      readonly zero: StoredZero
      readonly one: StoredZero
      readonly nan: StoredZero
      readonly matthews: Stored[]
    }
    readonly ranking: {
      readonly roc_auc: Record<'macro' | 'micro' | 'weighted', Stored>
      readonly average_precision: Record<'macro' | 'micro' | 'weighted', Stored>
      readonly roc_auc_per_label: Stored[]
      readonly average_precision_per_label: Stored[]
      readonly label_ranking_average_precision: Stored
      readonly coverage_error: Stored
      readonly label_ranking_loss: Stored
    }
  }[]
  readonly columns: readonly {
    readonly truth: number[]
    readonly scores: number[]
    readonly roc_auc: Stored
    readonly average_precision: Stored
    readonly roc_curve: StoredCurve
    readonly roc_curve_full: StoredCurve
    readonly precision_recall_curve: StoredCurve
  }[]
  readonly platt: readonly {
    readonly truth: number[]
    readonly logits: number[]
    readonly slope: number
    readonly intercept: number
  }[]
}

const fixture = JSON.parse(
  readFileSync(new URL('fixtures/scikit-learn.json', import.meta.url), 'utf8'),
) as Fixture

const number = (stored: Stored): number =>
  typeof stored === 'number' ? stored : stored === 'nan' ? NaN : Infinity

const expectClose = (received: ArrayLike<number>, expected: ArrayLike<Stored>): void => {
  expect(received.length).toBe(expected.length)
  for (let index = 0; index < expected.length; index++) {
    const wanted = number(expected[index]!)
    const got = received[index]!
    if (Number.isFinite(wanted) && Math.abs(got - wanted) <= 1e-12) continue
    expect(got, `value ${index}`).toBe(wanted)
  }
}

const averagesOf = (
  scores: ClassificationScores,
  name: 'precision' | 'recall' | 'f1',
): Averages => ({
  macro: scores[`${name}_macro`],
  micro: scores[`${name}_micro`],
  weighted: scores[`${name}_weighted`],
  samples: scores[`${name}_samples`],
})

const expectAverages = (received: Averages, expected: StoredAverages): void => {
  const { macro, micro, weighted, samples } = received
  expectClose(
    [macro, micro, weighted, samples],
    [expected.macro, expected.micro, expected.weighted, expected.samples],
  )
}

describe.each(fixture.grids)('$name', (grid) => {
  const shape = { rows: grid.rows, labels: grid.labels }
  const truth = { ...shape, values: Uint8Array.from(grid.truth) }
  const scores = { ...shape, values: Float64Array.from(grid.scores) }
  const predicted = thresholdScores(scores, 0.5)

  test('classification', () => {
    const expected = grid.classification
    const scored = classificationScores(truth, predicted)
    expectClose(
      [scored.hamming_loss, scored.subset_accuracy, scored.label_accuracy],
      [expected.hamming_loss, expected.subset_accuracy, expected.label_accuracy],
    )
    expectClose(matthews(truth, predicted), expected.matthews)
    for (const [zeroDivision, wanted] of [
      [0, expected.zero],
      [1, expected.one],
      [NaN, expected.nan],
    ] as const) {
      const options = { zeroDivision }
      const got = classificationScores(truth, predicted, options)
      for (const name of ['precision', 'recall', 'f1'] as const)
        expectAverages(averagesOf(got, name), wanted[name])
      expectAverages(fBeta(truth, predicted, { ...options, beta: 2 }), wanted.f2)
      expectAverages(fBeta(truth, predicted, { ...options, beta: 0.5 }), wanted.f_half)
      if (wanted.jaccard !== undefined)
        expectAverages(jaccard(truth, predicted, options), wanted.jaccard)
    }
  })

  test('ranking', () => {
    const expected = grid.ranking
    const columns = Array.from({ length: grid.labels }, (_, label) => label)
    const areas = columns.map((label) =>
      rocAuc(labelColumn(truth, label), scoreColumn(scores, label)),
    )
    expectClose(areas, expected.roc_auc_per_label)
    expectClose(
      columns.map((label) =>
        averagePrecision(labelColumn(truth, label), scoreColumn(scores, label)),
      ),
      expected.average_precision_per_label,
    )
    const scored = rankingScores(truth, scores)
    expect(scored.roc_auc_labels_used).toBe(areas.filter((area) => !Number.isNaN(area)).length)
    expectClose(
      [scored.average_precision_macro, scored.average_precision_micro],
      [expected.average_precision.macro, expected.average_precision.micro],
    )
    expectClose([scored.roc_auc_micro ?? NaN], [expected.roc_auc.micro])
    // Where scikit-learn's averages are NaN, ours are the mean over the labels that are defined.
    if (expected.roc_auc.macro !== 'nan')
      expectClose([scored.roc_auc_macro ?? NaN], [expected.roc_auc.macro])
    if (expected.roc_auc.weighted !== 'nan')
      expectClose([scored.roc_auc_weighted ?? 0], [expected.roc_auc.weighted])
    expectClose(
      [
        labelRankingAveragePrecision(truth, scores),
        coverageError(truth, scores),
        labelRankingLoss(truth, scores),
      ],
      [
        expected.label_ranking_average_precision,
        expected.coverage_error,
        expected.label_ranking_loss,
      ],
    )
  })
})

test.each(fixture.columns)('curves of $truth', (column) => {
  const { truth, scores } = column
  expectClose(
    [rocAuc(truth, scores), averagePrecision(truth, scores)],
    [column.roc_auc, column.average_precision],
  )
  for (const [curve, wanted] of [
    [rocCurve(truth, scores), column.roc_curve],
    [rocCurve(truth, scores, { dropCollinear: false }), column.roc_curve_full],
  ] as const) {
    expectClose(curve.falsePositiveRate, wanted['false']!)
    expectClose(curve.truePositiveRate, wanted['true']!)
    expectClose(curve.thresholds, wanted['thresholds']!)
  }
  const curve = precisionRecallCurve(truth, scores)
  expectClose(curve.precision, column.precision_recall_curve['precision']!)
  expectClose(curve.recall, column.precision_recall_curve['recall']!)
  expectClose(curve.thresholds, column.precision_recall_curve['thresholds']!)
})

test.each(fixture.platt)('Platt calibration with slope $slope', (stored) => {
  const shape = { rows: stored.truth.length, labels: 1 }
  const [fit] = fitPlatt(
    { ...shape, values: Uint8Array.from(stored.truth) },
    { ...shape, values: Float64Array.from(stored.logits) },
  )
  expect(Math.abs(fit!.slope / stored.slope - 1)).toBeLessThan(1e-8)
  expect(Math.abs(fit!.intercept - stored.intercept)).toBeLessThan(1e-8)
})
