// What scikit-learn has no word on for classes and numbers: errors, baselines, temperature at its limits, resampling,
// verdicts; and the invariances that hold for any rows.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { randomStream } from '../base/rng.ts'
import {
  applyTemperature,
  argmaxClasses,
  bootstrapInterval,
  classFrequencies,
  compareModels,
  confusionMatrix,
  expectedCalibrationError,
  fitTemperature,
  logLoss,
  logLossFromLogits,
  logLossOfRows,
  majorityClass,
  meanStatistic,
  meanTarget,
  medianClass,
  medianTarget,
  multiClassRankingScores,
  multiClassScores,
  multiClassStatistic,
  oneHot,
  ordinalScores,
  ordinalStatistic,
  perClassScores,
  prevalenceScores,
  rankingStatistic,
  regressionScores,
  regressionStatistic,
  residualQuantiles,
  rowsStatistic,
  topKAccuracy,
  topKHits,
} from './index.ts'

import type { ScoreMatrix, Statistic } from './index.ts'

const classes = (...values: number[]): Int32Array => Int32Array.from(values)
const numbers = (...values: number[]): Float64Array => Float64Array.from(values)
const scores = (rows: readonly (readonly number[])[]): ScoreMatrix => ({
  rows: rows.length,
  labels: rows[0]!.length,
  values: Float64Array.from(rows.flat()),
})

describe('errors', () => {
  const half = scores([
    [0.5, 0.5],
    [0.5, 0.5],
  ])

  test.each([
    ['no rows', 'empty', () => multiClassScores(classes(), classes(), 2)],
    ['no classes', 'empty', () => multiClassScores(classes(0), classes(0), 0)],
    ['no numbers', 'empty', () => regressionScores(numbers(), numbers())],
    ['nothing to learn from', 'empty', () => meanTarget(numbers())],
    ['half a class', 'option-invalid', () => confusionMatrix(classes(0), classes(0), 1.5)],
    ['class 2 of 2', 'class-out-of-range', () => multiClassScores(classes(2), classes(0), 2)],
    ['a negative class', 'class-out-of-range', () => ordinalScores(classes(0), classes(-1), 2)],
    ['a missing prediction', 'shape-mismatch', () => ordinalScores(classes(0, 1), classes(0), 2)],
    ['a missing row of scores', 'shape-mismatch', () => logLoss(classes(0, 1, 1), half)],
    ['a missing name', 'shape-mismatch', () => perClassScores(classes(0, 1), half, { names: [] })],
    ['logits', 'not-probabilities', () => logLoss(classes(0), scores([[2, -1]]))],
    ['NaN logit', 'scores-not-finite', () => fitTemperature(classes(0), scores([[NaN, 1]]))],
    ['NaN prediction', 'scores-not-finite', () => regressionScores(numbers(1), numbers(NaN))],
    ['NaN truth', 'target-not-finite', () => regressionScores(numbers(NaN), numbers(1))],
    ['an infinite target', 'target-not-finite', () => medianTarget(numbers(1, Infinity))],
    ['top 0', 'option-invalid', () => topKAccuracy(classes(0, 1), half, 0)],
    ['no bins', 'option-invalid', () => expectedCalibrationError(classes(0, 1), half, { bins: 0 })],
    ['quantile 5', 'option-invalid', () => residualQuantiles(numbers(1), numbers(1), [5])],
    ['temperature 0', 'option-invalid', () => applyTemperature(half, 0)],
  ])('%s', (_, reason, act) => {
    expect(act).toThrow(expect.objectContaining({ code: `metrics.${reason}` }))
  })

  test('the place of a bad class is named', () => {
    expect(() => oneHot(classes(0, 3), 3)).toThrow(
      'the class of row 2 (counted from 1) is 3, not a number from 0 to 2',
    )
  })
})

