// What is taken for a column of pictures.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeAll, expect, test } from 'vitest'

import { guessColumns, type ColumnGuess } from './guess.ts'
import { columnSource } from './testing/source.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'medley-image-column-'))
  for (const name of ['a.jpg', 'b.jpg', 'c.jpg']) await writeFile(join(folder, name), '')
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const guess = async (cells: readonly (string | null)[]): Promise<ColumnGuess> => {
  const [found] = await guessColumns(columnSource({ x: cells }), { folder })
  return found!
}

const jpeg = `/9j/${'A'.repeat(60)}`
test.each([
  ['paths', ['a.jpg', 'b.jpg', null, 'missing.jpg'], /3 tried exist/],
  ['JSON lists', ['["a.jpg","b.jpg"]', '["c.jpg"]', '["b.jpg"]'], /of several in one cell/],
  ['lists with |', ['a.jpg|b.jpg', 'c.jpg|missing.jpg', 'b.jpg'], /of several in one cell/],
  ['base64', [jpeg, `${jpeg}AAAA`, null], /100 % of the cells are pictures in base64/],
  ['data URLs', [`data:image/jpeg;base64,${jpeg}`, 'data:image/png;base64,AAAA'], /in base64/],
  ['bytes', ['<JPEG, 1234 bytes>', '<PNG, 5 bytes>'], /are pictures \("<JPEG, 1234 bytes>"\)/],
  [
    'addresses',
    ['https://example.org/a.jpg?w=1', 'http://example.org/b.PNG', 'https://example.org/c.webp'],
    /web addresses of pictures/,
  ],
])('%s are pictures', async (_, cells, reason) => {
  expect(await guess(cells)).toMatchObject({
    kind: 'image',
    reason: expect.stringMatching(reason) as string,
  })
})

test.each([
  ['files that are not there', ['x.jpg', 'y.jpg', 'z.jpg']],
  [
    'addresses of pages',
    ['https://example.org/1', 'https://example.org/2', 'https://example.org/3'],
  ],
  ['bytes of something else', ['<1234 bytes>', '<5 bytes>', '<77 bytes>']],
  ['lists of words', ['["a","b"]', '["c"]', '["a"]']],
])('%s are not', async (_, cells) => {
  expect((await guess(cells)).kind).not.toBe('image')
})

test('files win over addresses', async () => {
  const address = await guess(['https://example.org/a.jpg', 'https://example.org/b.jpg'])
  const file = await guess(['a.jpg', 'b.jpg'])
  expect(file.weight).toBeGreaterThan(address.weight)
})
