// `medley prepare` in processes of its own: two at once, and what --check finds.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeAll, expect, test } from 'vitest'

import { generateFilms } from '../../src/samples/films/films.ts'
import { jsonOf, medley } from '../support/medley.ts'

const cwd = mkdtempSync(join(tmpdir(), 'medley-cli-prepare-'))
const STORE = /^[0-9a-f]{16}$/
const stores = (): string[] => readdirSync(join(cwd, 'prepared')).filter((name) => STORE.test(name))
const prepare = [
  'prepare',
  'films/films.csv',
  '--out',
  'prepared',
  '--image-size',
  '16x24',
  '--json',
]
const check = ['prepare', '--check', 'prepared']

beforeAll(async () => {
  await generateFilms(join(cwd, 'films'), { rows: 120, posterWidth: 24 })
})
afterAll(() => {
  rmSync(cwd, { recursive: true, force: true })
})

test('two at once into one folder: both succeed, with one store', async () => {
  const both = await Promise.all([medley(prepare, { cwd }), medley(prepare, { cwd })])
  expect(both.map(({ code }) => code)).toEqual([0, 0])
  const [one, other] = both.map(jsonOf)
  expect(one!['fingerprint']).toBe(other!['fingerprint'])
  expect(stores()).toEqual([String(one!['fingerprint']).slice(0, 16)])
  const checked = await medley(check, { cwd })
  expect(checked).toMatchObject({ code: 0, stderr: '' })
  expect(checked.stdout).toContain('sound, 120 rows')
})

test('one changed byte is found, with what to do, and doing that helps', async () => {
  const [store] = stores()
  const shard = join(cwd, 'prepared', store!, 'shard-00000.safetensors')
  const bytes = readFileSync(shard)
  bytes[bytes.length - 9]! ^= 1
  writeFileSync(shard, bytes)
  const found = await medley([...check, '--json'], { cwd })
  expect(found.code).toBe(1)
  expect(found.stderr).toContain('shard-00000.safetensors has changed since it was written')
  expect(jsonOf(found)).toMatchObject({
    error: { code: 'store.damaged', fix: expect.stringContaining(store!) as string },
  })
  rmSync(join(cwd, 'prepared', store!), { recursive: true })
  expect((await medley(prepare, { cwd })).code).toBe(0)
  expect((await medley(check, { cwd })).code).toBe(0)
})

test('a limit keeps the store that was asked for and removes the others', async () => {
  const before = stores()
  const other = [...prepare, '--seed', '7', '--store-limit', '1KB']
  const made = jsonOf(await medley(other, { cwd }))
  expect(stores()).toEqual([String(made['fingerprint']).slice(0, 16)])
  expect(stores()).not.toEqual(before)
  expect(JSON.stringify(made['notes'])).toContain('to stay within')
})

test('what --check and the other options need', async () => {
  const codes = await Promise.all(
    [
      ['prepare', 'films/films.csv'],
      ['prepare', '--out', 'x'],
      [...check, '--out', 'x'],
      ['prepare', '--check', 'nowhere'],
    ].map(async (args) => (await medley(args, { cwd })).code),
  )
  expect(codes).toEqual([2, 2, 2, 2])
})