describe('baselines', () => {
  const train = classes(2, 0, 2, 3, 0, 3)

  test('classes: frequencies, the first most frequent, the lower middle', () => {
    const frequencies = classFrequencies(train, 4)
    expect(frequencies).toEqual(Float64Array.of(2 / 6, 0, 2 / 6, 2 / 6))
    expect(majorityClass(train, 4)).toBe(0)
    expect(medianClass(train, 4)).toBe(2)
    expect(medianClass(classes(0, 1, 4, 4), 5)).toBe(1)
    expect(multiClassRankingScores(train, prevalenceScores(frequencies, 6)).roc_auc_macro).toBe(0.5)
  })

  test('numbers: mean and median; the mean of a constant is that constant', () => {
    expect(meanTarget(numbers(1, 2, 6))).toBe(3)
    expect(medianTarget(numbers(6, 1, 2, 3))).toBe(2.5)
    expect(meanTarget(new Float64Array(7).fill(0.1))).toBe(0.1)
  })

  test('a constant target is seen as one where the mean is rounded', () => {
    const truth = new Float64Array(3).fill(0.1)
    expect(regressionScores(truth, numbers(0.1, 0.2, 0.1))).toMatchObject({ r2: 0, pearson: null })
    expect(regressionScores(truth, truth).r2).toBe(1)
  })
})

describe('temperature', () => {
  const logits = scores([
    [2, 0],
    [3, 1],
    [0, 1],
  ])

  test.each([
    ['no rows', classes(), { rows: 0, labels: 3, values: new Float64Array(0) }],
    ['one class in the truth', classes(0, 0, 0), logits],
    ['every row right', classes(0, 0, 1), logits],
    [
      'equal logits',
      classes(0, 1, 1),
      scores([
        [1, 1],
        [2, 2],
        [0, 0],
      ]),
    ],
    ['one class in the model', classes(0, 0), scores([[1], [2]])],
  ])('%s: 1', (_, truth, matrix) => {
    const fit = fitTemperature(truth, matrix)
    expect(fit.temperature).toBe(1)
    expect(fit.lossAfter).toBe(fit.lossBefore)
  })

  test('logits that mislead get the upper bound, cosines and very small logits the lower one at most', () => {
    expect(fitTemperature(classes(1, 1, 0), logits).temperature).toBe(100)
    const tiny = { ...logits, values: logits.values.map((logit) => logit * 1e-9) }
    expect(fitTemperature(classes(0, 1, 1), tiny).temperature).toBe(0.01)
  })

  test('huge logits neither overflow nor stall', () => {
    const huge = { ...logits, values: Float32Array.from(logits.values, (logit) => logit * 1e30) }
    const fit = fitTemperature(classes(0, 1, 1), huge)
    expect(fit.temperature).toBe(100)
    expect(fit.lossAfter!).toBeLessThan(fit.lossBefore!)
    expect([...applyTemperature(huge, 1).values.slice(0, 2)]).toEqual([1, 0])
  })

  test('nothing in the bounds is better', () => {
    const rows = fc.array(fc.tuple(fc.nat(2), fc.integer({ min: -40, max: 40 }), fc.nat(30)), {
      minLength: 1,
      maxLength: 20,
    })
    fc.assert(
      fc.property(rows, fc.double({ min: -2, max: 2, noNaN: true }), (drawn, exponent) => {
        const truth = Int32Array.from(drawn, ([actual]) => actual)
        const matrix = scores(drawn.map(([, first, second]) => [first / 8, second / 8, 1]))
        const { temperature, lossBefore, lossAfter } = fitTemperature(truth, matrix)
        expect(lossAfter!).toBeLessThanOrEqual(lossBefore! + 1e-12)
        expect(temperature).toBeGreaterThanOrEqual(0.01)
        expect(temperature).toBeLessThanOrEqual(100)
        const other = {
          ...matrix,
          values: Float64Array.from(matrix.values, (logit) => logit / 10 ** exponent),
        }
        // Without a wrong row or a second class the fit stays at 1 on purpose.
        if (temperature !== 1)
          expect(lossAfter!).toBeLessThanOrEqual(logLossFromLogits(truth, other) + 1e-12)
      }),
    )
  })
})

