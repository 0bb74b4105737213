// Prepare: decode pictures and encode texts once, so that many trainings can share the result.
import { join } from 'node:path'

import { writeJson } from '../files/json.ts'
import { prepare } from '../model/prepare.ts'
import { plan } from './plan.ts'

import type { Listener } from '../base/events.ts'
import type { PrepareProgress, PrepareReport } from '../model/prepare.ts'
import type { PlanOptions } from './plan.ts'

export interface PrepareDataOptions extends PlanOptions {
  /** Folder for the prepared data and `experiment.json`; train with it as `cache`. */
  readonly out: string
  readonly onPrepare?: Listener<PrepareProgress> | undefined
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
}

/** Prepares a table, or the table of an experiment file. */
export const prepareData = async (
  data: string,
  { out, onPrepare, onNote, signal, ...options }: PrepareDataOptions,
): Promise<PreparedData> => {
  const { experiment, table, folder, notes } = await plan(data, options)
  try {
    for (const note of notes) onNote?.(note)
    const { store, split, facts, fingerprint, report } = await prepare(table, experiment, {
      cache: out,
      folder,
      onProgress: onPrepare,
      signal,
    })
    await store.close()
    const path = join(out, 'experiment.json')
    await writeJson(path, experiment)
    return {
      experiment: path,
      fingerprint,
      labels: facts.labels,
      train: split.train.length,
      validation: split.validation.length,
      test: split.test.length,
      report,
    }
  } finally {
    await table.close()
  }
}
