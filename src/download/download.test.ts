// Against a real server that misbehaves in every way we know of.
import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import { errorTable } from '../base/errors.ts'
import { download } from './download.ts'
import { startServer } from './testing/server.ts'

import type { DownloadItem, DownloadOutcome } from './outcome.ts'
import type { DownloadOptions } from './settings.ts'
import type { Answering, TestServer } from './testing/server.ts'

const PICTURE = Buffer.concat([
  Buffer.from('picture:'),
  createHash('sha256').update('x').digest(),
  Buffer.alloc(3000, 7),
])
const testErrors = errorTable('testing', {
  'not-a-picture': { exit: 1, http: 415, message: 'not a picture', fix: 'replace it' },
})
const check: DownloadOptions['check'] = (bytes) =>
  Promise.resolve(
    Buffer.from(bytes).equals(PICTURE) ? undefined : testErrors.error('not-a-picture', {}),
  )

const quick: DownloadOptions = {
  check,
  requestsPerSecond: 1000,
  retry: { limit: 2, baseMs: 5, capMs: 20, retryAfterCapMs: 300 },
  limits: { connectMs: 400, headersMs: 400, idleMs: 400, wholeMs: 1000 },
  maxBytes: 100_000,
  giveUpAfter: 1000,
}

const give: Answering = (_request, response) => {
  response.writeHead(200, { 'content-length': PICTURE.length }).end(PICTURE)
}

let folder: string
let server: TestServer
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'medley-download-'))
})
afterEach(async () => {
  await server.close()
  rmSync(folder, { recursive: true, force: true })
})

const at = (path: string): DownloadItem => ({
  url: `${server.base}${path}`,
  path: join(folder, 'posters', path.replaceAll('/', '')),
})

interface Result {
  readonly outcomes: Readonly<Record<string, DownloadOutcome>>
  readonly counts: Awaited<ReturnType<typeof download>>['counts']
  readonly isAborted: boolean
  readonly ms: number
}

const run = async (
  items: readonly DownloadItem[],
  options: DownloadOptions = {},
  onOutcome?: (outcome: DownloadOutcome) => void,
): Promise<Result> => {
  const outcomes: Record<string, DownloadOutcome> = {}
  const began = performance.now()
  const { counts, isAborted } = await download(
    items,
    { trusted: [server.base], ...quick, ...options },
    (outcome) => {
      outcomes[outcome.item.url.replace(server.base, '')] = outcome
      onOutcome?.(outcome)
    },
  )
  expect(Object.values(counts).reduce((sum, count) => sum + count)).toBe(items.length)
  return { outcomes, counts, isAborted, ms: performance.now() - began }
}

/** Code, and how many requests it took. */
const gist = (outcome: DownloadOutcome | undefined): unknown =>
  outcome?.state === 'failed'
    ? `${outcome.problem.code} ${outcome.attempts}`
    : outcome?.state === 'downloaded'
      ? `downloaded ${outcome.attempts}`
      : outcome?.state

const status =
  (code: number, headers: Record<string, string> = {}): Answering =>
  (_request, response) => {
    response.writeHead(code, headers).end()
  }

/** Misbehaves the first times, then gives the picture. */
const first =
  (times: number, bad: Answering): Answering =>
  (request, response, time) => {
    ;(time <= times ? bad : give)(request, response, time)
  }

const drip =
  (everyMs: number, piece: Buffer): Answering =>
  (_request, response) => {
    response.writeHead(200)
    const timer = setInterval(() => response.write(piece), everyMs)
    response.on('close', () => {
      clearInterval(timer)
    })
  }

const halfOf =
  (headers: Record<string, string | number>): Answering =>
  (_request, response) => {
    response.writeHead(200, headers)
    response.write(PICTURE.subarray(0, 1000), () => response.destroy())
  }

