// A finished run with its data as it was trained on.
import { dirname } from 'node:path'
import { stat } from 'node:fs/promises'

import { shellWord } from '../base/shell.ts'
import { openScorer, scoringOptions } from '../model/scorer.ts'
import { prepare } from '../model/prepare.ts'
import { openRun } from '../run/run-folder.ts'
import { exists, missingPictures, runData } from './discard-run.ts'
import { workflowErrors } from './errors.ts'
import { plan } from './plan.ts'
import { plannedImages } from './planned-images.ts'

import type { Experiment } from '../experiment/schema.ts'
import type { Table } from '../data/table/table.ts'
import type { ModelMetadata } from '../model/metadata.ts'
import type { Prepared } from '../model/prepare.ts'
import type { Scorer } from '../model/scorer.ts'
import type { RunPaths } from '../run/run-folder.ts'
import type { EvaluateOptions } from './evaluate.ts'

/** The run that a path leads to: its folder, or the model inside it. */
export const runOf = async (path: string): Promise<RunPaths> => {
  const isFile = await stat(path).then(
    (found) => found.isFile(),
    () => false,
  )
  const folder = isFile ? dirname(path) : path
  const run = await openRun(folder).catch((error: unknown) => {
    throw isFile
      ? workflowErrors.error('data-needed', { path, model: shellWord(path) }, { cause: error })
      : error
  })
  if (!(await exists(run.model)))
    throw workflowErrors.error('run-unfinished', { run: folder, folder: shellWord(folder) })
  return run
}

export interface OpenedRun {
  readonly experiment: Experiment
  readonly table: Table
  readonly prepared: Prepared
  /** As many threads as in training, so that the scores are the same to the bit. */
  readonly scorer: Scorer
}

/**
 * Gives an action a run with its data, and closes both behind it.
 *
 * @throws workflow.data-changed
 */
export const withRun = async <Result>(
  run: RunPaths,
  options: EvaluateOptions,
  action: (opened: OpenedRun) => Promise<Result>,
): Promise<Result> => {
  const { onPrepare: onProgress, signal, cache = runData(run) } = options
  const planned = await plan(run.experiment)
  const { experiment, table } = planned
  try {
    const settings = options.fetchSettings ?? options.fetchImages
    const missing = { path: missingPictures(run), isWritten: false }
    const folder = await plannedImages(planned, { ...options, cache, settings, missing })
    const prepared = await prepare(table, experiment, { cache, folder, onProgress, signal })
    const scorer = await openScorer(run.model, scoringOptions(experiment))
    try {
      const what = difference(scorer.metadata, prepared)
      if (what !== undefined)
        throw workflowErrors.error(
          'data-changed',
          { run: shellWord(run.folder), what },
          { file: table.file },
        )
      return await action({ experiment, table, prepared, scorer })
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
