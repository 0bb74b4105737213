// Pictures at web addresses, only for whoever asks: each address of a table is fetched once into a folder that all commands
// share, and is a file from then on. What cannot be had is a missing picture with a reason, never the end of the work.
import { createHash } from 'node:crypto'
import { join, resolve } from 'node:path'

import { MedleyError } from '../base/errors.ts'
import { imageAddresses } from '../data/image/cell.ts'
import { imageProblem } from '../data/image/check.ts'
import { download } from '../download/download.ts'
import { picturesPerRow } from '../experiment/pictures.ts'
import { workflowErrors } from './errors.ts'

import type { Listener } from '../base/events.ts'
import type { ImageRoot } from '../data/image/root.ts'
import type { Table } from '../data/table/table.ts'
import type { DownloadItem, DownloadProblem } from '../download/outcome.ts'
import type { PictureSettings } from '../experiment/pictures.ts'
import type { DownloadOptions } from '../download/settings.ts'
import type { PrepareProgress } from '../model/prepare.ts'

export interface FetchImagesOptions {
  /** Where fetched pictures are kept; several runs may use it at once. */
  readonly folder: string
  /**
   * Servers (`http://cms.intranet:8080`) that may be asked although they are not public; every other name that leads into a
   * private network or to this machine is refused.
   */
  readonly servers?: readonly string[] | undefined
  /** To each server; 20 by default. */
  readonly requestsPerSecond?: number | undefined
  /** Asks again for pictures that a server said it does not have. */
  readonly retryFailed?: boolean | undefined
  /** New tries and time limits. */
  readonly manners?: Pick<DownloadOptions, 'retry' | 'limits' | 'concurrency'> | undefined
}

export interface FetchListeners {
  readonly onFetch?: Listener<PrepareProgress> | undefined
  readonly onNote?: Listener<string> | undefined
  readonly signal?: AbortSignal | undefined
}

/** Pictures that servers said they do not have. */
const REMEMBERED_FILE = 'missing.jsonl'

/** Addresses may be long and hold anything; their hash is a name everywhere. Few files per folder keep listings fast. */
export const fileOf = (folder: string, address: string): string => {
  const name = createHash('sha256').update(address).digest('hex').slice(0, 40)
  return join(folder, name.slice(0, 2), name)
}

/** @throws workflow.server-invalid */
export const assertServers = (servers: readonly string[]): void => {
  for (const server of servers) {
    const url = URL.canParse(server) ? new URL(server) : undefined
    if (url?.protocol !== 'http:' && url?.protocol !== 'https:')
      throw workflowErrors.error('server-invalid', { server })
  }
}

/** A column of pictures, as an image input reads it; the first picture of each cell counts unless it says more. */
export interface PictureColumn {
  readonly kind: 'image'
  readonly column: string
  readonly pictures?: PictureSettings | undefined
}

export const addressesIn = async (
  table: Table,
  columns: readonly PictureColumn[],
): Promise<ReadonlySet<string>> => {
  const found = new Set<string>()
  for (const input of columns) {
    const { column } = input
    if (!table.columns.includes(column) || table.binaryColumns.includes(column)) continue
    for await (const cells of table.columnChunks(column))
      for (const cell of cells) {
        const addresses = cell === null ? [] : imageAddresses(cell, picturesPerRow(input))
        for (const address of addresses) found.add(address)
      }
  }
  return found
}

/**
 * Fetches the addresses of some columns.
 *
 * @param folder - where paths start
 * @param options - undefined fetches nothing and says so where there are addresses
 * @param known - addresses that are missing without asking again
 * @throws workflow.server-invalid, files.*; the reason of the signal
 */
export const fetchImages = async (
  table: Table,
  columns: readonly PictureColumn[],
  {
    folder,
    options,
    known,
    ...listeners
  }: FetchListeners & {
    readonly folder: string
    readonly options: FetchImagesOptions | undefined
    readonly known?: FetchedImages['problems'] | undefined
  },
): Promise<ImageRoot> => {
  const addresses = await addressesIn(table, columns)
  if (options !== undefined)
    return (await fetchAll([...addresses], { folder, options, known, ...listeners })).images
  const count = addresses.size.toLocaleString('en')
  if (addresses.size > 0)
    listeners.onNote?.(
      `${count} pictures are web addresses and count as missing; --fetch-images downloads them.`,
    )
  return folder
}

export const fetchAddresses = async (
  addresses: readonly string[],
  options: FetchListeners & {
    readonly folder: string | undefined
    readonly options: FetchImagesOptions
  },
): Promise<ImageRoot> => (await fetchAll(addresses, options)).images

export interface FetchedImages {
  readonly images: ImageRoot
  /** Why pictures could not be had, by address. */
  readonly problems: ReadonlyMap<string, DownloadProblem>
}

/** @param known - addresses that are missing without asking again */
export const fetchAll = async (
  addresses: readonly string[],
  {
    folder,
    known = new Map(),
    options: { folder: kept, servers = [], requestsPerSecond, retryFailed, manners },
    onFetch,
    onNote,
    signal,
  }: FetchListeners & {
    readonly folder: string | undefined
    readonly known?: FetchedImages['problems'] | undefined
    readonly options: FetchImagesOptions
  },
): Promise<FetchedImages> => {
  assertServers(servers)
  const place = resolve(kept)
  const problems = new Map(known)
  const items = addresses
    .filter((url) => !known.has(url))
    .map((url): DownloadItem => ({ url, path: fileOf(place, url) }))
  let done = 0
  const { counts, bytes, isAborted } = await download(
    items,
    {
      ...manners,
      check: imageProblem,
      redirects: 'public',
      rememberIn: join(place, REMEMBERED_FILE),
      retryFailed,
      requestsPerSecond,
      trusted: servers,
      signal,
    },
    (outcome) => {
      if ('problem' in outcome) problems.set(outcome.item.url, outcome.problem)
      done += 1
      onFetch?.({ done, rows: items.length })
    },
  )
  if (isAborted) signal?.throwIfAborted()
  if (addresses.length > 0) onNote?.(describe(counts, bytes, problems))
  const fetched = (address: string): string => {
    const problem = problems.get(address)
    if (problem === undefined) return fileOf(place, address)
    throw problemError(address, problem)
  }
  return { images: { folder, fetched }, problems }
}

const OWN_SERVERS = ' Name a server of your own with --allow-server http://HOST:PORT.'

const describe = (
  { downloaded, present }: { readonly downloaded: number; readonly present: number },
  bytes: number,
  problems: ReadonlyMap<string, DownloadProblem>,
): string => {
  const count = (value: number): string => value.toLocaleString('en')
  const had = [
    `${count(downloaded)} pictures were fetched (${(bytes / 1e6).toFixed(1)} MB)`,
    ...(present > 0 ? [`${count(present)} were there already`] : []),
  ].join(', ')
  if (problems.size === 0) return `${had}.`
  const byCode = new Map<string, number>()
  let first = ''
  for (const { code, message } of problems.values()) {
    byCode.set(code, (byCode.get(code) ?? 0) + 1)
    first ||= message
  }
  const reasons = [...byCode].map(([code, times]) => `${count(times)} x ${code}`).join(', ')
  return `${had}, ${count(problems.size)} could not be had and count as missing (${reasons}), such as: ${first}.${byCode.has('download.private-address') ? OWN_SERVERS : ''}`
}

/** The reason of a download, at every row that has the address. */
const problemError = (address: string, { code, message, fix }: DownloadProblem): MedleyError =>
  new MedleyError(
    code,
    { exit: 2, http: 502, message: '{message}', fix: '{fix}' },
    { message, fix },
    { file: address },
  )
