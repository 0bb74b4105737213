// Judging a finished model on stored rows: its scores, each input by itself, and the baselines, all on the same rows.
import { fitThresholds } from '../metrics/thresholds.ts'
import { scoreStored } from '../model/score-stored.ts'
import { evaluateScores } from './scores.ts'

import type { Split } from '../data/split/split.ts'
import type { Store } from '../data/store/open.ts'
import type { LabelMatrix } from '../metrics/matrix.ts'
import type { Scorer } from '../model/scorer.ts'
import type { LinearTextBaseline } from './linear-text-baseline.ts'
import type { Evaluation } from './schema.ts'
import type { AblationScores, ThresholdedScores } from './scores.ts'

export interface JudgeOptions {
  readonly store: Store
  readonly split: Split
  readonly linearText: LinearTextBaseline | null
  readonly seed: number
}

/** Rows with their labels. */
export const labelsOf = async (
  store: Store,
  rows: Int32Array,
  labels: number,
): Promise<LabelMatrix> => ({
  rows: rows.length,
  labels,
  values: (await store.read('labels', rows)).data as Uint8Array,
})

/** Scores of each input by itself: the model sees the others as missing. Thresholds come from validation rows. */
const ablationOf = async (
  scorer: Scorer,
  { store, split }: JudgeOptions,
  part: 'validation' | 'test',
): Promise<Record<string, AblationScores>> => {
  const { inputs, labels } = scorer.metadata
  if (inputs.length < 2) return {}
  const found: Record<string, AblationScores> = {}
  for (const { name } of inputs) {
    const validation = await scoreStored(scorer, store, split.validation, { only: name })
    const truth = await labelsOf(store, split.validation, labels.length)
    const scores =
      part === 'validation'
        ? validation.scores
        : (await scoreStored(scorer, store, split.test, { only: name })).scores
    found[name] = { scores, thresholds: fitThresholds(truth, validation.scores), inputs: [name] }
  }
  return found
}

/**
 * Scores of the model on one part of the split when it sees one input only, with thresholds that are fitted for that:
 * the branch by itself.
 */
export const judgeInput = async (
  scorer: Scorer,
  part: 'validation' | 'test',
  { store, split, linearText, seed, only }: JudgeOptions & { readonly only: string },
): Promise<Evaluation> => {
  const { labels, prevalence } = scorer.metadata
  const validation = await scoreStored(scorer, store, split.validation, { only })
  const { logits, scores } =
    part === 'validation' ? validation : await scoreStored(scorer, store, split.test, { only })
  return evaluateScores({
    labels,
    truth: await labelsOf(store, split[part], labels.length),
    logits,
    scores,
    thresholds: fitThresholds(
      await labelsOf(store, split.validation, labels.length),
      validation.scores,
    ),
    trainPrevalence: prevalence,
    linearText: baselineOf(linearText, part),
    seed,
  })
}

const baselineOf = (
  linearText: LinearTextBaseline | null,
  part: 'validation' | 'test',
): ThresholdedScores | undefined =>
  linearText ? { scores: linearText[part], thresholds: linearText.thresholds } : undefined

/** Scores of the model on one part of the split. */
export const judge = async (
  scorer: Scorer,
  part: 'validation' | 'test',
  options: JudgeOptions,
): Promise<Evaluation> => {
  const { store, split, linearText, seed } = options
  const { labels, thresholds, prevalence } = scorer.metadata
  const { logits, scores } = await scoreStored(scorer, store, split[part])
  return evaluateScores({
    labels,
    truth: await labelsOf(store, split[part], labels.length),
    logits,
    scores,
    thresholds,
    trainPrevalence: prevalence,
    linearText: baselineOf(linearText, part),
    ablation: await ablationOf(scorer, options, part),
    seed,
  })
}