const misbehaviours: Readonly<Record<string, readonly [Answering, string]>> = {
  '/fine.jpg': [give, 'downloaded 1'],
  '/chunked.jpg': [(_request, response) => response.end(PICTURE), 'downloaded 1'],
  '/slow.jpg': [
    (_request, response) => {
      response.writeHead(200)
      response.write(PICTURE.subarray(0, 10))
      setTimeout(() => response.end(PICTURE.subarray(10)), 80)
    },
    'downloaded 1',
  ],
  '/404.jpg': [status(404), 'download.gone 1'],
  '/410.jpg': [status(410), 'download.gone 1'],
  '/403.jpg': [status(403), 'download.refused 1'],
  '/204.jpg': [status(204), 'download.refused 1'],
  '/500.jpg': [status(500), 'download.server-error 3'],
  '/500-then-fine.jpg': [first(2, status(500)), 'downloaded 3'],
  '/503-then-fine.jpg': [first(1, status(503)), 'downloaded 2'],
  '/429-for-ever.jpg': [status(429), 'download.busy 3'],
  '/html.jpg': [
    (_request, response) => {
      const page = '<!doctype html><p>Sorry'
      response.writeHead(200, { 'content-length': page.length }).end(page)
    },
    'testing.not-a-picture 1',
  ],
  '/empty.jpg': [status(200), 'download.empty 3'],
  '/truncated.jpg': [halfOf({ 'content-length': PICTURE.length }), 'download.truncated 3'],
  '/truncated-chunked.jpg': [halfOf({}), 'download.truncated 3'],
  '/truncated-unknown.jpg': [
    (_request, response) => {
      // As HTTP/1.0: the end of the connection is the end of the file, so nobody can tell.
      response.socket?.end('HTTP/1.1 200 OK\r\nConnection: close\r\n\r\npicture:')
    },
    'testing.not-a-picture 3',
  ],
  '/truncated-then-fine.jpg': [
    first(1, halfOf({ 'content-length': PICTURE.length })),
    'downloaded 2',
  ],
  '/redirect.jpg': [status(302, { location: '/fine.jpg' }), 'downloaded 1'],
  '/redirect-private.jpg': [
    status(302, { location: 'http://169.254.169.254/latest/' }),
    'download.redirect 1',
  ],
  '/redirect-port.jpg': [status(302, { location: 'http://127.0.0.1:1/x' }), 'download.redirect 1'],
  '/redirect-name.jpg': [status(301, { location: '//localhost/x' }), 'download.redirect 1'],
  '/redirect-scheme.jpg': [status(301, { location: 'file:///etc/passwd' }), 'download.redirect 1'],
  '/redirect-nonsense.jpg': [status(301, { location: 'http://[' }), 'download.redirect 1'],
  '/redirect-nowhere.jpg': [status(302), 'download.refused 1'],
  '/redirect-loop.jpg': [
    status(307, { location: '/redirect-loop.jpg' }),
    'download.too-many-redirects 1',
  ],
  '/huge.jpg': [
    (_request, response) => {
      response.writeHead(200, { 'content-length': 5e9 })
      response.flushHeaders()
    },
    'download.too-large 1',
  ],
  '/endless.jpg': [drip(1, Buffer.alloc(10_000)), 'download.too-large 1'],
  '/trickle.jpg': [drip(40, Buffer.from('x')), 'download.timeout 3'],
  '/stalls.jpg': [
    (_request, response) => {
      response.writeHead(200, { 'content-length': PICTURE.length })
      response.write(PICTURE.subarray(0, 100))
    },
    'download.timeout 3',
  ],
  '/never.jpg': [() => undefined, 'download.timeout 3'],
  '/reset.jpg': [
    (_request, response) => response.socket?.resetAndDestroy(),
    'download.connection 3',
  ],
  '/hangs-up.jpg': [(_request, response) => response.socket?.destroy(), 'download.connection 3'],
  '/no-http.jpg': [
    (_request, response) => response.socket?.end('SSH-2.0-OpenSSH_9.2\r\n'),
    'download.connection 3',
  ],
  '/endless-header.jpg': [
    (_request, response) => {
      response.socket?.write(`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(100_000)}`)
    },
    'download.connection 3',
  ],
}

