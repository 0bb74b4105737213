// What needs a WebGPU adapter runs in a second test runner, whose processes have the variables with which one is found.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

import { afterAll, expect, test } from 'vitest'

import { chosenWith, findAdapter, noDriver } from './adapter.ts'

const root = resolve(import.meta.dirname, '../..')
// Holds the report, and what SwiftShader needs.
const folder = mkdtempSync(join(tmpdir(), 'medley-webgpu-'))
afterAll(() => {
  rmSync(folder, { recursive: true })
})
const { variables, reason } = findAdapter(folder)
if (!variables) console.log(`Tests on WebGPU are skipped: ${reason ?? ''}.`)

interface Report {
  readonly testResults: readonly {
    readonly message: string
    readonly assertionResults: readonly {
      readonly fullName: string
      readonly status: string
      readonly failureMessages: readonly string[] | null
    }[]
  }[]
}

const TIMEOUT_MS = 600_000

test.skipIf(!variables)(
  'operators and training on WebGPU',
  () => {
    const outputFile = join(folder, 'report.json')
    const { stdout, stderr } = spawnSync(
      process.execPath,
      [
        join(root, 'node_modules/vitest/vitest.mjs'),
        'run',
        ...['--config', join(import.meta.dirname, 'device/vitest.config.ts')],
        ...['--reporter=json', `--outputFile=${outputFile}`],
      ],
      { cwd: root, env: { ...process.env, ...variables }, encoding: 'utf8' },
    )
    const report = JSON.parse(readFileSync(outputFile, 'utf8')) as Report
    const results = report.testResults.flatMap(({ assertionResults }) => assertionResults)
    const failed = results
      .filter(({ status }) => status !== 'passed')
      .map(({ fullName, failureMessages }) => `${fullName}: ${failureMessages?.join(' ') ?? ''}`)
    expect(failed, stdout + stderr).toEqual([])
    expect(report.testResults.map(({ message }) => message).filter(Boolean)).toEqual([])
    expect(results.length).toBeGreaterThan(100)
  },
  TIMEOUT_MS,
)

test('without a driver the CPU is used, and the reason is told', () => {
  const { used, reason } = chosenWith(noDriver)
  // A driver that is no Vulkan driver, as on macOS, is found all the same.
  if (process.platform === 'linux') expect(used).toBe('cpu')
  if (used === 'cpu') expect(reason).toMatch(/^there is no WebGPU adapter: /)
})

test.skipIf(process.platform !== 'linux')('CUDA libraries are no part of the package', () => {
  expect(chosenWith({}, 'cuda')).toMatchObject({ asked: 'cuda', used: 'cpu' })
})
