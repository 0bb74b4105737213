import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, expect, test } from 'vitest'

import { resolveImagePath } from './path.ts'

const root = realpathSync(mkdtempSync(join(tmpdir(), 'medley-path-')))
const folder = join(root, 'films')
mkdirSync(join(folder, 'posters'), { recursive: true })
mkdirSync(join(root, 'films-private'))
for (const name of [
  'films/posters/a.jpg',
  'films/caf\u00e9.jpg',
  'films/line\nbreak \u{1f600}.jpg',
])
  writeFileSync(join(root, name), '')
writeFileSync(join(root, 'films-private/b.jpg'), '')
symlinkSync('posters/a.jpg', join(folder, 'inside.jpg'))
symlinkSync('../films-private/b.jpg', join(folder, 'outside.jpg'))
symlinkSync('../films-private', join(folder, 'outside'))
symlinkSync('films', join(root, 'link-to-films'))
afterAll(() => {
  rmSync(root, { recursive: true })
})

test.each([
  ['posters/a.jpg', 'posters/a.jpg'],
  ['./posters/../posters/a.jpg', 'posters/a.jpg'],
  [join(folder, 'posters/a.jpg'), 'posters/a.jpg'],
  [' posters/a.jpg ', 'posters/a.jpg'],
  ['posters\\a.jpg', 'posters/a.jpg'],
  ['posters%2Fa.jpg', 'posters/a.jpg'],
  ['inside.jpg', 'posters/a.jpg'],
  ['cafe\u0301.jpg', 'caf\u00e9.jpg'],
  ['line\nbreak \u{1f600}.jpg', 'line\nbreak \u{1f600}.jpg'],
])('%j is found', async (cell, path) => {
  expect(await resolveImagePath(folder, cell)).toBe(join(folder, path))
})

test('the data folder itself may be a link', async () => {
  const link = join(root, 'link-to-films')
  const path = join(folder, 'posters/a.jpg')
  expect(await resolveImagePath(link, 'posters/a.jpg')).toBe(path)
  expect(await resolveImagePath(link, join(link, 'posters/a.jpg'))).toBe(path)
  expect(await resolveImagePath(link, path)).toBe(path)
})

test.each([
  ['../films-private/b.jpg', 'image.outside-folder'],
  ['../nowhere.jpg', 'image.outside-folder'],
  ['..%2Ffilms-private/b.jpg', 'image.outside-folder'],
  ['100%.jpg', 'image.missing'],
  ['a%00.jpg', 'image.missing'],
  ['/etc/hostname', 'image.outside-folder'],
  [join(root, 'films-private/b.jpg'), 'image.outside-folder'],
  ['outside.jpg', 'image.outside-folder'],
  ['outside/b.jpg', 'image.outside-folder'],
  ['.', 'image.outside-folder'],
  ['posters/missing.jpg', 'image.missing'],
  ['posters/a.jpg/b.jpg', 'image.missing'],
  ['https://example.org/a.jpg', 'image.remote'],
  ['file:///etc/passwd', 'image.remote'],
  ['data:image/png;base64,AAAA', 'image.remote'],
  ['a\0.jpg', 'image.path-invalid'],
  ['  ', 'image.path-invalid'],
])('%j is refused as %s', async (cell, code) => {
  await expect(resolveImagePath(folder, cell)).rejects.toMatchObject({ code, exit: 2 })
})

test('a data folder that is not there is named', async () => {
  const gone = join(root, 'gone')
  await expect(resolveImagePath(gone, 'a.jpg')).rejects.toMatchObject({
    code: 'image.missing',
    file: gone,
  })
})
