import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, expect, test } from 'vitest'

import { fingerprint, stampFiles, type FingerprintParts } from './fingerprint.ts'

const folder = mkdtempSync(join(tmpdir(), 'medley-fingerprint-'))
afterAll(() => {
  rmSync(folder, { recursive: true })
})

const parts: FingerprintParts = {
  settings: { width: 75, inputs: [{ kind: 'image', column: 'poster' }], none: null },
  tableHash: 'ab12',
  images: [{ path: 'a.jpg', sizeBytes: 10, mtimeMs: 1.5 }],
}

test('key order does not matter, everything else does', () => {
  const first = fingerprint(parts)
  expect(first).toMatch(/^[0-9a-f]{64}$/)
  const reordered = { none: null, inputs: [{ column: 'poster', kind: 'image' }], width: 75 }
  expect(fingerprint({ ...parts, settings: reordered })).toBe(first)
  const others: FingerprintParts[] = [
    { ...parts, settings: { ...reordered, width: 76 } },
    { ...parts, tableHash: 'ab13' },
    { ...parts, images: [] },
    { ...parts, images: [{ path: 'a.jpg', sizeBytes: 11, mtimeMs: 1.5 }] },
    { ...parts, images: [{ path: 'a.jpg', sizeBytes: 10, mtimeMs: 1.6 }] },
    { ...parts, images: [{ path: 'b.jpg', sizeBytes: 10, mtimeMs: 1.5 }] },
  ]
  expect(new Set([first, ...others.map(fingerprint)]).size).toBe(others.length + 1)
})

test('stamps follow size, time and presence', async () => {
  const path = join(folder, 'a.jpg')
  const stampHash = async (): Promise<string> =>
    fingerprint({ ...parts, images: await stampFiles([path]) })
  const seen = [await stampHash()]
  expect(await stampFiles([path])).toEqual([{ path, sizeBytes: null, mtimeMs: null }])
  writeFileSync(path, 'abc')
  utimesSync(path, 1000, 1000)
  expect(await stampFiles([path])).toEqual([{ path, sizeBytes: 3, mtimeMs: 1_000_000 }])
  seen.push(await stampHash())
  utimesSync(path, 1000, 1001)
  seen.push(await stampHash())
  writeFileSync(path, 'abcd')
  utimesSync(path, 1000, 1000)
  seen.push(await stampHash())
  expect(new Set(seen).size).toBe(4)
  rmSync(path)
  expect(await stampHash()).toBe(seen[0])
})

test('many files keep their order', async () => {
  const paths = Array.from({ length: 150 }, (_, index) => join(folder, `${index}.png`))
  for (const [index, path] of paths.entries()) writeFileSync(path, 'x'.repeat(index))
  const stamps = await stampFiles(paths)
  expect(stamps.map(({ sizeBytes }) => sizeBytes)).toEqual(paths.map((_, index) => index))
})
