import { expect, test } from 'vitest'

import { parseRetryAfter, retryDelayMs } from './retry.ts'

const options = { limit: 4, baseMs: 500, capMs: 30_000, retryAfterCapMs: 120_000 }

test('the pause doubles, is spread over its upper half, and has an end', () => {
  const delays = (random: number): number[] =>
    [1, 2, 3, 10].map((attempt) => retryDelayMs(attempt, options, { random }))
  expect(delays(0)).toEqual([250, 500, 1000, 15_000])
  expect(delays(1)).toEqual([500, 1000, 2000, 30_000])
})

test('never sooner than the server asked, up to a limit', () => {
  const delay = (retryAfterMs: number): number =>
    retryDelayMs(1, options, { random: 1, retryAfterMs })
  expect([100, 7_000, 3_600_000].map(delay)).toEqual([500, 7_000, 120_000])
})

test('Retry-After in seconds, as a date, and as nonsense', () => {
  const now = Date.parse('2024-05-01T10:00:00Z')
  const parse = (text: string | undefined): number | undefined => parseRetryAfter(text, now)
  expect(parse('120')).toBe(120_000)
  expect(parse(' 0 ')).toBe(0)
  expect(parse('Wed, 01 May 2024 10:00:30 GMT')).toBe(30_000)
  expect(parse('Wed, 01 May 2024 09:00:00 GMT')).toBe(0)
  expect([undefined, '', '-1', '1.5', 'soon', '2024-05-01'].map(parse)).toEqual(
    Array(6).fill(undefined),
  )
})
