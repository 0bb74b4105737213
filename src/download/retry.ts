// How long to wait before asking again.

export interface RetryOptions {
  /** Tries after the first one. */
  readonly limit: number
  /** Before the first new try; doubles each time. */
  readonly baseMs: number
  readonly capMs: number
  /** The longest that a server's own wish (Retry-After) is followed. */
  readonly retryAfterCapMs: number
}

/**
 * Exponential back-off with jitter, so that many clients do not come back in step; never sooner than the server asked.
 *
 * @param attempt - how many tries have failed, from 1
 * @param random - in [0, 1)
 */
export const retryDelayMs = (
  attempt: number,
  { baseMs, capMs, retryAfterCapMs }: RetryOptions,
  {
    random,
    retryAfterMs = 0,
  }: { readonly random: number; readonly retryAfterMs?: number | undefined },
): number => {
  const backOff = Math.min(baseMs * 2 ** (attempt - 1), capMs) * (0.5 + random / 2)
  return Math.max(backOff, Math.min(retryAfterMs, retryAfterCapMs))
}

/** Retry-After (RFC 9110, 10.2.3): seconds or a date; undefined when it is neither. */
export const parseRetryAfter = (header: string | undefined, nowMs: number): number | undefined => {
  const text = header?.trim() ?? ''
  if (/^\d+$/.test(text)) return Number(text) * 1000
  // A date begins with the name of a day; `Date.parse` alone takes nearly anything.
  const date = /^[A-Z][a-z]{2}/.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowMs)
}
