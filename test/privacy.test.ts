// ONNX Runtime's own telemetry stays off: a process that runs sessions through Medley leaves nothing in its user's home.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

import { afterAll, beforeAll, expect, test } from 'vitest'

import { loadKoffi } from '../src/engine/runtime/native/koffi.ts'

const engine = pathToFileURL(join(import.meta.dirname, '../dist/engine.js')).href

/** Telemetry begins with the first session, also one that is refused. */
const openSession = `
  import { openSession } from ${JSON.stringify(engine)}
  await openSession('broken', Uint8Array.of(1), { threads: 1 }).catch(({ code }) => {
    if (code !== 'runtime.graph-refused') throw new Error(code)
  })
`
const inWorker = `
  import { once } from 'node:events'
  import { Worker } from 'node:worker_threads'
  const program = new URL('data:text/javascript,' + encodeURIComponent(${JSON.stringify(openSession)}))
  const [code] = await once(new Worker(program), 'exit')
  process.exitCode = code
`

let home: string

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'medley-privacy-'))
})
afterAll(() => rm(home, { recursive: true }))

/** What a program leaves in its home. Variables that switch telemetry off, as CI does, are not handed on. */
const leftBy = async (program: string): Promise<readonly string[]> => {
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    env: { PATH: process.env['PATH'], HOME: home },
    stdio: 'inherit',
  })
  expect(await once(child, 'exit')).toEqual([0, null])
  return readdir(home, { recursive: true })
}

test('sessions leave nothing behind', async () => {
  expect(await leftBy(openSession)).toEqual([])
})

test.skipIf(!(await loadKoffi()))('nor do those of a worker thread', async () => {
  expect(await leftBy(inWorker)).toEqual([])
})
