// Evaluate: a run on its own test rows, or any model on the labelled rows of a table.
import { availableParallelism } from 'node:os'
import { dirname } from 'node:path'
import { stat } from 'node:fs/promises'

import { openScorer } from '../model/scorer.ts'
import { prepare } from '../model/prepare.ts'
import { openRun } from '../run/run-folder.ts'
import { exists, runData } from './discard-run.ts'
import { workflowErrors } from './errors.ts'
import { evaluateTable } from './evaluate-table.ts'
import { judgeTest } from './judge-run.ts'
import { plan } from './plan.ts'
import { plannedImages } from './planned-images.ts'

import type { Listener } from '../base/events.ts'
import type { Evaluation } from '../evaluation/schema.ts'
import type { ModelMetadata } from '../model/metadata.ts'
import type { Prepared, PrepareProgress } from '../model/prepare.ts'
import type { FetchImagesOptions } from './fetch-images.ts'
import type { RunPaths } from '../run/run-folder.ts'

export interface EvaluateOptions {
  /** Folder of prepared data that runs share; the run's own by default. */
  readonly cache?: string | undefined
  /** Folder that the image paths of `data` start from; its own by default. */
  readonly imageFolder?: string | undefined
  readonly threads?: number | undefined
  /** Fetches pictures at web addresses; a run does it as its experiment says. */
  readonly fetchImages?: FetchImagesOptions | undefined
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

/** The run that a path leads to: its folder, or the model inside it. */
const runOf = async (path: string): Promise<RunPaths> => {
  const isFile = await stat(path).then(
    (found) => found.isFile(),
    () => false,
  )
  const folder = isFile ? dirname(path) : path
  const run = await openRun(folder).catch((error: unknown) => {
    throw isFile ? workflowErrors.error('data-needed', { path }, { cause: error }) : error
  })
  if (!(await exists(run.model))) throw workflowErrors.error('run-unfinished', { run: folder })
  return run
}

const evaluateRun = async (run: RunPaths, options: EvaluateOptions): Promise<Evaluation> => {
  const { onNote, onPrepare, signal, cache = runData(run) } = options
  const planned = await plan(run.experiment)
  const { experiment, table } = planned
  try {
    const folder = await plannedImages(planned, { ...options, options: options.fetchImages })
    const prepared = await prepare(table, experiment, {
      cache,
      folder,
      onProgress: onPrepare,
      signal,
    })
    // As many threads as in training, so that the scores are the same to the bit.
    const scorer = await openScorer(run.model, experiment)
    try {
      const what = difference(scorer.metadata, prepared)
      if (what !== undefined)
        throw workflowErrors.error('data-changed', { run: run.folder, what }, { file: table.file })
      onNote?.(`${prepared.split.test.length} test rows of ${table.file}.`)
      return await judgeTest(scorer, { table, experiment, prepared, signal })
    } finally {
      await scorer.close()
      await prepared.store.close()
    }
  } finally {
    await table.close()
  }
}

/**
 * What of the training rows is no longer as it was. Not the fingerprint: that knows where pictures are and when they
 * changed, and a copied folder is still the same data.
 */
const difference = (metadata: ModelMetadata, { facts, inputs }: Prepared): string | undefined => {
  const isSame = (a: readonly unknown[], b: readonly unknown[]): boolean =>
    a.length === b.length && a.every((value, index) => Object.is(value, b[index]))
  if (!isSame(metadata.labels, facts.labels)) return 'other labels'
  if (!isSame(metadata.prevalence, facts.prevalence)) return 'other training rows'
  for (const input of inputs) {
    const saved = metadata.inputs.find(({ name }) => name === input.name)
    if (input.kind !== 'text' || saved?.kind !== 'text') continue
    const isEqual =
      isSame(saved.encoding.words, input.encoding.words) &&
      isSame(saved.encoding.documentFrequency, input.encoding.documentFrequency)
    if (!isEqual) return `other training texts in ${input.column}`
  }
  return undefined
}
