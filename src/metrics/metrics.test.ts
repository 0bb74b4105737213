// What scikit-learn has no word on: errors, losses, per-label lines, thresholds, calibration at its limits, intervals.
import { describe, expect, test } from 'vitest'

import { randomStream } from '../base/rng.ts'
import {
  applyPlatt,
  averagePrecision,
  binaryCrossEntropy,
  binaryCrossEntropyFromLogits,
  bootstrapDifference,
  bootstrapInterval,
  brier,
  classificationScores,
  classificationStatistic,
  fBeta,
  fitPlatt,
  fitThresholds,
  labelCounts,
  labelPrevalence,
  labelSupport,
  matthews,
  perLabelScores,
  predictNothing,
  prevalenceScores,
  rankingScores,
  rankingStatistic,
  rocAuc,
  sharedThreshold,
  thresholdScores,
} from './index.ts'

import type { LabelMatrix, ScoreMatrix } from './index.ts'

const labels = (rows: readonly (readonly number[])[]): LabelMatrix => ({
  rows: rows.length,
  labels: rows[0]!.length,
  values: Uint8Array.from(rows.flat()),
})

const scores = (rows: readonly (readonly number[])[]): ScoreMatrix => ({
  rows: rows.length,
  labels: rows[0]!.length,
  values: Float64Array.from(rows.flat()),
})

const column = (values: readonly number[]): readonly number[][] => values.map((value) => [value])

describe('errors', () => {
  const truth = labels([
    [1, 0],
    [0, 1],
  ])
  const nothing = { rows: 0, labels: 2, values: new Uint8Array(0) }
  const half = scores([
    [0.5, 0.5],
    [0.5, 0.5],
  ])

  test.each([
    ['no rows', 'empty', () => classificationScores(nothing, nothing)],
    ['an empty column', 'empty', () => rocAuc([], [])],
    ['no rows to resample', 'empty', () => bootstrapInterval(0, () => 0, { seed: 1 })],
    ['another shape', 'shape-mismatch', () => classificationScores(truth, labels([[1, 0]]))],
    ['missing values', 'shape-mismatch', () => labelSupport({ ...truth, rows: 3 })],
    ['a short column', 'shape-mismatch', () => averagePrecision([1, 0], [1])],
    ['one threshold too few', 'shape-mismatch', () => thresholdScores(half, [0.5])],
    ['NaN', 'scores-not-finite', () => thresholdScores(scores([[0.5, NaN]]), 0.5)],
    ['infinity', 'scores-not-finite', () => rocAuc([0, 1], [0, Infinity])],
    ['label 2', 'labels-not-binary', () => labelSupport(labels([[0, 2]]))],
    [
      'a logit as probability',
      'not-probabilities',
      () => brier(labels([[0, 1]]), scores([[0, 2]])),
    ],
    ['a negative beta', 'option-invalid', () => fBeta(truth, truth, { beta: -1 })],
    ['level 95', 'option-invalid', () => bootstrapInterval(2, () => 0, { seed: 1, level: 95 })],
    ['no samples', 'option-invalid', () => bootstrapInterval(2, () => 0, { seed: 1, samples: 0 })],
  ])('%s', (_, reason, act) => {
    expect(act).toThrow(expect.objectContaining({ code: `metrics.${reason}` }))
  })

  test('the place of a bad score is named', () => {
    expect(() =>
      rankingScores(
        truth,
        scores([
          [0, 1],
          [NaN, 1],
        ]),
      ),
    ).toThrow('the score of row 2 (counted from 1), label 1 (counted from 1) is NaN')
  })
})