/** True class, predicted class and how often the row is drawn. */
const drawnRows = fc.array(
  fc.record({ truth: fc.nat(3), guess: fc.nat(3), count: fc.nat(3), number: fc.nat(9) }),
  { minLength: 1, maxLength: 15 },
)

describe('resampling', () => {
  test('counts are repeated rows: every score of a resample is that of its rows', () => {
    fc.assert(
      fc.property(drawnRows, (rows) => {
        const counts = Uint32Array.from(rows, ({ count }) => count)
        const kept = rows.flatMap((row) => Array.from({ length: row.count }, () => row))
        fc.pre(kept.length > 0)
        const column = (from: typeof rows, name: 'truth' | 'guess' | 'number'): Int32Array =>
          Int32Array.from(from, (row) => row[name])
        const same = (statistic: Statistic, expected: number | null): void => {
          const value = statistic(counts)
          if (expected === null) expect(value).toBeNaN()
          else expect(Math.abs(value - expected)).toBeLessThan(1e-12)
        }
        const truth = column(rows, 'truth')
        const guess = column(rows, 'guess')
        const decided = multiClassScores(column(kept, 'truth'), column(kept, 'guess'), 4)
        for (const [name, value] of Object.entries(decided) as [keyof typeof decided, number][])
          same(multiClassStatistic(truth, guess, { classes: 4, name }), value)
        const ordered = ordinalScores(column(kept, 'truth'), column(kept, 'guess'), 4)
        for (const [name, value] of Object.entries(ordered) as [keyof typeof ordered, number][])
          same(ordinalStatistic(truth, guess, { classes: 4, name }), value)
        const targets = Float64Array.from(truth)
        const guesses = Float64Array.from(column(rows, 'number'))
        const measured = regressionScores(
          Float64Array.from(column(kept, 'truth')),
          Float64Array.from(column(kept, 'number')),
        )
        for (const [name, value] of Object.entries(measured) as [keyof typeof measured, number][])
          if (name !== 'mean_absolute_percentage_error')
            same(regressionStatistic(targets, guesses, name), value)
        same(meanStatistic(truth), column(kept, 'truth').reduce((a, b) => a + b, 0) / kept.length)
        same(
          rowsStatistic((drawn) => drawn.length),
          kept.length,
        )
      }),
    )
  })

  test('ordinal Spearman is that of the class numbers; accuracy is that of classes', () => {
    fc.assert(
      fc.property(drawnRows, (rows) => {
        const truth = Int32Array.from(rows, (row) => row.truth)
        const guess = Int32Array.from(rows, (row) => row.guess)
        const ordered = ordinalScores(truth, guess, 4)
        const measured = regressionScores(Float64Array.from(truth), Float64Array.from(guess))
        if (measured.spearman === null) expect(ordered.spearman).toBeNull()
        else expect(ordered.spearman).toBeCloseTo(measured.spearman, 12)
        expect(ordered.mean_absolute_error).toBeCloseTo(measured.mean_absolute_error, 12)
        expect(ordered.accuracy).toBe(multiClassScores(truth, guess, 4).accuracy)
      }),
    )
  })

  test('the order of rows and the names of classes change nothing', () => {
    fc.assert(
      fc.property(drawnRows, fc.nat(), (rows, seed) => {
        const stream = randomStream(seed, 'test')
        const order = stream.permutation(rows.length, 1)
        const names = stream.permutation(4, 2)
        const renamed = (name: 'truth' | 'guess'): Int32Array =>
          Int32Array.from(order, (row) => names[rows[row]![name]]!)
        const plain = (name: 'truth' | 'guess'): Int32Array =>
          Int32Array.from(rows, (row) => row[name])
        const expected = Object.values(multiClassScores(plain('truth'), plain('guess'), 4))
        const received = Object.values(multiClassScores(renamed('truth'), renamed('guess'), 4))
        for (const [index, value] of (expected as (number | null)[]).entries())
          if (value === null) expect(received[index]).toBeNull()
          else expect(received[index]).toBeCloseTo(value, 12)
      }),
    )
  })
})

