import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { imageAddresses, imageCellKind, imageTexts, isEmptyList, resolveImageCell } from './cell.ts'
import { decodeImage } from './decode.ts'

let folder = ''
let picture: Buffer = Buffer.alloc(0)
beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'medley-cell-')))
  const pixels = { create: { width: 4, height: 4, channels: 3, background: 'red' } } as const
  picture = await sharp(pixels).jpeg().toBuffer()
  await mkdir(join(folder, 'posters'))
  for (const name of ['a.jpg', 'b.jpg', 'x;y.jpg', 'posters/c d.png', '[1].jpg'])
    await writeFile(join(folder, name), picture)
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe('paths and lists of paths', () => {
  test.each([
    ['a.jpg', 'a.jpg'],
    ['["b.jpg", "a.jpg"]', 'b.jpg'],
    ["['posters/c d.png', 'a.jpg']", 'posters/c d.png'],
    ["('b.jpg',)", 'b.jpg'],
    ['[["b.jpg"]]', 'b.jpg'],
    ['b.jpg|missing.jpg', 'b.jpg'],
    [' b.jpg ; a.jpg', 'b.jpg'],
    [';;a.jpg;', 'a.jpg'],
    ['x;y.jpg', 'x;y.jpg'],
    ['[1].jpg', '[1].jpg'],
    ['{"path": "a.jpg", "bytes": null}', 'a.jpg'],
    ["{'bytes': None, 'path': 'a.jpg'}", 'a.jpg'],
  ])('%s', async (cell, name) => {
    expect(await resolveImageCell(folder, cell)).toBe(join(folder, name))
  })

  test('without a folder a path is taken as it is', async () => {
    expect(await resolveImageCell(undefined, '/anywhere/a.jpg')).toBe('/anywhere/a.jpg')
  })
})

test.each([
  ['a.jpg', ['a.jpg']],
  ['["b.jpg", "", null, "a.jpg"]', ['b.jpg', 'a.jpg']],
  ["['x;y.jpg', 'a|b.jpg']", ['x;y.jpg', 'a|b.jpg']],
  ['[["b.jpg"], [{"path": "a.jpg", "bytes": null}]]', ['b.jpg', 'a.jpg']],
  [' b.jpg ; a.jpg;;', ['b.jpg', 'a.jpg']],
  ['a.jpg|https://example.org/b.jpg', ['a.jpg', 'https://example.org/b.jpg']],
  ['x;y.jpg', ['x;y.jpg']],
  ['[1].jpg', ['[1].jpg']],
  ['[]', []],
  [';', []],
])('the pictures of %s', (cell, pictures) => {
  expect(imageTexts(cell)).toEqual(pictures)
})

test.each(['[]', ' [ ] ', '()', '[null]', '["", [None]]', ';', ' | |'])(
  '%j is a list of no pictures',
  (cell) => {
    expect(isEmptyList(cell)).toBe(true)
    expect(imageTexts(cell)).toEqual([])
  },
)

test.each(['', 'a.jpg', '["a.jpg"]', '{}', '[{}]', '{"name": "a.jpg"}', '[1]', '[].jpg', '[a]'])(
  '%j is no list, or names something',
  (cell) => {
    expect(isEmptyList(cell)).toBe(false)
  },
)

test('as many addresses as pictures count', () => {
  const cell = '["https://a.org/1.jpg", "b.jpg", "https://a.org/2.jpg#x", "https://a.org/3.jpg"]'
  expect(imageAddresses(cell)).toEqual(['https://a.org/1.jpg'])
  expect(imageAddresses(cell, 3)).toEqual(['https://a.org/1.jpg', 'https://a.org/2.jpg'])
})

