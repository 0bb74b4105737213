import { expect, test } from 'vitest'

import { fetchOf } from './fetch-options.ts'

import type { FetchFlags } from './fetch-options.ts'

test.each([
  [{ allowServer: ['http://cms.intranet:8080'] }, '--allow-server'],
  [{ fetchRate: 5 }, '--fetch-rate'],
  [{ retryFailed: true }, '--retry-failed'],
] as const)(
  '%j changes nothing without --fetch-images, unless an experiment fetches',
  (flags, flag) => {
    expect(() => fetchOf(flags, 'cache')).toThrow(`${flag} changes nothing`)
    expect(fetchOf(flags, 'cache', { isPlanned: true }).options).toBeUndefined()
    expect(fetchOf({ ...flags, fetchImages: true, top: 3 }, 'cache')).toMatchObject({
      options: { folder: expect.stringContaining('pictures') as unknown },
      rest: { top: 3 },
    })
    const { retryFailed, fetchRate, allowServer }: FetchFlags = flags
    expect(fetchOf(flags, 'cache', { isPlanned: true }).settings).toMatchObject({
      servers: allowServer,
      requestsPerSecond: fetchRate,
      retryFailed,
    })
  },
)
