// One HTTP request to its end, whatever the other side does: each phase has a time limit, the body a size limit, and
// every way out settles exactly once. Redirects are handed back, not followed.
import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'

import { SpecialAddressError } from './addresses.ts'
import { downloadErrors } from './errors.ts'
import { failureOf, networkFailure, statusFailure } from './failure.ts'
import { parseRetryAfter } from './retry.ts'

import type { IncomingMessage, Agent } from 'node:http'
import type { LookupFunction } from 'node:net'
import type { Clock } from '../base/clock.ts'
import type { Failure } from './failure.ts'

export interface TimeLimits {
  /** Looking up the name, connecting, agreeing on encryption. */
  readonly connectMs: number
  /** From the request to the status line and headers. */
  readonly headersMs: number
  /** Between two pieces of the body. */
  readonly idleMs: number
  /** All of it, once. */
  readonly wholeMs: number
}

export interface RequestOptions {
  readonly agent: Agent
  /** Undefined: the system's own, unguarded. */
  readonly lookup: LookupFunction | undefined
  readonly limits: TimeLimits
  readonly maxBytes: number
  readonly userAgent: string
  readonly clock: Clock
  readonly signal: AbortSignal
}

export type Answer =
  | { readonly kind: 'body'; readonly bytes: Uint8Array; readonly isLengthKnown: boolean }
  | { readonly kind: 'redirect'; readonly location: string }
  | { readonly kind: 'failed'; readonly failure: Failure }
  | { readonly kind: 'aborted' }

const phases: Readonly<Record<keyof TimeLimits, string>> = {
  connectMs: 'connecting',
  headersMs: 'waiting for an answer',
  idleMs: 'waiting for more of the file',
  wholeMs: 'the whole file',
}

export const requestOnce = (url: URL, options: RequestOptions): Promise<Answer> =>
  new Promise((resolve) => {
    const { agent, lookup, limits, userAgent, clock, signal } = options
    let phaseTimer: NodeJS.Timeout | undefined
    let isSettled = false
    const expire = (phase: keyof TimeLimits): void => {
      const details = { url: url.href, phase: phases[phase], seconds: limits[phase] / 1000 }
      const error = downloadErrors.error('timeout', details)
      stop({ kind: 'failed', failure: failureOf('timeout', { error }) })
    }
    const enter = (phase: keyof TimeLimits): void => {
      // A late event of a connection that was cut must not leave a timer behind.
      if (isSettled) return
      clearTimeout(phaseTimer)
      phaseTimer = setTimeout(() => {
        expire(phase)
      }, limits[phase])
    }
    const wholeTimer = setTimeout(() => {
      expire('wholeMs')
    }, limits.wholeMs)
    const settle = (answer: Answer): void => {
      isSettled = true
      clearTimeout(phaseTimer)
      clearTimeout(wholeTimer)
      signal.removeEventListener('abort', abort)
      resolve(answer)
    }
    /** Settles and cuts the connection: what the other side still sends is not wanted. */
    const stop = (answer: Answer): void => {
      settle(answer)
      request.destroy()
    }
    const abort = (): void => {
      stop({ kind: 'aborted' })
    }

    enter('connectMs')
    const isSecure = url.protocol === 'https:'
    const request = (isSecure ? httpsRequest : httpRequest)(url, {
      agent,
      lookup,
      headers: {
        'user-agent': userAgent,
        'accept-encoding': 'identity',
        accept: 'image/*,*/*;q=0.8',
      },
    })
    signal.addEventListener('abort', abort)
    request.on('socket', (socket) => {
      if (!socket.connecting) enter('headersMs')
      else
        socket.once(isSecure ? 'secureConnect' : 'connect', () => {
          enter('headersMs')
        })
    })
    request.on('error', (error) => {
      settle({ kind: 'failed', failure: errorFailure(url, error) })
    })
    request.on('response', (response) => {
      const { statusCode: status = 0, headers } = response
      if (status >= 300 && status < 400 && headers.location !== undefined) {
        stop({ kind: 'redirect', location: headers.location })
      } else if (status !== 200) {
        const retryAfterMs = parseRetryAfter(headers['retry-after'], clock.now())
        stop({ kind: 'failed', failure: statusFailure(url.href, status, retryAfterMs) })
      } else readBody(url, response, { ...options, enter, settle, stop })
    })
    request.end()
    if (signal.aborted) abort()
  })

interface BodyOptions extends RequestOptions {
  readonly enter: (phase: keyof TimeLimits) => void
  readonly settle: (answer: Answer) => void
  readonly stop: (answer: Answer) => void
}

const readBody = (
  url: URL,
  response: IncomingMessage,
  { maxBytes, enter, settle, stop }: BodyOptions,
): void => {
  const declared = response.headers['content-length']
  const expected = declared === undefined ? undefined : Number(declared)
  const chunks: Buffer[] = []
  let received = 0
  const tooLarge = (): void => {
    const error = downloadErrors.error('too-large', { url: url.href, limit: maxBytes / 1e6 })
    stop({ kind: 'failed', failure: failureOf('too-large', { error }) })
  }
  const truncated = (): void => {
    const details = { url: url.href, received, expected: expected ?? 'more' }
    const error = downloadErrors.error('truncated', details)
    settle({ kind: 'failed', failure: failureOf('truncated', { error }) })
  }
  if (expected !== undefined && expected > maxBytes) {
    tooLarge()
    return
  }
  enter('idleMs')
  response.on('data', (chunk: Buffer) => {
    received += chunk.length
    if (received > maxBytes) {
      tooLarge()
      return
    }
    chunks.push(chunk)
    enter('idleMs')
  })
  response.on('error', truncated)
  response.on('end', () => {
    if (!response.complete || (expected !== undefined && received !== expected)) truncated()
    else if (received === 0) {
      const error = downloadErrors.error('empty', { url: url.href })
      settle({ kind: 'failed', failure: failureOf('empty', { error }) })
    } else {
      const isLengthKnown =
        expected !== undefined || response.headers['transfer-encoding'] === 'chunked'
      settle({ kind: 'body', bytes: Buffer.concat(chunks), isLengthKnown })
    }
  })
}

const errorFailure = (url: URL, error: Error): Failure => {
  if (!(error instanceof SpecialAddressError)) return networkFailure(url, error)
  const details = { host: url.hostname, address: error.address }
  return failureOf('private-address', { error: downloadErrors.error('private-address', details) })
}
