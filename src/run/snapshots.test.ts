import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeAll, expect, test } from 'vitest'

import { float32 } from '../base/arrays.ts'
import { loadSnapshot, saveSnapshot } from './snapshots.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'medley-snapshots-'))
})
afterAll(() => rm(folder, { recursive: true }))

test('a snapshot is saved, replaced and loaded', async () => {
  expect(await loadSnapshot(folder, 'best')).toBeUndefined()
  for (const epoch of [1, 2]) {
    const tensors = new Map([['a', float32([1], [epoch])]])
    await saveSnapshot(folder, 'best', { tensors, metadata: { epoch, loss: 0.1 + 0.2 } })
  }
  expect(await loadSnapshot(folder, 'best')).toEqual({
    tensors: new Map([['a', float32([1], [2])]]),
    metadata: { epoch: 2, loss: 0.1 + 0.2 },
  })
})

test('damage is found out', async () => {
  await saveSnapshot(folder, 'stage-1', { tensors: new Map([['a', float32([1], [2])]]), metadata: {} }) // prettier-ignore
  const path = join(folder, 'stage-1.safetensors')
  const bytes = await readFile(path)
  bytes[bytes.length - 1]! ^= 1
  await writeFile(path, bytes)
  await expect(loadSnapshot(folder, 'stage-1')).rejects.toMatchObject({
    code: 'run.snapshot-corrupt',
    file: path,
  })
})

test('a name stays inside the folder and apart from checkpoints', async () => {
  for (const name of ['../best', '', '.hidden', 'step-1', 'a/b'])
    await expect(loadSnapshot(folder, name)).rejects.toThrow(RangeError)
})
