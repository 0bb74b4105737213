import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, expect, test } from 'vitest'

import { makeFolder } from './folder.ts'

const root = mkdtempSync(join(tmpdir(), 'medley-folder-'))
afterAll(() => {
  rmSync(root, { recursive: true })
})

test('a folder is made with those above it, once', async () => {
  const path = join(root, 'a/b/c')
  expect(await makeFolder(path)).toBe(true)
  expect(await makeFolder(path)).toBe(false)
  mkdirSync(join(root, 'real'))
  symlinkSync('real', join(root, 'link'))
  expect(await makeFolder(join(root, 'link'))).toBe(false)
  expect(await makeFolder(join(root, 'link/d'))).toBe(true)
})

test('a name that is taken, a way through a file and a link to nowhere fail', async () => {
  const file = join(root, 'file')
  writeFileSync(file, '')
  await expect(makeFolder(file)).rejects.toMatchObject({ code: 'EEXIST' })
  await expect(makeFolder(join(file, 'a/b'))).rejects.toMatchObject({ code: 'files.not-a-folder' })
  symlinkSync('nowhere', join(root, 'dangling'))
  await expect(makeFolder(join(root, 'dangling'))).rejects.toMatchObject({
    code: 'files.not-found',
  })
})

test.skipIf(!existsSync('/proc/self'))(
  'a place where nothing can be made fails at once',
  async () => {
    await expect(makeFolder('/proc/medley/a')).rejects.toMatchObject({
      code: expect.stringMatching(/^files\./) as string,
    })
  },
)
