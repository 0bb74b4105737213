// Options that let pictures be fetched from the web, shared by the commands that read tables.
import { join } from 'node:path'

import { usage } from './failure.ts'
import { list, positiveNumber } from './values.ts'

import type { Command } from 'commander'
import type { FetchImagesOptions } from '../workflows/fetch-images.ts'

export interface FetchFlags {
  readonly fetchImages?: true
  readonly allowServer?: readonly string[]
  readonly fetchRate?: number
  readonly retryFailed?: true
}

export const declareFetch = (command: Command): Command =>
  command
    .option('--fetch-images', 'download pictures whose cells are web addresses, once')
    .option(
      '--allow-server <urls>',
      'servers of a private network that may be asked, by comma: http://HOST:PORT',
      list,
    )
    .option('--fetch-rate <n>', 'requests a second to each server (default: 20)', positiveNumber)
    .option('--retry-failed', 'ask again for pictures that a server did not have')

/** In the folder of prepared data, so that all commands find them. */
const FOLDER = 'pictures'

/** Flags that say how, not whether. */
const HOW = {
  allowServer: '--allow-server',
  fetchRate: '--fetch-rate',
  retryFailed: '--retry-failed',
}

/** A flag that changes nothing where nothing is fetched, and would be overlooked. */
const refuseIdle = (flags: FetchFlags): void => {
  if (flags.fetchImages) return
  for (const [name, flag] of Object.entries(HOW))
    if (flags[name as keyof typeof HOW] !== undefined)
      throw usage(`${flag} changes nothing: no pictures are fetched`, 'Add --fetch-images.')
}

/**
 * Takes the flags of fetching out of all flags.
 *
 * @param isPlanned - an experiment may say that pictures are fetched
 */
export const fetchOf = <T extends FetchFlags>(
  flags: T,
  cache: string,
  { isPlanned = false }: { readonly isPlanned?: boolean } = {},
): {
  readonly options: FetchImagesOptions | undefined
  /** Where an experiment fetches, without the flag too. */
  readonly settings: FetchImagesOptions
  readonly rest: Omit<T, keyof FetchFlags>
} => {
  if (!isPlanned) refuseIdle(flags)
  const { fetchImages, allowServer: servers, fetchRate, retryFailed, ...rest } = flags
  const folder = join(cache, FOLDER)
  const settings = { folder, servers, requestsPerSecond: fetchRate, retryFailed }
  return { options: fetchImages && settings, settings, rest }
}