describe('counts and baselines', () => {
  const truth = labels([
    [1, 0, 1],
    [0, 0, 1],
    [0, 0, 1],
    [1, 0, 1],
  ])

  test('a score at the threshold is positive', () => {
    expect(thresholdScores(scores([[0.5, 0.4999, 0.6]]), 0.5).values).toEqual(
      Uint8Array.of(1, 0, 1),
    )
    expect(thresholdScores(scores([[0.5, 0.5]]), [0.6, 0.4]).values).toEqual(Uint8Array.of(0, 1))
  })

  test('support, prevalence and confusion counts', () => {
    expect(labelSupport(truth)).toEqual(Float64Array.of(2, 0, 4))
    expect(labelPrevalence(truth)).toEqual(Float64Array.of(0.5, 0, 1))
    expect(labelCounts(truth, predictNothing(4, 3))[0]).toEqual({
      truePositives: 0,
      falsePositives: 0,
      falseNegatives: 2,
      trueNegatives: 2,
    })
    expect(matthews(truth, truth)).toEqual(Float64Array.of(1, 0, 0))
  })

  test('predicting nothing has the density as Hamming loss, and F1 0', () => {
    const scored = classificationScores(truth, predictNothing(4, 3))
    expect(scored.hamming_loss).toBe(0.5)
    expect(scored.f1_macro + scored.f1_micro + scored.f1_weighted + scored.f1_samples).toBe(0)
  })

  test('training prevalence as score has ROC-AUC 0.5, and undefined labels are counted out', () => {
    const ranked = rankingScores(truth, prevalenceScores([0.4, 0.1, 0.9], 4))
    expect(ranked.roc_auc_macro).toBe(0.5)
    expect(ranked.roc_auc_labels_used).toBe(1)
    expect(rankingScores(labels([[1, 0]]), scores([[0.1, 0.2]])).roc_auc_macro).toBeNull()
  })

  test('per label, undefined scores are null', () => {
    const lines = perLabelScores(truth, prevalenceScores([0.5, 0.1, 1], 4), {
      names: ['Drama', 'Western', 'Comedy'],
      thresholds: [0.5, 0.5, 0.9],
    })
    expect(lines).toEqual([
      {
        name: 'Drama',
        support: 2,
        prevalence: 0.5,
        roc_auc: 0.5,
        average_precision: 0.5,
        precision: 0.5,
        recall: 1,
        f1: 2 / 3,
        threshold: 0.5,
      },
      {
        name: 'Western',
        support: 0,
        prevalence: 0,
        roc_auc: null,
        average_precision: null,
        precision: 0,
        recall: 0,
        f1: 0,
        threshold: 0.5,
      },
      {
        name: 'Comedy',
        support: 4,
        prevalence: 1,
        roc_auc: null,
        average_precision: 1,
        precision: 1,
        recall: 1,
        f1: 1,
        threshold: 0.9,
      },
    ])
  })
})

describe('losses', () => {
  test('cross entropy of logits equals that of probabilities', () => {
    const truth = labels([
      [1, 0],
      [0, 1],
    ])
    const logits = [-3, 0.25, 7, 1.5]
    const probabilities = logits.map((logit) => 1 / (1 + Math.exp(-logit)))
    const shape = { rows: 2, labels: 2 }
    const fromLogits = binaryCrossEntropyFromLogits(truth, {
      ...shape,
      values: Float64Array.from(logits),
    })
    const fromProbabilities = binaryCrossEntropy(truth, {
      ...shape,
      values: Float64Array.from(probabilities),
    })
    expect(fromLogits).toBeCloseTo(fromProbabilities, 13)
  })

  test('extreme logits and certain mistakes stay finite', () => {
    const truth = labels([[1, 0]])
    expect(binaryCrossEntropyFromLogits(truth, scores([[-1e4, 1e4]]))).toBe(1e4)
    expect(binaryCrossEntropyFromLogits(truth, scores([[1e4, -1e4]]))).toBe(0)
    expect(binaryCrossEntropy(truth, scores([[0, 1]]))).toBe(100)
    expect(binaryCrossEntropy(truth, scores([[1, 0]]))).toBe(0)
    expect(brier(truth, scores([[0.5, 1]]))).toBe(0.625)
  })
})

