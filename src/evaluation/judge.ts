// Judging a finished model on stored rows: its scores, each input by itself, and the baselines, all on the same rows.
import { fitThresholds } from '../metrics/thresholds.ts'
import { scoreStored } from '../model/score-stored.ts'
import { asLabels, readTargets } from '../model/stored-targets.ts'
import { evaluateModel, hasThresholds } from './model-evaluation.ts'

import type { Split } from '../data/split/split.ts'
import type { Store } from '../data/store/open.ts'
import type { Scorer } from '../model/scorer.ts'
import type { StoredScores } from '../model/score-stored.ts'
import type { LinearTextBaseline } from './linear-text-baseline.ts'
import type { Evaluation } from './schema.ts'
import type { AblationScores, ThresholdedScores } from './scores.ts'

export interface JudgeOptions {
  readonly store: Store
  readonly split: Split
  readonly linearText: LinearTextBaseline | null
  readonly seed: number
}

type Part = 'validation' | 'test'

interface OnlyOne extends StoredScores {
  readonly thresholds: readonly number[]
}

/** The model when it sees one input, with thresholds that are fitted for that on validation rows. */
const scoreOnly = async (
  scorer: Scorer,
  part: Part,
  { store, split, only }: Pick<JudgeOptions, 'store' | 'split'> & { readonly only: string },
): Promise<OnlyOne> => {
  const validation = await scoreStored(scorer, store, split.validation, { only })
  const found =
    part === 'validation' ? validation : await scoreStored(scorer, store, split.test, { only })
  if (!hasThresholds(scorer.metadata.task)) return { ...found, thresholds: [] }
  const truth = asLabels(await readTargets(store, split.validation))
  return { ...found, thresholds: fitThresholds(truth, validation.scores) }
}

/** Scores of each input by itself: the model sees the others as missing. */
const ablationOf = async (
  scorer: Scorer,
  part: Part,
  options: JudgeOptions,
): Promise<Record<string, AblationScores>> => {
  const { inputs } = scorer.metadata
  const found: Record<string, AblationScores> = {}
  for (const { name } of inputs.length < 2 ? [] : inputs) {
    const { scores, thresholds } = await scoreOnly(scorer, part, { ...options, only: name })
    found[name] = { scores, thresholds, inputs: [name] }
  }
  return found
}

/** Scores of the model on one part of the split when it sees one input only: the branch by itself. */
export const judgeInput = async (
  scorer: Scorer,
  part: Part,
  options: JudgeOptions & { readonly only: string },
): Promise<Evaluation> => {
  const { store, split, linearText, seed } = options
  const { logits, scores, thresholds } = await scoreOnly(scorer, part, options)
  return evaluateModel({
    metadata: { ...scorer.metadata, thresholds: [...thresholds] },
    truth: await readTargets(store, split[part]),
    logits,
    scores,
    linearText: baselineOf(linearText, part),
    seed,
  })
}

const baselineOf = (
  linearText: LinearTextBaseline | null,
  part: Part,
): ThresholdedScores | undefined =>
  linearText ? { scores: linearText[part], thresholds: linearText.thresholds } : undefined

/** Scores of the model on one part of the split. */
export const judge = async (
  scorer: Scorer,
  part: Part,
  options: JudgeOptions,
): Promise<Evaluation> => {
  const { store, split, linearText, seed } = options
  const { logits, scores } = await scoreStored(scorer, store, split[part])
  return evaluateModel({
    metadata: scorer.metadata,
    truth: await readTargets(store, split[part]),
    logits,
    scores,
    linearText: baselineOf(linearText, part),
    ablation: await ablationOf(scorer, part, options),
    seed,
  })
}