describe('comparison', () => {
  const rows = 1000
  const stream = randomStream(3, 'test')
  const truth = Int32Array.from(stream.uniform(rows), (u) => Math.floor(u * 6))
  const predictions = (noise: number, a: number): ScoreMatrix => {
    const drawn = stream.normal(rows * 6, a)
    return applyTemperature(
      {
        rows,
        labels: 6,
        values: drawn.map((z, cell) =>
          cell % 6 === truth[Math.floor(cell / 6)] ? 2 + noise * z : noise * z,
        ),
      },
      1,
    )
  }
  const good = predictions(1, 1)
  const bad = predictions(2, 2)
  const pair = (
    statistic: (matrix: ScoreMatrix, guess: Int32Array) => Statistic,
  ): [Statistic, Statistic] => [
    statistic(good, argmaxClasses(good)),
    statistic(bad, argmaxClasses(bad)),
  ]
  const targets = Float64Array.from(truth)

  test.each([
    [
      'macro ROC-AUC',
      'higher',
      pair((m) => rankingStatistic(oneHot(truth, 6), m, 'roc_auc_macro')),
    ],
    [
      'macro F1',
      'higher',
      pair((_, guess) => multiClassStatistic(truth, guess, { classes: 6, name: 'f1_macro' })),
    ],
    ['top 2', 'higher', pair((matrix) => meanStatistic(topKHits(truth, matrix, 2)))],
    ['log loss', 'lower', pair((matrix) => meanStatistic(logLossOfRows(truth, matrix)))],
    [
      'quadratic kappa',
      'higher',
      pair((_, guess) =>
        ordinalStatistic(truth, guess, { classes: 6, name: 'quadratic_weighted_kappa' }),
      ),
    ],
    [
      'mean absolute error',
      'lower',
      pair((_, guess) =>
        regressionStatistic(targets, Float64Array.from(guess), 'mean_absolute_error'),
      ),
    ],
    [
      'Spearman',
      'higher',
      pair((_, guess) => regressionStatistic(targets, Float64Array.from(guess), 'spearman')),
    ],
  ] as const)('%s: the better model wins, in far less than 5 seconds', (_, better, statistics) => {
    const start = performance.now()
    const comparison = compareModels(rows, statistics, { seed: 1, better })
    expect(performance.now() - start).toBeLessThan(5000)
    expect(comparison.verdict).toBe('first')
    expect(comparison.samplesUsed).toBe(1000)
    const reversed = [statistics[1], statistics[0]] as const
    expect(compareModels(rows, reversed, { seed: 1, samples: 100, better }).verdict).toBe('second')
  })

  test('equal models and a handful of rows get no verdict', () => {
    const accuracy = multiClassStatistic(truth, argmaxClasses(good), {
      classes: 6,
      name: 'accuracy',
    })
    const options = { seed: 1, samples: 100 }
    expect(compareModels(rows, [accuracy, accuracy], options)).toMatchObject({
      value: 0,
      verdict: 'undecided',
    })
    const [hit, miss] = [meanStatistic([1, 1]), meanStatistic([0, 0])]
    expect(compareModels(2, [hit, miss], options)).toMatchObject({ low: 1, verdict: 'undecided' })
    expect(compareModels(rows, [() => NaN, accuracy], options).verdict).toBe('undecided')
  })

  test('the interval of an accuracy is that of its standard error', () => {
    const hits = topKHits(truth, good, 1)
    const { value, low, high } = bootstrapInterval(rows, meanStatistic(hits), { seed: 1 })
    const width = 2 * 1.96 * Math.sqrt((value! * (1 - value!)) / rows)
    expect((high! - low!) / width).toBeCloseTo(1, 0)
  })
})