describe('thresholds', () => {
  const stream = randomStream(3, 'test')
  const rows = 60
  const truth: LabelMatrix = {
    rows,
    labels: 2,
    values: Uint8Array.from(stream.uniform(rows * 2), (u) => (u < 0.3 ? 1 : 0)),
  }
  const noisy: ScoreMatrix = {
    rows,
    labels: 2,
    values: Float64Array.from(
      stream.uniform(rows * 2, 1),
      (u, cell) => 0.7 * u + 0.3 * truth.values[cell]!,
    ),
  }

  test.each(['f1', 'matthews'] as const)('no other threshold has a better %s', (aim) => {
    const value = (thresholds: readonly number[], label: number): number => {
      const predicted = thresholdScores(noisy, thresholds)
      if (aim === 'matthews') return matthews(truth, predicted)[label]!
      return perLabelScores(truth, noisy, { names: ['a', 'b'], thresholds })[label]!.f1
    }
    const fitted = fitThresholds(truth, noisy, { aim })
    for (const label of [0, 1]) {
      const best = value(fitted, label)
      for (const score of noisy.values)
        expect(value([score, score], label)).toBeLessThanOrEqual(best)
    }
  })

  test('a threshold lies midway between the two scores it parts', () => {
    const twenty = column(Array.from({ length: 20 }, (_, row) => (row < 10 ? 0.2 : 0.6)))
    const last = column(Array.from({ length: 20 }, (_, row) => (row < 10 ? 0 : 1)))
    expect(fitThresholds(labels(last), scores(twenty))[0]).toBeCloseTo(0.4, 15)
  })

  test('neighbouring floating-point scores are still parted', () => {
    const low = 0.5
    const high = 0.5 + 2 ** -53
    const fitted = sharedThreshold(labels(column([0, 1])), scores(column([low, high])))
    expect(thresholdScores(scores(column([low, high])), fitted).values).toEqual(Uint8Array.of(0, 1))
  })

  test('few positive rows: drawn to the shared threshold; one class: the shared threshold', () => {
    const rows = Array.from({ length: 40 }, (_, row) => row)
    const rare = labels(rows.map((row) => [row >= 20 ? 1 : 0, row >= 38 ? 1 : 0, 0]))
    const ranked = scores(rows.map((row) => [row / 40, 0.8 * (row / 40), 0.1]))
    const shared = sharedThreshold(rare, ranked)
    const [common, few, none] = fitThresholds(rare, ranked)
    expect(common).toBe(19.5 / 40)
    expect(few).toBeCloseTo(0.2 * 0.8 * (37.5 / 40) + 0.8 * shared, 14)
    expect(none).toBe(shared)
  })

  test('nothing to learn from: the fallback', () => {
    const empty = predictNothing(3, 2)
    const any = scores([
      [0.1, 0.2],
      [0.3, 0.4],
      [0.5, 0.6],
    ])
    expect(fitThresholds(empty, any)).toEqual([0.5, 0.5])
    expect(fitThresholds(empty, any, { fallback: 0 })).toEqual([0, 0])
  })
})

describe('Platt calibration at its limits', () => {
  test('one class only: unchanged', () => {
    const any = scores(column([1, 2, 3]))
    expect(fitPlatt(labels(column([0, 0, 0])), any)).toEqual([{ slope: 1, intercept: 0 }])
    expect(fitPlatt(labels(column([1, 1, 1])), any)).toEqual([{ slope: 1, intercept: 0 }])
  })

  test('constant logits: the prior', () => {
    const logits = scores(column([7, 7, 7, 7]))
    const fits = fitPlatt(labels(column([1, 0, 0, 0])), logits)
    expect(applyPlatt(logits, fits).values[0]).toBeCloseTo(2 / 6, 12)
  })

  test('logits that rank backwards keep their order, at about the prior', () => {
    const logits = scores(column([4, 3, 2, 1, 0, -1]))
    const fits = fitPlatt(labels(column([0, 0, 0, 1, 1, 1])), logits)
    expect(fits[0]!.slope).toBeCloseTo(0.01, 12)
    const { values } = applyPlatt(logits, fits)
    expect([...values]).toEqual([...values].sort((a, b) => b - a))
    expect(values[0]).toBeCloseTo(0.5, 1)
  })

  test('huge, shifted and separable logits converge', () => {
    const logits = [1e6 - 2, 1e6 - 1, 1e6 + 1, 1e6 + 2]
    const [fit] = fitPlatt(labels(column([0, 0, 1, 1])), scores(column(logits)))
    const near = fitPlatt(labels(column([0, 0, 1, 1])), scores(column([-2, -1, 1, 2])))[0]!
    expect(fit!.slope).toBeCloseTo(near.slope, 6)
    expect(fit!.intercept + 1e6 * fit!.slope).toBeCloseTo(near.intercept, 6)
  })
})

