// What a download may be told, and what it does when told nothing: a handful of connections, a few requests a second,
// and patience with a server that has a bad moment.
import { systemClock } from '../base/clock.ts'
import { resolveWithSystem } from './addresses.ts'

import type { Clock } from '../base/clock.ts'
import type { MedleyError } from '../base/errors.ts'
import type { Resolve } from './addresses.ts'
import type { DownloadItem } from './outcome.ts'
import type { TimeLimits } from './request.ts'
import type { RetryOptions } from './retry.ts'

/** Says what is wrong with the bytes of a file; undefined takes them. */
export type CheckContent = (
  bytes: Uint8Array,
  item: DownloadItem,
) => Promise<MedleyError | undefined>

export interface DownloadOptions {
  readonly check?: CheckContent | undefined
  /** Files in work at the same time. */
  readonly concurrency?: number | undefined
  /** To each server; may be a fraction. */
  readonly requestsPerSecond?: number | undefined
  readonly retry?: Partial<RetryOptions> | undefined
  readonly limits?: Partial<TimeLimits> | undefined
  /** A larger file is cut off and not kept. */
  readonly maxBytes?: number | undefined
  readonly maxRedirects?: number | undefined
  /**
   * Where redirects may lead: to the same host and port only (default), or to any public server, as addresses of pictures
   * from all over the web need it; never from https to http.
   */
  readonly redirects?: 'same-server' | 'public' | undefined
  /** A server that fails so often in a row is left alone for this run. */
  readonly giveUpAfter?: number | undefined
  /** JSON lines of files that servers said they do not have; not asked for again in later runs. */
  readonly rememberIn?: string | undefined
  /** Forgets them first. */
  readonly retryFailed?: boolean | undefined
  /**
   * Addresses (`http://127.0.0.1:8080`) that a person named although they are not public: exactly this host and port may
   * be asked. Any other name that leads into a private network is refused.
   */
  readonly trusted?: readonly string[] | undefined
  readonly userAgent?: string | undefined
  readonly signal?: AbortSignal | undefined
  readonly clock?: Clock | undefined
  /** In [0, 1); spreads new tries. */
  readonly random?: (() => number) | undefined
  readonly resolve?: Resolve | undefined
}

const SECOND_MS = 1000

export const retryDefaults: RetryOptions = {
  limit: 4,
  baseMs: 0.5 * SECOND_MS,
  capMs: 30 * SECOND_MS,
  retryAfterCapMs: 120 * SECOND_MS,
}

export const limitDefaults: TimeLimits = {
  connectMs: 10 * SECOND_MS,
  headersMs: 20 * SECOND_MS,
  idleMs: 20 * SECOND_MS,
  wholeMs: 120 * SECOND_MS,
}

export type DownloadSettings = ReturnType<typeof settingsOf>

export const settingsOf = ({
  concurrency = 8,
  requestsPerSecond = 20,
  retry,
  limits,
  maxBytes = 20e6,
  maxRedirects = 3,
  redirects = 'same-server',
  giveUpAfter = 25,
  retryFailed = false,
  trusted = [],
  userAgent = 'medley',
  signal = new AbortController().signal,
  clock = systemClock,
  random = Math.random,
  resolve = resolveWithSystem,
  check,
  rememberIn,
}: DownloadOptions) => ({
  concurrency,
  requestsPerSecond,
  retry: { ...retryDefaults, ...retry },
  limits: { ...limitDefaults, ...limits },
  maxBytes,
  maxRedirects,
  redirects,
  giveUpAfter,
  retryFailed,
  trusted,
  userAgent,
  signal,
  clock,
  random,
  resolve,
  check,
  rememberIn,
})
