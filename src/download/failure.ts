// What follows from each way to fail. A file that the server says it does not have is remembered and not asked for again;
// what may pass is tried again; what is the server's trouble, not the file's, counts towards leaving the server alone.
import { downloadErrors } from './errors.ts'

import type { MedleyError } from '../base/errors.ts'
import type { DownloadReason } from './errors.ts'

interface Consequences {
  /** Trying again in a moment may help. */
  readonly mayPass: boolean
  /** Asking again another day will not help. */
  readonly isPermanent: boolean
  /** Says something about the server as a whole. */
  readonly isHostTrouble: boolean
}

export interface Failure extends Consequences {
  readonly error: MedleyError
  readonly status?: number | undefined
  /** How long the server asked to be left alone. */
  readonly retryAfterMs?: number | undefined
}

const own: Consequences = { mayPass: false, isPermanent: false, isHostTrouble: false }
const passing: Consequences = { ...own, mayPass: true }
const host: Consequences = { ...own, isHostTrouble: true }
const passingHost: Consequences = { ...host, mayPass: true }

const consequences: Readonly<Record<DownloadReason, Consequences>> = {
  'url-invalid': own,
  'private-address': own,
  redirect: own,
  'too-many-redirects': own,
  gone: { ...own, isPermanent: true },
  // Servers that have had enough of a visitor answer 403 to everything: not a word about the file.
  refused: host,
  busy: passingHost,
  'server-error': passingHost,
  'address-unknown': passingHost,
  connection: passingHost,
  certificate: host,
  timeout: passingHost,
  truncated: passing,
  empty: passing,
  'too-large': own,
  'host-down': own,
  'not-reached': own,
  interrupted: own,
}

interface FailureDetails {
  readonly error: MedleyError
  readonly status?: number | undefined
  readonly retryAfterMs?: number | undefined
}

/** A failure with an error of this room's own. */
export const failureOf = (reason: DownloadReason, details: FailureDetails): Failure => ({
  ...consequences[reason],
  ...details,
})

/** The bytes came, and whoever wants them does not take them. */
export const contentFailure = (
  error: MedleyError,
  { isLengthKnown }: { readonly isLengthKnown: boolean },
): Failure => ({
  ...own,
  // Without a length, a cut connection looks like the end of the file.
  mayPass: !isLengthKnown,
  error,
})

/** Statuses that say "not now". */
const BUSY = [425, 429, 503]
const GONE = [404, 410, 451]
const REQUEST_TIMEOUT = 408

export const statusFailure = (
  url: string,
  status: number,
  retryAfterMs: number | undefined,
): Failure => {
  const reason = BUSY.includes(status)
    ? 'busy'
    : GONE.includes(status)
      ? 'gone'
      : status >= 500 || status === REQUEST_TIMEOUT
        ? 'server-error'
        : 'refused'
  const error = downloadErrors.error(reason, { url, status })
  return failureOf(reason, { error, status, retryAfterMs })
}

const DNS_CODES = ['ENOTFOUND', 'EAI_AGAIN', 'ENODATA', 'ESERVFAIL', 'ETIMEOUT']

/** A failure below HTTP: names, connections, certificates. */
export const networkFailure = (url: URL, cause: Error): Failure => {
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : ''
  const reason = code === '' || cause.message.includes(code) ? cause.message : code
  if (DNS_CODES.includes(code)) {
    const error = downloadErrors.error('address-unknown', { host: url.hostname, reason }, { cause })
    return failureOf('address-unknown', { error })
  }
  if (/CERT|SELF_SIGNED|ISSUER|LEAF_SIGNATURE/.test(code)) {
    const error = downloadErrors.error('certificate', { host: url.hostname, reason }, { cause })
    return failureOf('certificate', { error })
  }
  const error = downloadErrors.error('connection', { url: url.href, reason }, { cause })
  return failureOf('connection', { error })
}
