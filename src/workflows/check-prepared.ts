// Whether prepared data are as they were written, all stores of a folder or one of them.
import { checkStore } from '../data/store/check.ts'
import { storeErrors } from '../data/store/errors.ts'
import { hasIndex } from '../data/store/layout.ts'
import { storesIn } from '../data/store/limit.ts'

import type { Listener } from '../base/events.ts'
import type { StoreCheck } from '../data/store/check.ts'
import type { PrepareProgress } from '../model/prepare.ts'

export interface CheckPreparedOptions {
  /** Stores done. */
  readonly onProgress?: Listener<PrepareProgress> | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * Reads every byte of prepared data.
 *
 * @param folder - of all prepared data (`--out` of prepare, `--cache`), or of one store
 * @throws store.none
 */
export const checkPrepared = async (
  folder: string,
  { onProgress, signal }: CheckPreparedOptions = {},
): Promise<readonly StoreCheck[]> => {
  const stores = (await hasIndex(folder)) ? [folder] : await storesIn(folder)
  if (stores.length === 0) throw storeErrors.error('none', { folder }, { file: folder })
  const checks: StoreCheck[] = []
  for (const store of stores) {
    checks.push(await checkStore(store, { signal }))
    onProgress?.({ done: checks.length, rows: stores.length })
  }
  return checks
}

/** The error for damaged stores, if there are any. */
export const damage = (folder: string, checks: readonly StoreCheck[]): Error | undefined => {
  const damaged = checks.filter(({ state }) => state === 'damaged')
  const [first] = damaged
  const problem = first?.problems[0]
  if (!first || !problem) return undefined
  const remove = damaged.map((store) => store.folder).join(' and ')
  const details = { ...problem, damaged: damaged.length, stores: checks.length, folder, remove }
  return storeErrors.error('damaged', details, { file: `${first.folder}/${problem.file}` })
}
