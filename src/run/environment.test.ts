import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import { assertResumable, collectEnvironment, loadEnvironment, saveEnvironment } from './environment.ts' // prettier-ignore

const input = {
  threads: 2,
  argv: ['train', 'films.csv'],
  dataFingerprint: 'data-1',
  experimentFingerprint: 'experiment-1',
}

test('it holds machine and versions, and comes back from a file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'medley-environment-'))
  const path = join(folder, 'environment.json')
  const environment = collectEnvironment(input)
  expect(environment).toMatchObject({ ...input, platform: process.platform })
  expect(Object.keys(environment.versions)).toEqual(['node', 'medley', 'onnxruntime-node', 'sharp', '@duckdb/node-api']) // prettier-ignore
  await saveEnvironment(path, environment)
  expect(await loadEnvironment(path)).toEqual(environment)
  await writeFile(path, '{"version":1,"versions":{"node":20}}')
  await expect(loadEnvironment(path)).rejects.toMatchObject({
    code: 'run.environment-invalid',
    message: expect.stringContaining('versions.node') as string,
  })
  await rm(folder, { recursive: true })
})

test('a run goes on in the same environment, even from another command line', () => {
  const environment = collectEnvironment(input)
  assertResumable(environment, collectEnvironment({ ...input, argv: ['train', '--resume'] }))
  assertResumable(environment, { ...environment, memoryBytes: 1, cores: 99 })
})

test('every difference that could change a bit is listed', () => {
  const environment = collectEnvironment(input)
  const other = {
    ...environment,
    threads: 4,
    cpuModel: 'another',
    dataFingerprint: 'data-2',
    experimentFingerprint: 'experiment-2',
    versions: { ...environment.versions, sharp: '0.0.1', extra: '1.0.0' },
  }
  const error = (() => {
    try {
      assertResumable(environment, other)
    } catch (thrown) {
      return thrown
    }
    return undefined
  })()
  expect(error).toMatchObject({ code: 'run.environment-differs', exit: 2 })
  const { message } = error as Error
  expect(message).toContain('threads was 2, is 4; CPU model was ')
  expect(message).toContain('data fingerprint was data-1, is data-2')
  expect(message).toContain('experiment fingerprint was experiment-1, is experiment-2')
  expect(message).toMatch(/sharp was \S+, is 0\.0\.1/)
  expect(message).toContain('extra was absent, is 1.0.0')
  expect(message).not.toContain('onnxruntime')
})
