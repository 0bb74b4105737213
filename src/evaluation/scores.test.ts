import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import {
  binaryCrossEntropy,
  binaryCrossEntropyFromLogits,
  bootstrapDifference,
  bootstrapInterval,
  classificationScores,
  fitThresholds,
  labelPrevalence,
  perLabelScores,
  predictNothing,
  rankingScores,
  rankingStatistic,
  sharedThreshold,
  prevalenceScores,
  thresholdScores,
} from '../metrics/index.ts'
import { pickRows } from '../base/arrays.ts'
import { evaluationSchema } from './schema.ts'
import { evaluateScores } from './scores.ts'
import { labelsOf, randomLogits, randomTruth, scoresOf, sigmoidOf } from './testing/cases.ts'

import type { LabelMatrix } from '../metrics/index.ts'
import type { EvaluationInput } from './scores.ts'

const prevalence = [0.5, 0.3, 0.1]
const labels = ['drama', 'comedy', 'western']
const truth = randomTruth(300, prevalence, 1)
const validation = randomTruth(200, prevalence, 2)

const modelOf = (skill: number, seed: number) => ({
  scores: sigmoidOf(randomLogits(truth, skill, seed)),
  thresholds: fitThresholds(validation, sigmoidOf(randomLogits(validation, skill, seed + 100))),
})

const logits = randomLogits(truth, 2, 3)
const fused = modelOf(2, 3)
const poster = modelOf(0.5, 4)
const overview = modelOf(1.95, 3)
const input: EvaluationInput = {
  labels,
  truth,
  logits,
  ...fused,
  trainPrevalence: prevalence,
  linearText: modelOf(1, 5),
  ablation: {
    poster: { ...poster, inputs: ['poster'] },
    text: { ...overview, inputs: ['overview'] },
  },
  leaveOneOut: { poster: { ...overview, inputs: ['overview', 'table'] } },
  present: { poster: Uint8Array.from({ length: 300 }, (_, row) => (row % 3 === 0 ? 0 : 1)) },
  seed: 7,
}
const evaluation = evaluateScores(input)