test('every way to misbehave ends, is reported, and a second run asks only for what is missing', async () => {
  const answers = Object.fromEntries(
    Object.entries(misbehaviours).map(([path, [answer]]) => [path, answer]),
  )
  server = await startServer(answers)
  const rememberIn = join(folder, 'failures.jsonl')
  const items = Object.keys(misbehaviours).map(at)
  const { outcomes, ms } = await run(items, { rememberIn, concurrency: 8 })
  expect(
    Object.fromEntries(Object.entries(outcomes).map(([url, one]) => [url, gist(one)])),
  ).toEqual(
    Object.fromEntries(Object.entries(misbehaviours).map(([url, [, expected]]) => [url, expected])),
  )
  expect(ms).toBeLessThan(20_000)
  expect(server.mostOpen()).toBeLessThanOrEqual(8)
  const wholeOnes = Object.entries(misbehaviours)
    .filter(([, [, expected]]) => expected.startsWith('downloaded'))
    .map(([path]) => path.slice(1))
  expect(readdirSync(join(folder, 'posters')).sort()).toEqual(wholeOnes.sort())
  for (const name of wholeOnes)
    expect(readFileSync(join(folder, 'posters', name)).equals(PICTURE)).toBe(true)

  const before = server.asked.length
  const failing = ['/404.jpg', '/410.jpg', '/403.jpg', '/html.jpg', '/fine.jpg', '/slow.jpg']
  const again = await run(failing.map(at), { rememberIn })
  expect(Object.values(again.outcomes).map(gist)).toHaveLength(6)
  expect(again.counts).toMatchObject({ present: 2, remembered: 2, failed: 2 })
  expect(again.outcomes['/404.jpg']).toMatchObject({
    problem: { code: 'download.gone', status: 404 },
  })
  expect(server.asked.slice(before).sort()).toEqual(['/403.jpg', '/html.jpg'])

  const third = await run([at('/404.jpg')], { rememberIn, retryFailed: true })
  expect(gist(third.outcomes['/404.jpg'])).toBe('download.gone 1')
})

describe('manners', () => {
  test('a wish for silence is followed by all workers, in seconds and as a date', async () => {
    const times: number[] = []
    const slowDown: Answering = (request, response, time) => {
      times.push(performance.now())
      if (request.url === '/busy.jpg' && time === 1)
        response.writeHead(429, { 'retry-after': '1' }).end()
      else
        setTimeout(() => {
          give(request, response, time)
        }, 10)
    }
    server = await startServer({ '*': slowDown })
    const paths = ['/busy.jpg', ...Array.from({ length: 12 }, (_, index) => `/${index}.jpg`)]
    const { counts } = await run(paths.map(at), { concurrency: 2 })
    expect(counts.downloaded).toBe(13)
    // Capped at 300 ms here; the one that was in work beside it may have gone on.
    const gaps = times.slice(1).map((time, index) => time - times[index]!)
    expect(Math.max(...gaps)).toBeGreaterThan(270)
    expect(gaps.slice(0, 4).some((gap) => gap > 270)).toBe(true)

    const date = new Date(Date.now() + 3600_000).toUTCString()
    await server.close()
    server = await startServer({ '*': first(1, status(503, { 'retry-after': date })) })
    const { outcomes, ms } = await run([at('/date.jpg')])
    expect(gist(outcomes['/date.jpg'])).toBe('downloaded 2')
    expect(ms).toBeGreaterThan(290)
  })

  test('no more requests a second than allowed', async () => {
    server = await startServer({ '*': give })
    const { ms } = await run(
      Array.from({ length: 11 }, (_, index) => at(`/${index}.jpg`)),
      { requestsPerSecond: 50, concurrency: 11 },
    )
    expect(ms).toBeGreaterThan(190)
  })

  test('a server that only fails is left alone', async () => {
    server = await startServer({ '*': status(500) })
    const items = Array.from({ length: 40 }, (_, index) => at(`/${index}.jpg`))
    const { counts, outcomes } = await run(items, { giveUpAfter: 5, concurrency: 2 })
    expect(counts.failed).toBeGreaterThanOrEqual(5)
    expect(counts['not-tried']).toBeGreaterThan(30)
    expect(outcomes['/39.jpg']).toMatchObject({ problem: { code: 'download.host-down' } })
    expect(server.asked.length).toBeLessThanOrEqual(21)
  })

  test('files that are not there say nothing about the server', async () => {
    server = await startServer({})
    const items = Array.from({ length: 40 }, (_, index) => at(`/${index}.jpg`))
    expect((await run(items, { giveUpAfter: 5 })).counts.failed).toBe(40)
  })

  test('items that share a file are one request', async () => {
    server = await startServer({ '*': give })
    const item = at('/same.jpg')
    const summary = await download([item, item, item], { ...quick, trusted: [server.base] })
    expect(summary.counts.downloaded).toBe(3)
    expect(server.asked).toEqual(['/same.jpg'])
    await expect(download([item, { ...item, url: 'http://a.example/' }])).rejects.toThrow(TypeError)
  })
})

