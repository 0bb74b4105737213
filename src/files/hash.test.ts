import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import { sha256, sha256File } from './hash.ts'

test('known answers (FIPS 180-2), text as UTF-8', () => {
  const abc = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'
  expect(sha256('abc')).toBe(abc)
  expect(sha256(new TextEncoder().encode('abc'))).toBe(abc)
  expect(sha256('')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')
})

test('a file of several pieces has the hash of its bytes', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'medley-hash-'))
  const path = join(folder, 'big')
  const bytes = new Uint8Array(3_000_001).fill(7)
  await writeFile(path, bytes)
  expect(await sha256File(path)).toBe(sha256(bytes))
  await expect(sha256File(join(folder, 'none'))).rejects.toMatchObject({ code: 'files.not-found' })
  await rm(folder, { recursive: true })
})