describe('evaluateScores', () => {
  test('numbers are those of the metrics', () => {
    const { scores, thresholds } = fused
    expect(evaluation).toMatchObject({ schema: 1, task: 'multi-label', rows: 300, labels })
    expect(evaluation.loss).toBe(binaryCrossEntropy(truth, scores))
    expect(evaluation.loss_uncalibrated).toBe(binaryCrossEntropyFromLogits(truth, logits))
    expect(evaluation.ranking).toEqual(rankingScores(truth, scores))
    const atHalf = classificationScores(truth, thresholdScores(scores, 0.5))
    expect(evaluation.at_half).toEqual(atHalf)
    const tuned = classificationScores(truth, thresholdScores(scores, thresholds))
    expect(evaluation.tuned).toEqual(tuned)
    expect(evaluation.per_label).toEqual(
      perLabelScores(truth, scores, { names: labels, thresholds }),
    )
  })

  test('baselines are those of the metrics', () => {
    const { nothing, everything, prevalence: frequent, linear_text: text } = evaluation.baselines
    const { difference, ...none } = nothing
    expect(none).toEqual(classificationScores(truth, predictNothing(300, 3)))
    expect(difference.hamming_loss.value).toBeCloseTo(
      evaluation.at_half.hamming_loss - none.hamming_loss,
      12,
    )
    expect(difference.hamming_loss.verdict).toBe(
      difference.hamming_loss.high! < 0 ? 'first' : 'second',
    )
    const shares = [...labelPrevalence(truth)]
    expect(everything.recall_macro).toBe(1)
    expect(everything.f1_macro).toBeCloseTo(
      shares.reduce((sum, share) => sum + (2 * share) / (1 + share), 0) / 3,
      12,
    )
    const constant = prevalenceScores(prevalence, 300)
    expect(frequent.ranking).toEqual(rankingScores(truth, constant))
    expect(frequent.ranking.roc_auc_macro).toBe(0.5)
    expect(frequent.at_half).toEqual(classificationScores(truth, thresholdScores(constant, 0.5)))
    expect(text).toMatchObject({
      ranking: rankingScores(truth, input.linearText!.scores),
      ...classificationScores(
        truth,
        thresholdScores(input.linearText!.scores, input.linearText!.thresholds),
      ),
    })
  })

  test('the frequent-labels baseline predicts as many labels as sharedThreshold would', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 6 }),
        (counts) => {
          // Truth whose training prevalence is exactly counts / 20.
          const rows = Array.from({ length: 20 }, (_, row) =>
            counts.map((count) => (row < count ? 1 : 0)),
          )
          const train = labelsOf(rows)
          const trainPrevalence = counts.map((count) => count / 20)
          const constant = prevalenceScores(trainPrevalence, 20)
          const { baselines } = evaluateScores({
            labels: counts.map(String),
            truth: train,
            logits: constant,
            scores: constant,
            thresholds: counts.map(() => 0.5),
            trainPrevalence,
            seed: 0,
          })
          const shared = thresholdScores(constant, sharedThreshold(train, constant))
          expect(baselines.prevalence.f1_micro).toBeCloseTo(
            classificationScores(train, shared).f1_micro,
            12,
          )
        },
      ),
      { numRuns: 30 },
    )
  })

  test('differences are model minus branch, with the interval of a paired bootstrap', () => {
    const { difference, inputs } = evaluation.ablation['poster']!
    const direct = bootstrapDifference(
      300,
      [
        rankingStatistic(truth, fused.scores, 'average_precision_macro'),
        rankingStatistic(truth, poster.scores, 'average_precision_macro'),
      ],
      { seed: 7, samples: 1000 },
    )
    expect(difference.average_precision_macro).toEqual({
      value: direct.value,
      low: direct.low,
      high: direct.high,
      verdict: 'first',
    })
    expect(inputs).toEqual(['poster'])
    expect(evaluation.ablation['text']!.inputs).toEqual(['overview'])
  })

  test('what is left out is judged as what is seen alone', () => {
    const { inputs, ...left } = evaluation.leave_one_out['poster']!
    expect(inputs).toEqual(['overview', 'table'])
    expect({ ...left, inputs: ['overview'] }).toEqual(evaluation.ablation['text'])
  })

  test('rows that lack an input are scored as if there were no others', () => {
    const rows = Array.from({ length: 100 }, (_, index) => 3 * index)
    const some = { ...truth, rows: 100, values: pickRows(truth.values, rows, 3) }
    const values = rows.flatMap((row) => [...fused.scores.values.subarray(3 * row, 3 * row + 3)])
    const scores = { ...some, values: Float64Array.from(values) }
    const direct = bootstrapInterval(100, rankingStatistic(some, scores, 'roc_auc_macro'), {
      seed: 7,
    })
    expect(evaluation.patterns).toHaveLength(2)
    expect(evaluation.patterns[1]).toEqual({
      inputs: [],
      rows: 100,
      labels_used: 3,
      score: { value: direct.value, low: direct.low, high: direct.high },
    })
  })

  test('few rows that lack an input are counted, not scored', () => {
    const present = { poster: new Uint8Array(300).fill(1, 29) }
    const { patterns } = evaluateScores({ ...input, ablation: {}, leaveOneOut: {}, present })
    expect(patterns.map(({ rows, score }) => [rows, score === null])).toEqual([
      [271, false],
      [29, true],
    ])
  })

  test('intervals hold their value; a real gain is above 0 and a tiny one is narrow', () => {
    const own = evaluation.ranking_interval.roc_auc_macro
    expect(own.value).toBeCloseTo(evaluation.ranking.roc_auc_macro!, 12)
    expect(own.low).toBeLessThan(own.value!)
    expect(own.high).toBeGreaterThan(own.value!)
    expect(own.high! - own.low!).toBeLessThan(0.1)
    expect(evaluation.ablation['poster']!.difference.roc_auc_macro.low).toBeGreaterThan(0.05)
    const tiny = evaluation.ablation['text']!.difference.roc_auc_macro
    expect(tiny.high! - tiny.low!).toBeLessThan(0.02)
  })

  test('the same input gives the same evaluation, and JSON keeps all of it', () => {
    expect(evaluateScores(input)).toEqual(evaluation)
    expect(evaluationSchema.parse(JSON.parse(JSON.stringify(evaluation)))).toEqual(evaluation)
  })
})