describe('encoded pictures', () => {
  const forms: [string, () => string][] = [
    ['base64', () => picture.toString('base64')],
    ['base64 in lines', () => picture.toString('base64').replace(/.{76}/g, '$&\n')],
    ['base64 for addresses', () => picture.toString('base64url')],
    ['as Python prints it', () => `b'${picture.toString('base64')}'`],
    ['a data URL', () => `data:image/jpeg;base64,${picture.toString('base64')}`],
    [
      'a data URL with parameters',
      () => `data:image/jpeg;a=b;base64,${picture.toString('base64')}`,
    ],
    [
      'percent signs in base64',
      () => `data:image/jpeg;base64,${encodeURIComponent(picture.toString('base64'))}`,
    ],
    ['in a list', () => JSON.stringify([picture.toString('base64'), 'a.jpg'])],
    ['in a record', () => JSON.stringify({ bytes: picture.toString('base64'), path: 'x' })],
  ]
  test.each(forms)('%s', async (_, make) => {
    const bytes = await resolveImageCell(folder, make())
    expect(Buffer.compare(bytes as Uint8Array, picture)).toBe(0)
    expect(await decodeImage(bytes, { width: 2, height: 2 })).toHaveLength(12)
    expect(imageCellKind(make()).kind).toBe('encoded')
  })

  test.each(['png', 'gif', 'webp', 'tiff', 'avif'] as const)('base64 of %s', async (format) => {
    const bytes = await sharp(picture).toFormat(format).toBuffer()
    expect(await resolveImageCell(folder, bytes.toString('base64'))).toEqual(bytes)
  })

  test('bytes stay as they are', async () => {
    expect(await resolveImageCell(folder, picture)).toBe(picture)
  })
})

test.each([
  ['https://example.org/a.jpg', 'image.remote'],
  ['["https://example.org/a.jpg"]', 'image.remote'],
  ['https://example.org/a.jpg|https://example.org/b.jpg', 'image.remote'],
  ['file:///etc/passwd', 'image.remote'],
  ['[]', 'image.path-invalid'],
  ['[null, ""]', 'image.path-invalid'],
  ['', 'image.path-invalid'],
  ['missing.jpg', 'image.missing'],
  ['../a.jpg', 'image.outside-folder'],
  ['["../a.jpg"]', 'image.outside-folder'],
  ['data:image/png;base64', 'image.encoded-broken'],
  ['data:image/png;base64,@@@@', 'image.encoded-broken'],
  ['data:image/svg+xml,%zz', 'image.encoded-broken'],
  [`/9j/${'A'.repeat(5000)}*`, 'image.encoded-broken'],
])('%s is refused as %s', async (cell, code) => {
  await expect(resolveImageCell(folder, cell)).rejects.toMatchObject({ code, exit: 2 })
})

test('a message never holds a whole picture', async () => {
  const cell = `data:image/png;base64,${'@'.repeat(1e6)}`
  const error: unknown = await resolveImageCell(folder, cell).catch((thrown: unknown) => thrown)
  expect((error as Error).message.length).toBeLessThan(300)
})

test('hostile cells take no time', async () => {
  const start = performance.now()
  for (const cell of [
    '['.repeat(1e5),
    '|'.repeat(1e6),
    `data:${';'.repeat(1e6)}`,
    '/9j/'.repeat(1e6),
  ])
    await resolveImageCell(folder, cell).catch(() => undefined)
  expect(performance.now() - start).toBeLessThan(3000)
})

test('an address is fetched exactly where it is taken', async () => {
  const texts = [
    'https://a.org/b.jpg',
    'HTTP://a.org:80/b',
    'https://[',
    'ftp://a.org/b.jpg',
    'b.jpg',
  ]
  const spaces = ['', ' ', '\u00a0', '\n\t', '\ufeff']
  const json = (text: string): string => JSON.stringify([text])
  const escaped = (text: string): string => json(text).replaceAll('/', '\\/')
  const coded = (text: string): string => json(text).replaceAll('/', '\\u002f')
  const record = (text: string): string => `{'bytes': None, 'path': '${text}'}`
  const lists = [json, escaped, coded, record, (text: string) => `${text}|https://c.org/d.png`]
  for (const text of texts)
    for (const space of spaces) {
      const spaced = `${space}${text}${space}`
      for (const cell of [spaced, ...lists.map((list) => `${space}${list(spaced)}`)]) {
        const taken: string[] = []
        const fetched = (address: string): string => `${taken.push(address)}`
        await resolveImageCell({ folder, fetched }, cell).catch(() => undefined)
        const [address] = imageAddresses(cell)
        expect([cell, ...taken]).toEqual(address === undefined ? [cell] : [cell, address])
        if (text.startsWith('https://a') && !cell.includes('|')) expect(taken).toEqual([text])
      }
    }
})
