// The pictures of a planned training and of a run. An experiment may come from anybody: it says that pictures are fetched and
// which servers were named for it. Who is asked besides public servers, and where files go, says whoever starts the command.
import { join } from 'node:path'

import { serverOf } from '../download/addresses.ts'
import { exists } from './discard-run.ts'
import { workflowErrors } from './errors.ts'
import { addressesIn, assertServers, fetchAddresses, fetchImages, fileOf } from './fetch-images.ts'

import type { ImageRoot } from '../data/image/root.ts'
import type { Experiment } from '../experiment/schema.ts'
import type { FetchImagesOptions, FetchListeners } from './fetch-images.ts'
import type { Plan } from './plan.ts'

/** How pictures are fetched where an experiment says that they are. */
export type FetchSettings = Partial<FetchImagesOptions>

export interface PlannedFetch {
  /** Folder of prepared data; fetched pictures are in it unless `settings` name another folder. */
  readonly cache: string
  readonly settings: FetchSettings | undefined
}

/** How the pictures of an experiment are fetched; undefined where it says nothing of fetching. */
export const plannedFetch = (
  { data }: Pick<Experiment, 'data'>,
  { cache, settings }: PlannedFetch,
): FetchImagesOptions | undefined =>
  data.fetch && { ...settings, folder: settings?.folder ?? join(cache, 'pictures') }

/**
 * @throws workflow.server-not-allowed, workflow.server-invalid, files.*
 */
export const plannedImages = async (
  { experiment, table, folder }: Plan,
  { cache, settings, ...listeners }: FetchListeners & PlannedFetch,
): Promise<ImageRoot> => {
  const columns = Object.values(experiment.inputs).flatMap((input) =>
    input.kind === 'image' ? [input.column] : [],
  )
  const options = plannedFetch(experiment, { cache, settings })
  if (options === undefined) return fetchImages(table, columns, { folder, options, ...listeners })
  const addresses = [...(await addressesIn(table, columns))]
  await assertAllowed(addresses, options, experiment.data.fetch?.servers ?? [])
  return fetchAddresses(addresses, { folder, options, ...listeners })
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
    const needed = [...unnamed.values()].join(',')
    throw workflowErrors.error('server-not-allowed', { server, needed }, { file: address })
  }
}
