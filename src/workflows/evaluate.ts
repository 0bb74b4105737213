// Evaluate: a run on its own test rows, or any model on the labelled rows of a table.
import { availableParallelism } from 'node:os'

import { openScorer } from '../model/scorer.ts'
import { evaluateTable } from './evaluate-table.ts'
import { describeBaselines, judgeTest } from './judge-run.ts'
import { describeTestRows } from './missing-inputs.ts'
import { runOf, withRun } from './open-run.ts'

import type { Listener } from '../base/events.ts'
import type { Evaluation } from '../evaluation/schema.ts'
import type { PrepareProgress } from '../model/prepare.ts'
import type { FetchImagesOptions } from './fetch-images.ts'
import type { FetchSettings } from './planned-images.ts'
import type { RunPaths } from '../run/run-folder.ts'

export interface EvaluateOptions {
  /** Folder of prepared data that runs share; the run's own by default. */
  readonly cache?: string | undefined
  /** Folder that the image paths of `data` start from; its own by default. */
  readonly imageFolder?: string | undefined
  readonly threads?: number | undefined
  /** Fetches pictures at web addresses; whether a run does it is part of its experiment. */
  readonly fetchImages?: FetchImagesOptions | undefined
  /** How pictures are fetched where an experiment says that they are; `fetchImages` by default. */
  readonly fetchSettings?: FetchSettings | undefined
  readonly onFetch?: Listener<PrepareProgress> | undefined
  readonly onPrepare?: Listener<PrepareProgress> | undefined
  readonly onNote?: Listener<string> | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * Scores of a model beside its baselines.
 *
 * @param path - a run folder, or a model file
 * @param data - a table with labels; the test rows of the run when it is left out
 * @example
 * const { tuned, baselines } = await evaluate('runs/films')
 * @throws workflow.*, run.not-found, model.*, table.* errors
 */
export const evaluate = async (
  path: string,
  data?: string,
  options: EvaluateOptions = {},
): Promise<Evaluation> => {
  if (data === undefined) return evaluateRun(await runOf(path), options)
  const threads = options.threads ?? availableParallelism()
  const scorer = await openScorer(path, { threads })
  try {
    return await evaluateTable(scorer, data, options)
  } finally {
    await scorer.close()
  }
}

const evaluateRun = (run: RunPaths, options: EvaluateOptions): Promise<Evaluation> =>
  withRun(run, options, async ({ experiment, table, prepared, scorer }) => {
    options.onNote?.(`${prepared.split.test.length} test rows of ${table.file}.`)
    for (const note of await describeTestRows(prepared)) options.onNote?.(note)
    for (const note of describeBaselines(prepared)) options.onNote?.(note)
    return judgeTest(scorer, { table, experiment, prepared, signal: options.signal })
  })