describe('bootstrap', () => {
  const rows = 200
  const stream = randomStream(5, 'test')
  const truth: LabelMatrix = {
    rows,
    labels: 2,
    // The second label has one positive row: about 37 % of all resamples lose it.
    values: Uint8Array.from({ length: rows * 2 }, (_, cell) =>
      cell % 2 === 0 ? (cell >> 1) & 1 : cell === 9 ? 1 : 0,
    ),
  }
  const good: ScoreMatrix = {
    rows,
    labels: 2,
    values: Float64Array.from(
      stream.uniform(rows * 2),
      (u, cell) => 0.6 * u + 0.4 * truth.values[cell]!,
    ),
  }
  const bad: ScoreMatrix = { rows, labels: 2, values: stream.uniform(rows * 2, 1) }

  test('labels that lose a class do not make the interval undefined; same seed, same interval', () => {
    const statistic = rankingStatistic(truth, good, 'roc_auc_macro')
    const interval = bootstrapInterval(rows, statistic, { seed: 1, samples: 200 })
    expect(interval.samplesUsed).toBe(200)
    expect(interval.value).toBe(rankingScores(truth, good).roc_auc_macro)
    expect(interval.low!).toBeLessThan(interval.value!)
    expect(interval.high!).toBeGreaterThan(interval.value!)
    expect(bootstrapInterval(rows, statistic, { seed: 1, samples: 200 })).toEqual(interval)
    expect(bootstrapInterval(rows, statistic, { seed: 2, samples: 200 })).not.toEqual(interval)
  })

  test('the interval of a mean is that of its standard error', () => {
    const values = stream.normal(rows, 2)
    const mean = (counts: Uint32Array): number =>
      counts.reduce((sum, count, row) => sum + count * values[row]!, 0) / rows
    const { low, high } = bootstrapInterval(rows, mean, { seed: 1, samples: 4000 })
    const centre = mean(new Uint32Array(rows).fill(1))
    const deviation = Math.sqrt(values.reduce((sum, v) => sum + (v - centre) ** 2, 0) / rows)
    expect((high! - low!) / ((2 * 1.96 * deviation) / Math.sqrt(rows))).toBeCloseTo(1, 1)
  })

  test('a paired difference sees which model is better', () => {
    const pair = [good, bad].map((matrix) =>
      rankingStatistic(truth, matrix, 'average_precision_macro'),
    )
    const difference = bootstrapDifference(rows, [pair[0]!, pair[1]!], { seed: 1, samples: 200 })
    expect(difference.value!).toBeGreaterThan(0)
    expect(difference.shareAbove!).toBeGreaterThan(0.9)
  })

  test('a statistic that is never defined gives nulls', () => {
    const nothing = { seed: 1, samples: 10 }
    expect(bootstrapInterval(rows, () => NaN, nothing)).toMatchObject({
      value: null,
      low: null,
      high: null,
      samplesUsed: 0,
    })
    expect(bootstrapDifference(rows, [() => NaN, () => 0], nothing).shareAbove).toBeNull()
  })

  test('classification scores are resampled too', () => {
    const statistic = classificationStatistic(truth, thresholdScores(good, 0.5), 'f1_micro')
    const { low, value, high } = bootstrapInterval(rows, statistic, { seed: 1, samples: 100 })
    expect(low! < value! && value! < high!).toBe(true)
  })
})
