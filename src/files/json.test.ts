import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { exactJson, readJson, writeJson, type JsonValue } from './json.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'medley-json-'))
})
afterAll(() => rm(folder, { recursive: true }))

test('exact JSON reads back bit for bit, -0 included', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.double({ noNaN: true, noDefaultInfinity: true }), (value, x) => {
      const all = [value as JsonValue, x, { x }]
      expect(JSON.parse(exactJson(all))).toEqual(all)
    }),
  )
  expect(JSON.parse(exactJson([-0, 5e-324, 0.1]))).toEqual([-0, 5e-324, 0.1])
})

test('exact JSON refuses what JSON cannot hold', () => {
  expect(() => exactJson({ loss: NaN })).toThrow(RangeError)
  expect(() => exactJson([-Infinity])).toThrow(RangeError)
})

test('a JSON file is written and read; a damaged or missing one is named', async () => {
  const path = join(folder, 'a.json')
  await writeJson(path, { a: [1, 'ü'] })
  expect(await readJson(path)).toEqual({ a: [1, 'ü'] })
  await writeFile(path, '{"a":')
  await expect(readJson(path)).rejects.toMatchObject({ code: 'files.json-invalid', file: path })
  await expect(readJson(join(folder, 'b.json'))).rejects.toMatchObject({ code: 'files.not-found' })
})
