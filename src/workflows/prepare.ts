// Prepare: decode pictures and encode texts once, so that many trainings can share the result.
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'

import { readJson, writeJson } from '../files/json.ts'
import { prepare } from '../model/prepare.ts'
import { STORE_FOLDER } from '../data/store/layout.ts'
import { runErrors } from '../run/errors.ts'
import { plan } from './plan.ts'
import { plannedImages } from './planned-images.ts'

import type { Listener } from '../base/events.ts'
import type { Experiment } from '../experiment/schema.ts'
import type { ReadReport } from '../data/table/report.ts'
import type { PrepareProgress, PrepareReport } from '../model/prepare.ts'
import type { PlanOptions } from './plan.ts'
import type { FetchSettings } from './planned-images.ts'

export interface PrepareDataOptions extends PlanOptions {
  /** Folder for the prepared data and `experiment.json`; train with it as `cache`. */
  readonly out: string
  /** Most bytes of all prepared stores in `out`; no limit by default. */
  readonly storeLimitBytes?: number | undefined
  readonly onPrepare?: Listener<PrepareProgress> | undefined
  /** How pictures are fetched where an experiment says that they are; `fetchImages` by default. */
  readonly fetchSettings?: FetchSettings | undefined
  /** Pictures at web addresses. */
  readonly onFetch?: Listener<PrepareProgress> | undefined
  readonly onNote?: Listener<string> | undefined
  readonly signal?: AbortSignal | undefined
}

export interface PreparedData {
  readonly experiment: string
  readonly fingerprint: string
  readonly labels: readonly string[]
  readonly train: number
  readonly validation: number
  readonly test: number
  readonly report: PrepareReport
  /** Every record of the table: used, repaired or left out. */
  readonly read: ReadReport
}

const EXPERIMENT = 'experiment.json'

/** Prepares a table, or the table of an experiment file. */
export const prepareData = async (
  data: string,
  { out, storeLimitBytes, onPrepare, onFetch, onNote, signal, ...options }: PrepareDataOptions,
): Promise<PreparedData> => {
  const planned = await plan(data, options)
  const { experiment, table, notes } = planned
  try {
    await assertOurs(out, experiment)
    for (const note of notes) onNote?.(note)
    const folder = await plannedImages(planned, {
      cache: out,
      settings: options.fetchSettings ?? options.fetchImages,
      onFetch,
      onNote,
      signal,
    })
    const { store, split, facts, fingerprint, report } = await prepare(table, experiment, {
      cache: out,
      storeLimitBytes,
      folder,
      onProgress: onPrepare,
      signal,
    })
    await store.close()
    for (const note of report.notes) onNote?.(note)
    const path = join(out, EXPERIMENT)
    await writeJson(path, experiment)
    return {
      experiment: path,
      fingerprint,
      labels: facts.labels,
      train: split.train.length,
      validation: split.validation.length,
      test: split.test.length,
      report,
      read: table.report,
    }
  } finally {
    await table.close()
  }
}

/**
 * An experiment.json without prepared data beside it is somebody else's, or a run's: it is not written over. The same one is
 * of a store that was removed.
 */
const assertOurs = async (folder: string, experiment: Experiment): Promise<void> => {
  const names: readonly string[] = await readdir(folder).catch(() => [])
  if (!names.includes(EXPERIMENT) || names.some((name) => STORE_FOLDER.test(name))) return
  const present = await readJson(join(folder, EXPERIMENT)).catch(() => undefined)
  if (isDeepStrictEqual(present, JSON.parse(JSON.stringify(experiment)))) return
  const content = `an ${EXPERIMENT} that medley prepare did not write`
  throw runErrors.error('exists', { folder, content, alternative: '' }, { file: folder })
}
