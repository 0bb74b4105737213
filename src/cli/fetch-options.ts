// Options that let pictures be fetched from the web, shared by the commands that read tables.
import { join } from 'node:path'

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

/** Takes the flags of fetching out of all flags. */
export const fetchOf = <T extends FetchFlags>(
  { fetchImages, allowServer: servers, fetchRate: requestsPerSecond, retryFailed, ...rest }: T,
  cache: string,
): {
  readonly options: FetchImagesOptions | undefined
  /** Where an experiment fetches, without the flag too. */
  readonly settings: FetchImagesOptions
  readonly rest: Omit<T, keyof FetchFlags>
} => {
  const settings = { folder: join(cache, FOLDER), servers, requestsPerSecond, retryFailed }
  return { options: fetchImages && settings, settings, rest }
}
