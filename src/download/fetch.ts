// The bytes of one address: redirects on the same server, new tries after a pause, and no machine that is not public.
import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import { isIP } from 'node:net'

import { bareHost, guardedLookup, isSpecialAddress, serverOf } from './addresses.ts'
import { downloadErrors } from './errors.ts'
import { contentFailure, failureOf } from './failure.ts'
import { Pace, pause } from './pace.ts'
import { requestOnce } from './request.ts'
import { retryDelayMs } from './retry.ts'

import type { Failure } from './failure.ts'
import type { DownloadItem } from './outcome.ts'
import type { Answer } from './request.ts'
import type { DownloadSettings } from './settings.ts'

export type Fetched =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array; readonly attempts: number }
  | { readonly kind: 'failed'; readonly failure: Failure; readonly attempts: number }
  /** The server has been given up. */
  | { readonly kind: 'given-up'; readonly failure: Failure }
  | { readonly kind: 'aborted' }

type FinalAnswer = Exclude<Answer, { kind: 'redirect' }>

/** Connections and manners towards all servers of one download. */
export class Fetcher {
  readonly #settings: DownloadSettings
  readonly #signal: AbortSignal
  readonly #agents: { readonly 'http:': HttpAgent; readonly 'https:': HttpsAgent }
  readonly #paces = new Map<string, Pace>()
  readonly #trusted: ReadonlySet<string>

  constructor(settings: DownloadSettings, signal: AbortSignal) {
    this.#settings = settings
    this.#signal = signal
    this.#agents = {
      'http:': new HttpAgent({ keepAlive: true }),
      'https:': new HttpsAgent({ keepAlive: true }),
    }
    this.#trusted = new Set(settings.trusted.map((address) => serverOf(new URL(address))))
  }

  /** Cuts all connections. */
  close(): void {
    for (const agent of Object.values(this.#agents)) agent.destroy()
  }

  async fetch(item: DownloadItem): Promise<Fetched> {
    const url = this.#parse(item.url)
    if (!(url instanceof URL)) return { kind: 'failed', failure: url, attempts: 0 }
    const pace = this.#paceOf(url)
    const { retry, random } = this.#settings
    for (let attempts = 1; ; attempts++) {
      if (pace.isGivenUp) return { kind: 'given-up', failure: this.#hostDown(url) }
      const answer = await this.#try(url, item, pace)
      if (answer.kind === 'aborted') return answer
      if (answer.kind === 'body') {
        pace.note(false)
        return { kind: 'bytes', bytes: answer.bytes, attempts }
      }
      const { failure } = answer
      const delayMs = retryDelayMs(attempts, retry, {
        random: random(),
        retryAfterMs: failure.retryAfterMs,
      })
      // A wish for silence is meant for everybody, not for this one file.
      if (failure.retryAfterMs !== undefined) pace.quiet(delayMs)
      if (!failure.mayPass || attempts > retry.limit) {
        pace.note(failure.isHostTrouble)
        return { kind: 'failed', failure, attempts }
      }
      await pause(delayMs, this.#signal).catch(() => undefined)
      if (this.#signal.aborted) return { kind: 'aborted' }
    }
  }

  /** The address, or why nobody will ask for it. */
  #parse(text: string): URL | Failure {
    const invalid = (reason: string): Failure =>
      failureOf('url-invalid', {
        error: downloadErrors.error('url-invalid', { url: text.slice(0, 200), reason }),
      })
    if (!URL.canParse(text)) return invalid('it is not an address')
    const url = new URL(text)
    if (url.protocol !== 'http:' && url.protocol !== 'https:')
      return invalid(`it is ${url.protocol}`)
    if (url.username !== '' || url.password !== '') return invalid('it holds a name or password')
    // An address in numbers is not looked up, so the guard of the look-up never sees it.
    const host = bareHost(url)
    if (!this.#isTrusted(url) && isIP(host) !== 0 && isSpecialAddress(host)) {
      const details = { host: url.hostname, address: host }
      return failureOf('private-address', {
        error: downloadErrors.error('private-address', details),
      })
    }
    return url
  }

  #isTrusted(url: URL): boolean {
    return this.#trusted.has(serverOf(url))
  }

  #paceOf(url: URL): Pace {
    const server = serverOf(url)
    const pace = this.#paces.get(server) ?? new Pace(this.#settings)
    this.#paces.set(server, pace)
    return pace
  }

  #hostDown(url: URL): Failure {
    const details = { host: url.host, count: this.#settings.giveUpAfter }
    return failureOf('host-down', { error: downloadErrors.error('host-down', details) })
  }

  async #follow(start: URL, pace: Pace): Promise<FinalAnswer> {
    const { maxRedirects, resolve } = this.#settings
    let url = start
    for (let redirects = 0; redirects <= maxRedirects; redirects++) {
      await (url === start ? pace : this.#paceOf(url)).turn(this.#signal)
      const answer = await requestOnce(url, {
        ...this.#settings,
        signal: this.#signal,
        agent: this.#agents[url.protocol === 'https:' ? 'https:' : 'http:'],
        lookup: this.#isTrusted(url) ? undefined : guardedLookup(resolve),
      })
      if (answer.kind !== 'redirect') return answer
      const target = URL.canParse(answer.location, url.href)
        ? new URL(answer.location, url)
        : undefined
      const reason = target ? this.#objection(url, target) : 'which is not an address'
      if (target === undefined || reason !== undefined) {
        const led = (target?.href ?? answer.location).slice(0, 200)
        const details = { url: start.href, target: led, reason: reason! }
        const error = downloadErrors.error('redirect', details)
        return { kind: 'failed', failure: failureOf('redirect', { error }) }
      }
      url = target
    }
    const error = downloadErrors.error('too-many-redirects', {
      url: start.href,
      limit: maxRedirects,
    })
    return { kind: 'failed', failure: failureOf('too-many-redirects', { error }) }
  }

  /**
   * Why a redirect is not followed. A server that is not public has to be named by the user, not by another server; one that
   * the user has named may lead to another such.
   */
  #objection(from: URL, to: URL): string | undefined {
    if (from.protocol === 'https:' && to.protocol === 'http:') return 'which is not encrypted'
    if (serverOf(from) === serverOf(to))
      return from.protocol === to.protocol ? undefined : 'the same server by another protocol'
    if (this.#settings.redirects === 'same-server') return 'on another server'
    if (this.#isTrusted(to) && !this.#isTrusted(from))
      return 'a server that is not public, where only its own address may lead'
    const parsed = this.#parse(to.href)
    return parsed instanceof URL ? undefined : `and ${parsed.error.message}`
  }

  /** One answer, its content looked at. */
  async #try(url: URL, item: DownloadItem, pace: Pace): Promise<FinalAnswer> {
    const answer = await this.#follow(url, pace).catch((error: unknown) => {
      if (this.#signal.aborted) return { kind: 'aborted' as const }
      throw error
    })
    if (answer.kind !== 'body') return answer
    const error = await this.#settings.check?.(answer.bytes, item)
    return error === undefined ? answer : { kind: 'failed', failure: contentFailure(error, answer) }
  }
}
