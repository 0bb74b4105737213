// The pictures of a planned training and of a run. An experiment may come from anybody: it says that pictures are fetched and
// which servers were named for it. Who is asked besides public servers, and where files go, says whoever starts the command.
// A run keeps to what it was trained with: pictures that could not be had then stay missing.
import { join } from 'node:path'

import * as z from 'zod'

import { shellWord } from '../base/shell.ts'
import { serverOf } from '../download/addresses.ts'
import { readJson, writeJson } from '../files/json.ts'
import { exists } from './discard-run.ts'
import { workflowErrors } from './errors.ts'
import { addressesIn, assertServers, fetchAll, fetchImages, fileOf } from './fetch-images.ts'

import type { ImageRoot } from '../data/image/root.ts'
import type { Experiment } from '../experiment/schema.ts'
import type { FetchedImages, FetchImagesOptions, FetchListeners } from './fetch-images.ts'
import type { Plan } from './plan.ts'

/** How pictures are fetched where an experiment says that they are. */
export type FetchSettings = Partial<FetchImagesOptions>

export interface PlannedFetch {
  /** Folder of prepared data; fetched pictures are in it unless `settings` name another folder. */
  readonly cache: string
  readonly settings: FetchSettings | undefined
  /** Of a run, where it says which pictures it has been trained without; written where it is not there yet and wanted. */
  readonly missing?: { readonly path: string; readonly isWritten: boolean } | undefined
}

/** How the pictures of an experiment are fetched; undefined where it says nothing of fetching. */
export const plannedFetch = (
  { data }: Pick<Experiment, 'data'>,
  { cache, settings }: Pick<PlannedFetch, 'cache' | 'settings'>,
): FetchImagesOptions | undefined =>
  data.fetch && { ...settings, folder: settings?.folder ?? join(cache, 'pictures') }

/**
 * @throws workflow.server-not-allowed, workflow.server-invalid, files.*
 */
export const plannedImages = async (
  { experiment, table, folder }: Plan,
  { cache, settings, missing, ...listeners }: FetchListeners & PlannedFetch,
): Promise<ImageRoot> => {
  const columns = Object.values(experiment.inputs).filter((input) => input.kind === 'image')
  const options = plannedFetch(experiment, { cache, settings })
  if (options === undefined) {
    const { servers, requestsPerSecond, retryFailed } = settings ?? {}
    if ([servers, requestsPerSecond, retryFailed].some((wish) => wish !== undefined))
      listeners.onNote?.('Nothing is fetched for this experiment: how to fetch changes nothing.')
    return fetchImages(table, columns, { folder, options, ...listeners })
  }
  const addresses = [...(await addressesIn(table, columns))]
  const known = missing && (await readMissing(missing.path))
  const wanted = addresses.filter((address) => !known?.has(address))
  await assertAllowed(wanted, options, experiment.data.fetch?.servers ?? [])
  const { images, problems } = await fetchAll(addresses, { folder, known, options, ...listeners })
  if (missing?.isWritten === true && known === undefined)
    await writeJson(missing.path, Object.fromEntries(problems))
  return images
}

const problemsSchema = z.record(
  z.string(),
  z.object({ code: z.string(), message: z.string(), fix: z.string() }),
)

/** Why a run was trained without some pictures, by address; undefined for a run that has not said it yet. */
export const readMissing = async (path: string): Promise<FetchedImages['problems'] | undefined> => {
  if (!(await exists(path))) return undefined
  const parsed = problemsSchema.safeParse(await readJson(path))
  return parsed.success ? new Map(Object.entries(parsed.data)) : undefined
}

/** A server that the experiment names is asked only where the user names it too; what is there already needs nobody. */
const assertAllowed = async (
  addresses: readonly string[],
  { folder, servers = [] }: FetchImagesOptions,
  named: readonly string[],
): Promise<void> => {
  assertServers(servers)
  assertServers(named)
  const keyOf = (address: string): string | undefined =>
    URL.canParse(address) ? serverOf(new URL(address)) : undefined
  const allowed = new Set(servers.map(keyOf))
  const unnamed = new Map(named.map((server) => [keyOf(server), server]))
  for (const server of allowed) unnamed.delete(server)
  for (const address of unnamed.size === 0 ? [] : addresses) {
    const server = unnamed.get(keyOf(address))
    if (server === undefined || (await exists(fileOf(folder, address)))) continue
    const needed = shellWord([...unnamed.values()].join(','))
    throw workflowErrors.error('server-not-allowed', { server, needed }, { file: address })
  }
}
