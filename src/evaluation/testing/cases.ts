// Small made-up predictions: truth drawn at random, scores that know a little of it.
import { randomStream } from '../../base/rng.ts'

import type { LabelMatrix, ScoreMatrix } from '../../metrics/index.ts'

export const labelsOf = (rows: readonly (readonly number[])[]): LabelMatrix => ({
  rows: rows.length,
  labels: rows[0]!.length,
  values: Uint8Array.from(rows.flat()),
})

export const scoresOf = (rows: readonly (readonly number[])[]): ScoreMatrix => ({
  rows: rows.length,
  labels: rows[0]!.length,
  values: Float64Array.from(rows.flat()),
})

export const randomTruth = (
  rows: number,
  prevalence: readonly number[],
  seed: number,
): LabelMatrix => {
  const labels = prevalence.length
  const draws = randomStream(seed, 'truth').uniform(rows * labels)
  return {
    rows,
    labels,
    values: Uint8Array.from(draws, (draw, cell) => (draw < prevalence[cell % labels]! ? 1 : 0)),
  }
}

/** Logits of normal noise plus `skill` where the label is true. */
export const randomLogits = (truth: LabelMatrix, skill: number, seed: number): ScoreMatrix => {
  const noise = randomStream(seed, 'noise').normal(truth.values.length)
  return { ...truth, values: noise.map((value, cell) => value + skill * truth.values[cell]! - 1) }
}

export const sigmoidOf = (logits: ScoreMatrix): ScoreMatrix => ({
  ...logits,
  values: logits.values.map((logit) => 1 / (1 + Math.exp(-logit))),
})
