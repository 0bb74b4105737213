// Many files from servers that one does not want to annoy. A run can be cut off at any moment: a file is there whole or
// not at all, and the next run asks only for what is missing.
import { setMaxListeners } from 'node:events'
import { stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'

import { writeFileAtomic } from '../files/atomic.ts'
import { codeOf, filesError } from '../files/errors.ts'
import { makeFolder } from '../files/folder.ts'
import { downloadErrors } from './errors.ts'
import { Fetcher } from './fetch.ts'
import { failureProblem, problemOf } from './outcome.ts'
import { forget, readRemembered, remember } from './remembered.ts'
import { settingsOf } from './settings.ts'

import type { Listener } from '../base/events.ts'
import type { DownloadItem, DownloadOutcome, DownloadState } from './outcome.ts'
import type { RememberedFailure } from './remembered.ts'
import type { DownloadOptions, DownloadSettings } from './settings.ts'

export interface DownloadSummary {
  /** Files in each state; together all files. */
  readonly counts: Readonly<Record<DownloadState, number>>
  /** Fetched by this run. */
  readonly bytes: number
  readonly isAborted: boolean
}

/**
 * Fetches each address to its path. A file that cannot be had is an outcome, never an error; an error is what stops
 * everything, such as a full disk. After an abort all files have an outcome too.
 *
 * @example
 * const { counts } = await download([{ url: 'https://example.org/a.jpg', path: 'a.jpg' }], {}, (outcome) => {
 *   if (outcome.state === 'failed') console.warn(outcome.problem.message)
 * })
 */
export const download = async (
  items: readonly DownloadItem[],
  options: DownloadOptions = {},
  onOutcome?: Listener<DownloadOutcome>,
): Promise<DownloadSummary> => {
  const settings = settingsOf(options)
  const remembered = await openMemory(settings)
  const counts = { downloaded: 0, present: 0, failed: 0, remembered: 0, 'not-tried': 0 }
  let bytes = 0
  const tell = (outcome: DownloadOutcome): void => {
    counts[outcome.state]++
    if (outcome.state === 'downloaded') bytes += outcome.bytes
    onOutcome?.(outcome)
  }
  // A failed disk stops the other workers as Ctrl-C does.
  const ending = new AbortController()
  const signal = AbortSignal.any([settings.signal, ending.signal])
  // One listener per file in work is no leak.
  setMaxListeners(0, signal)
  const fetcher = new Fetcher(settings, signal)
  const groups = byPath(items)
  const work = async (): Promise<void> => {
    for (let group = groups.shift(); group !== undefined; group = groups.shift()) {
      const outcome = await obtain(group[0]!, { fetcher, settings, remembered, signal })
      // The rows of a table may share a picture: one request, an outcome for each.
      for (const item of group) tell({ ...outcome, item })
    }
  }
  const workers = Array.from({ length: settings.concurrency }, () =>
    work().catch((error: unknown) => {
      ending.abort()
      throw error
    }),
  )
  try {
    for (const end of await Promise.allSettled(workers))
      if (end.status === 'rejected') throw end.reason
  } finally {
    fetcher.close()
  }
  return { counts, bytes, isAborted: settings.signal.aborted }
}

interface Obtaining {
  readonly fetcher: Fetcher
  readonly settings: DownloadSettings
  readonly remembered: ReadonlyMap<string, RememberedFailure>
  readonly signal: AbortSignal
}

const obtain = async (
  item: DownloadItem,
  { fetcher, settings, remembered, signal }: Obtaining,
): Promise<DownloadOutcome> => {
  if (await isThere(item.path)) return { item, state: 'present' }
  const known = remembered.get(item.url)
  if (known !== undefined) return { item, state: 'remembered', problem: known }
  if (signal.aborted) return notTried(item)
  const fetched = await fetcher.fetch(item)
  switch (fetched.kind) {
    case 'aborted':
      return notTried(item)
    case 'given-up':
      return { item, state: 'not-tried', problem: failureProblem(fetched.failure) }
    case 'failed': {
      const { failure, attempts } = fetched
      const problem = failureProblem(failure)
      if (failure.isPermanent && settings.rememberIn !== undefined)
        await remember(settings.rememberIn, { url: item.url, ...problem })
      return { item, state: 'failed', problem, attempts }
    }
    case 'bytes': {
      const { bytes, attempts } = fetched
      await makeFolder(dirname(resolve(item.path)))
      await writeFileAtomic(item.path, bytes)
      return { item, state: 'downloaded', bytes: bytes.length, attempts }
    }
  }
}

const notTried = (item: DownloadItem): DownloadOutcome => ({
  item,
  state: 'not-tried',
  problem: problemOf(downloadErrors.error('not-reached', { url: item.url })),
})

/** Files are written whole, so one with bytes in it is finished. */
const isThere = async (path: string): Promise<boolean> => {
  try {
    const status = await stat(path)
    return status.isFile() && status.size > 0
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false
    throw filesError(error, { path })
  }
}

const openMemory = async ({
  rememberIn,
  retryFailed,
}: DownloadSettings): Promise<ReadonlyMap<string, RememberedFailure>> => {
  if (rememberIn === undefined) return new Map()
  if (retryFailed) await forget(rememberIn)
  await makeFolder(dirname(resolve(rememberIn)))
  return readRemembered(rememberIn)
}

/** Items of the same path together, in the order of their first. */
const byPath = (items: readonly DownloadItem[]): DownloadItem[][] => {
  const groups = new Map<string, DownloadItem[]>()
  for (const item of items) {
    const path = resolve(item.path)
    const group = groups.get(path)
    if (group === undefined) groups.set(path, [item])
    else if (group[0]?.url === item.url) group.push(item)
    else throw new TypeError(`two addresses for ${item.path}: ${group[0]?.url ?? ''}, ${item.url}`)
  }
  return [...groups.values()]
}