describe('addresses that are not public', () => {
  const codeAt = async (url: string, options: DownloadOptions = {}): Promise<unknown> => {
    const path = join(folder, 'x')
    const { outcomes } = await run([{ url, path }], options)
    return gist(Object.values(outcomes)[0])
  }

  test('are refused unless named, then for that port only', async () => {
    server = await startServer({ '*': give })
    const { port } = server
    const spellings = ['127.0.0.1', '2130706433', '[::ffff:7f00:1]', '[::1]', '10.0.0.1']
    for (const host of spellings)
      expect(await codeAt(`http://${host}:${port}/`, { trusted: [] })).toBe(
        'download.private-address 0',
      )
    expect(await codeAt(`http://localhost:${port}/`, { trusted: [] })).toBe(
      'download.private-address 1',
    )
    expect(await codeAt(`http://127.0.0.1:${port}/`, { trusted: ['http://127.0.0.1:1'] })).toBe(
      'download.private-address 0',
    )
    expect(server.asked).toEqual([])
    expect(await codeAt(`http://127.0.0.1:${port}/`)).toBe('downloaded 1')
  })

  test('redirects may lead to other servers on request, but to public ones only', async () => {
    const other = await startServer({ '*': give })
    try {
      server = await startServer({
        '/name': status(302, { location: `http://posters.example:${other.port}/x` }),
        '/numbers': status(302, { location: `http://127.0.0.1:${other.port}/x` }),
        '/trusted': status(302, { location: `${other.base}/x` }),
      })
      const resolve: DownloadOptions['resolve'] = (_host, done) => {
        done(null, [{ address: '10.0.0.7', family: 4 }])
      }
      const anywhere: DownloadOptions = { resolve, redirects: 'public' }
      expect(await codeAt(`${server.base}/name`, { resolve })).toBe('download.redirect 1')
      // Followed, and caught where it is connected to.
      expect(await codeAt(`${server.base}/name`, anywhere)).toBe('download.private-address 1')
      expect(await codeAt(`${server.base}/numbers`, anywhere)).toBe('download.redirect 1')
      const trusted = [server.base, other.base]
      const { outcomes } = await run(
        [{ url: `${server.base}/numbers`, path: join(folder, 'x') }],
        anywhere,
      )
      expect(Object.values(outcomes)[0]).toMatchObject({
        problem: { message: expect.stringContaining('inside a private network') as unknown },
      })
      expect(other.asked).toEqual([])
      // Both are the user's own; a public server may not lead there.
      expect(await codeAt(`${server.base}/trusted`, { ...anywhere, trusted })).toBe('downloaded 1')
    } finally {
      await other.close()
    }
  })

  test('a name that changes its address is caught where it is connected to', async () => {
    server = await startServer({ '*': give })
    let looks = 0
    const resolve: DownloadOptions['resolve'] = (_host, done) => {
      looks++
      done(null, [{ address: '127.0.0.1', family: 4 }])
    }
    const url = `http://posters.example:${server.port}/x.jpg`
    expect(await codeAt(url, { resolve })).toBe('download.private-address 1')
    expect(looks).toBe(1)
    expect(server.asked).toEqual([])
  })

  test.each([
    ['no address', 'download.url-invalid 0'],
    ['file:///etc/passwd', 'download.url-invalid 0'],
    ['ftp://films.example/a.jpg', 'download.url-invalid 0'],
    ['http://me:secret@films.example/a.jpg', 'download.url-invalid 0'],
  ])('%s', async (url, expected) => {
    server = await startServer({})
    expect(await codeAt(url)).toBe(expected)
  })

  test('a name that is never answered, and a server without encryption', async () => {
    server = await startServer({})
    const url = 'https://films.example/a.jpg'
    expect(await codeAt(url, { resolve: () => undefined })).toBe('download.timeout 3')
    expect(await codeAt(`https://127.0.0.1:${server.port}/a.jpg`)).toBe('download.connection 3')
  })

  test('a name that nobody knows', async () => {
    server = await startServer({})
    const resolve: DownloadOptions['resolve'] = (_host, done) => {
      done(Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' }), [])
    }
    expect(await codeAt('https://films.example/a.jpg', { resolve })).toBe(
      'download.address-unknown 3',
    )
  })
})

describe('ends', () => {
  test('Ctrl-C: what is there stays, the rest is told, and a new run goes on', async () => {
    server = await startServer({
      '*': (request, response, time) => {
        if (/[0-4]\.jpg/.test(request.url ?? '')) give(request, response, time)
      },
    })
    const items = Array.from({ length: 10 }, (_, index) => at(`/${index}.jpg`))
    const controller = new AbortController()
    let downloaded = 0
    const stopped = await run(
      items,
      { concurrency: 2, signal: controller.signal, limits: { headersMs: 30_000, wholeMs: 30_000 } },
      ({ state }) => {
        if (state === 'downloaded' && ++downloaded === 5)
          setTimeout(() => {
            controller.abort()
          }, 50)
      },
    )
    expect(stopped.isAborted).toBe(true)
    expect(stopped.ms).toBeLessThan(2000)
    expect(stopped.counts).toMatchObject({ downloaded: 5, 'not-tried': 5 })
    expect(readdirSync(join(folder, 'posters')).sort()).toEqual(
      [0, 1, 2, 3, 4].map((n) => `${n}.jpg`),
    )

    await server.close()
    server = await startServer({ '*': give })
    const moved = items.map(({ url, path }) => ({ url: server.base + new URL(url).pathname, path }))
    expect((await run(moved)).counts).toMatchObject({ downloaded: 5, present: 5 })
    expect(server.asked).toHaveLength(5)
  })

  test('a signal that came before, and one that comes in a pause', async () => {
    server = await startServer({ '*': status(503, { 'retry-after': '100' }) })
    const early = await run([at('/a.jpg')], { signal: AbortSignal.abort() })
    expect(early).toMatchObject({ isAborted: true, counts: { 'not-tried': 1 } })
    expect(server.asked).toEqual([])
    const late = await run([at('/a.jpg'), at('/b.jpg')], {
      signal: AbortSignal.timeout(100),
      retry: { retryAfterCapMs: 60_000 },
    })
    expect(late).toMatchObject({ isAborted: true, counts: { 'not-tried': 2 } })
    expect(late.ms).toBeLessThan(2000)
  })

  test('a place that cannot be written stops everything, with its own error', async () => {
    server = await startServer({ '*': give })
    writeFileSync(join(folder, 'posters'), 'a file where the folder should be')
    const items = Array.from({ length: 20 }, (_, index) => at(`/${index}.jpg`))
    await expect(run(items)).rejects.toMatchObject({ code: 'files.not-a-folder' })
  })

  test('a cut-off line of the memory is passed over', async () => {
    server = await startServer({ '*': give })
    const rememberIn = join(folder, 'failures.jsonl')
    const line = JSON.stringify({ url: at('/a.jpg').url, code: 'download.gone', message: 'gone' })
    writeFileSync(rememberIn, `${line}\n${line.replace('/a.jpg', '/b.jpg').slice(0, -9)}`)
    const { counts } = await run(['/a.jpg', '/b.jpg'].map(at), { rememberIn })
    expect(counts).toMatchObject({ remembered: 1, downloaded: 1 })
  })
})
