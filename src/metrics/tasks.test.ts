// Multi-class, regression, ordinal and temperature numbers equal scikit-learn 1.9.1 and scipy to 1e-12;
// testing/make_task_fixtures.py wrote the file.
import { readFileSync } from 'node:fs'

import { describe, expect, test } from 'vitest'

import {
  applyTemperature,
  argmaxClasses,
  confusionMatrix,
  expectedCalibrationError,
  fitTemperature,
  logLoss,
  multiClassRankingScores,
  multiClassScores,
  ordinalScores,
  perClassScores,
  regressionScores,
  residualQuantiles,
  topKAccuracy,
} from './index.ts'

import type { MultiClassScores, OrdinalScores, RegressionScores } from './index.ts'

/** A number, or "nan". */
type Stored = number | string

interface Fixture {
  readonly multiClass: readonly {
    readonly name: string
    readonly rows: number
    readonly classes: number
    readonly truth: number[]
    readonly scores: number[]
    readonly decisions: Record<keyof MultiClassScores, Stored>
    readonly confusion: number[]
    readonly roc_auc: Stored[]
    readonly roc_auc_weighted: Stored
    readonly average_precision: Stored[]
    readonly average_precision_macro: Stored
    readonly per_class: Record<'precision' | 'recall' | 'f1' | 'support', number[]>
    readonly log_loss: number
    readonly log_loss_float32: number
    readonly calibration_error: number
    readonly top_k?: number[]
  }[]
  readonly regression: readonly {
    readonly name: string
    readonly truth: number[]
    readonly predicted: number[]
    readonly scores: Record<keyof RegressionScores, Stored>
    readonly residuals: number[]
  }[]
  readonly ordinal: readonly {
    readonly name: string
    readonly truth: number[]
    readonly predicted: number[]
    readonly classes: number
    readonly scores: Record<keyof OrdinalScores, Stored>
  }[]
  readonly temperature: readonly {
    readonly truth: number[]
    readonly logits: number[]
    readonly classes: number
    readonly temperature: number
    readonly before: number
    readonly after: number
  }[]
}

const fixture = JSON.parse(
  readFileSync(new URL('fixtures/tasks.json', import.meta.url), 'utf8'),
) as Fixture

/** Relative tolerance, and absolute for numbers below 1 (differences of rounded numbers near 0); NaN is our null. */
const expectClose = (received: number | null, expected: Stored, tolerance = 1e-12): void => {
  if (typeof expected === 'string') expect(received).toBeNull()
  else
    expect(Math.abs(received! - expected)).toBeLessThanOrEqual(
      tolerance * Math.max(1, Math.abs(expected)),
    )
}

const expectScores = (
  received: Readonly<Record<string, number | null>>,
  expected: Readonly<Record<string, Stored>>,
): void => {
  expect(Object.keys(received).toSorted()).toEqual(Object.keys(expected).toSorted())
  for (const [name, value] of Object.entries(expected))
    expect.soft(received[name], name).toSatisfy((got: number | null) => {
      if (typeof value === 'string' || got === null) return value === 'nan' && got === null
      // Errors have the unit of the target and any size; what is 1 minus something is only as precise as 1.
      const slack = name.endsWith('error') ? 0 : 1e-15
      return Math.abs(got - value) <= Math.max(slack, 1e-12 * Math.abs(value))
    })
}

describe.each(fixture.multiClass)('multi-class: $name', (grid) => {
  const { rows, classes } = grid
  const truth = Int32Array.from(grid.truth)
  const scores = { rows, labels: classes, values: Float64Array.from(grid.scores) }
  const predicted = argmaxClasses(scores)

  test('decisions', () => {
    expectScores({ ...multiClassScores(truth, predicted, classes) }, grid.decisions)
    expect([...confusionMatrix(truth, predicted, classes).counts]).toEqual(grid.confusion)
    for (const [index, k] of [1, 2, 3, 9].entries())
      if (grid.top_k) expectClose(topKAccuracy(truth, scores, k), grid.top_k[index]!)
  })

  test('ranking and one line per class', () => {
    const ranking = multiClassRankingScores(truth, scores)
    const areas = grid.roc_auc.filter((area) => typeof area === 'number')
    expect(ranking.roc_auc_classes_used).toBe(areas.length)
    // Where scikit-learn's mean is NaN, ours is that of the classes that are defined.
    const mean = areas.reduce((sum, area) => sum + area, 0) / areas.length
    expectClose(ranking.roc_auc_macro, areas.length === 0 ? 'nan' : mean)
    expectClose(ranking.roc_auc_weighted, grid.roc_auc_weighted)
    expectClose(ranking.average_precision_macro, grid.average_precision_macro)
    const names = grid.roc_auc.map((_, index) => `class ${index}`)
    for (const [index, line] of perClassScores(truth, scores, { names }).entries()) {
      expect(line.name).toBe(names[index])
      for (const name of ['support', 'precision', 'recall', 'f1'] as const)
        expectClose(line[name], grid.per_class[name][index]!)
      expectClose(line.roc_auc, grid.roc_auc[index]!)
      // scikit-learn gives 0 for a class without rows.
      expectClose(
        line.average_precision,
        line.support === 0 ? 'nan' : grid.average_precision[index]!,
      )
    }
  })

  test('probabilities', () => {
    expectClose(logLoss(truth, scores), grid.log_loss)
    const narrow = { ...scores, values: Float32Array.from(scores.values) }
    expectClose(logLoss(truth, narrow), grid.log_loss_float32, 1e-6)
    expectClose(expectedCalibrationError(truth, scores), grid.calibration_error)
  })
})

test.each(fixture.regression)('regression: $name', (stored) => {
  const truth = Float64Array.from(stored.truth)
  const predicted = Float64Array.from(stored.predicted)
  expectScores({ ...regressionScores(truth, predicted) }, stored.scores)
  const largest = Math.max(...truth.map(Math.abs))
  for (const [index, value] of residualQuantiles(truth, predicted).entries())
    expect(Math.abs(value - stored.residuals[index]!)).toBeLessThanOrEqual(1e-14 * largest)
})

test.each(fixture.ordinal)('ordinal: $name', ({ truth, predicted, classes, scores }) => {
  const received = ordinalScores(Int32Array.from(truth), Int32Array.from(predicted), classes)
  expectScores({ ...received }, scores)
})

test.each(fixture.temperature)('temperature $temperature', (stored) => {
  const truth = Int32Array.from(stored.truth)
  const logits = {
    rows: truth.length,
    labels: stored.classes,
    values: Float64Array.from(stored.logits),
  }
  const fit = fitTemperature(truth, logits)
  expect(Math.abs(fit.temperature / stored.temperature - 1)).toBeLessThan(1e-10)
  expectClose(fit.lossBefore, stored.before)
  expectClose(fit.lossAfter, stored.after)
  expectClose(logLoss(truth, applyTemperature(logits, fit.temperature)), stored.after)
})
