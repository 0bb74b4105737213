// Judging a finished model on stored rows: its scores, what each input is worth, and the baselines, all on the same rows.
import { fitThresholds } from '../metrics/thresholds.ts'
import { presentName } from '../model/preprocessing.ts'
import { asLabels, readTargets } from '../model/stored-targets.ts'
import { evaluateModel, hasThresholds } from './model-evaluation.ts'
import { patternScores } from './pattern-scores.ts'

import type { Split } from '../data/split/split.ts'
import type { Store } from '../data/store/open.ts'
import type { StoredScores } from '../model/score-stored.ts'
import type { Scorer } from '../model/scorer.ts'
import type { LinearTextBaseline } from './linear-text-baseline.ts'
import type { PatternScores } from './pattern-scores.ts'
import type { Presence } from './patterns.ts'
import type { Evaluation } from './schema.ts'
import type { AblationScores, ThresholdedScores } from './scores.ts'

export interface JudgeOptions {
  readonly store: Store
  readonly split: Split
  readonly linearText: LinearTextBaseline | null
  readonly seed: number
}

type Part = 'validation' | 'test'

interface SomeSeen extends StoredScores {
  readonly thresholds: readonly number[]
}

export interface Judge {
  /** Scores of the model on one part of the split. */
  judge(part: Part): Promise<Evaluation>
  /** The same when it sees one input only: the branch by itself. */
  judgeInput(part: Part, name: string): Promise<Evaluation>
}

/** A judge of one model. */
export const judgeOf = (scorer: Scorer, options: JudgeOptions): Judge => {
  const { store, split, linearText, seed } = options
  const { metadata } = scorer
  const names = metadata.inputs.map(({ name }) => name)
  const scoresOf = {
    validation: patternScores(scorer, store, split.validation),
    test: patternScores(scorer, store, split.test),
  } satisfies Record<Part, PatternScores>

  /** The model when it sees some inputs, with thresholds that are fitted for that on validation rows. */
  const scoreSome = async (part: Part, seen: readonly string[]): Promise<SomeSeen> => {
    const found = await scoresOf[part](seen)
    if (!hasThresholds(metadata.task)) return { ...found, thresholds: [] }
    const validation = await scoresOf.validation(seen)
    const truth = asLabels(await readTargets(store, split.validation))
    return { ...found, thresholds: fitThresholds(truth, validation.scores) }
  }

  const branches = async (
    part: Part,
    seenWith: (name: string) => readonly string[],
  ): Promise<Record<string, AblationScores>> => {
    const found: Record<string, AblationScores> = {}
    for (const name of names) {
      const inputs = seenWith(name)
      const { scores, thresholds } = await scoreSome(part, inputs)
      found[name] = { scores, thresholds, inputs }
    }
    return found
  }

  const presenceOf = async (part: Part): Promise<Presence> => {
    const present: Record<string, Uint8Array> = {}
    for (const name of names)
      present[name] = (await store.read(presentName(name), split[part])).data as Uint8Array
    return present
  }

  const baseline = (part: Part): ThresholdedScores | undefined =>
    linearText ? { scores: linearText[part], thresholds: linearText.thresholds } : undefined

  return {
    judge: async (part) => {
      const { logits, scores } = await scoresOf[part](names)
      return evaluateModel({
        metadata,
        truth: await readTargets(store, split[part]),
        logits,
        scores,
        linearText: baseline(part),
        ablation: names.length < 2 ? {} : await branches(part, (name) => [name]),
        // Of two inputs, one left out is the other alone.
        leaveOneOut:
          names.length < 3
            ? {}
            : await branches(part, (name) => names.filter((other) => other !== name)),
        present: await presenceOf(part),
        seed,
      })
    },
    judgeInput: async (part, name) => {
      const { logits, scores, thresholds } = await scoreSome(part, [name])
      return evaluateModel({
        metadata: { ...metadata, thresholds: [...thresholds] },
        truth: await readTargets(store, split[part]),
        logits,
        scores,
        linearText: baseline(part),
        seed,
      })
    },
  }
}