const minimal = (truthRows: LabelMatrix, scores: EvaluationInput['scores']): EvaluationInput => ({
  labels: Array.from({ length: truthRows.labels }, (_, label) => `label ${label}`),
  truth: truthRows,
  logits: scores,
  scores,
  thresholds: Array.from({ length: truthRows.labels }, () => 0.5),
  trainPrevalence: Array.from({ length: truthRows.labels }, () => 0.25),
  seed: 0,
})

describe('edges', () => {
  test('a label that is never positive is null where it is undefined', () => {
    const never = labelsOf([
      [1, 0],
      [0, 0],
      [1, 0],
    ])
    const result = evaluateScores(
      minimal(
        never,
        scoresOf([
          [0.9, 0.1],
          [0.2, 0.3],
          [0.6, 0.7],
        ]),
      ),
    )
    expect(result.per_label[1]).toMatchObject({ support: 0, roc_auc: null, f1: 0 })
    expect(result.per_label[1]!.average_precision).toBeNull()
    expect(result.ranking.roc_auc_labels_used).toBe(1)
    expect(result.ranking.roc_auc_macro).toBe(1)
  })

  test('without text and ablation there is null and {}', () => {
    const result = evaluateScores(minimal(labelsOf([[1], [0]]), scoresOf([[0.9], [0.2]])))
    expect(result.baselines.linear_text).toBeNull()
    expect(result).toMatchObject({ ablation: {}, leave_one_out: {}, patterns: [] })
  })

  test('one row of one class: no area, no interval, no NaN', () => {
    const result = evaluateScores({
      ...minimal(labelsOf([[0]]), scoresOf([[0.2]])),
      ablation: { poster: { scores: scoresOf([[0.5]]), thresholds: [0.5], inputs: ['poster'] } },
    })
    const nothing = { value: null, low: null, high: null }
    expect(result.ranking.roc_auc_macro).toBeNull()
    expect(result.ranking_interval.roc_auc_macro).toEqual(nothing)
    expect(result.ablation['poster']!.difference.roc_auc_macro).toEqual({
      ...nothing,
      verdict: 'undecided',
    })
    expect(result.baselines.prevalence.f1_micro).toBe(0)
  })

  test('no rows are an error, not a score', () => {
    const empty = { rows: 0, labels: 1, values: new Uint8Array(0) }
    const scores = { rows: 0, labels: 1, values: new Float64Array(0) }
    expect(() => evaluateScores(minimal(empty, scores))).toThrow(
      expect.objectContaining({ code: 'metrics.empty' }) as Error,
    )
  })

  test('whatever the truth and the scores, the JSON is complete', () => {
    const cell = fc.record({
      label: fc.integer({ min: 0, max: 1 }),
      score: fc.oneof(fc.constantFrom(0, 0.5, 1), fc.double({ min: 0, max: 1, noNaN: true })),
    })
    const table = fc
      .tuple(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 4 }))
      .chain(([rows, width]) =>
        fc.array(fc.array(cell, { minLength: width, maxLength: width }), {
          minLength: rows,
          maxLength: rows,
        }),
      )
    fc.assert(
      fc.property(table, (cells) => {
        const drawn = scoresOf(cells.map((row) => row.map(({ score }) => score)))
        const one = minimal(labelsOf(cells.map((row) => row.map(({ label }) => label))), drawn)
        const result = evaluateScores({
          ...one,
          linearText: { scores: drawn, thresholds: one.thresholds },
          ablation: { poster: { scores: drawn, thresholds: one.thresholds, inputs: ['poster'] } },
          present: { poster: new Uint8Array(one.truth.rows).fill(1) },
        })
        expect(evaluationSchema.parse(JSON.parse(JSON.stringify(result)))).toEqual(result)
        const { low, high } = result.ablation['poster']!.difference.roc_auc_macro
        expect([low ?? 0, high ?? 0]).toEqual([0, 0])
        const against = result.baselines.linear_text!.difference
        expect(against.roc_auc_macro.verdict).toBe('undecided')
      }),
      { numRuns: 40 },
    )
  })
})
