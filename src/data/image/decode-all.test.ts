import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import sharp from 'sharp'
import { afterAll, expect, test } from 'vitest'

import { decodeAll, type BadImage } from './decode-all.ts'

const folder = mkdtempSync(join(tmpdir(), 'medley-all-'))
afterAll(() => {
  rmSync(folder, { recursive: true })
})

const count = 30
const paths = await Promise.all(
  Array.from({ length: count }, async (_, row) => {
    const path = join(folder, `${row}.png`)
    // Sizes differ, so that pictures finish out of order.
    const side = row % 3 === 0 ? 700 : 5
    const background = { r: row, g: 2 * row, b: 255 - row }
    await sharp({ create: { width: side, height: side, channels: 3, background } })
      .png()
      .toFile(path)
    return path
  }),
)
writeFileSync(join(folder, 'page.jpg'), '<html></html>')
const size = { width: 2, height: 3 }

test.each([1, 2, 16])('pictures come in order, %i at a time', async (concurrency) => {
  const firsts: (number | undefined)[] = []
  for await (const pixels of decodeAll(paths, { ...size, concurrency })) firsts.push(pixels?.[0])
  expect(firsts).toEqual(Array.from({ length: count }, (_, row) => row))
})

test('a bad picture is null and reported, an absent one only null', async () => {
  const missing = join(folder, 'missing.jpg')
  const page = join(folder, 'page.jpg')
  const bad: BadImage[] = []
  const kinds: string[] = []
  const settings = { ...size, onBad: (image: BadImage) => bad.push(image) }
  for await (const pixels of decodeAll([paths[1]!, missing, null, page, paths[2]!], settings))
    kinds.push(pixels === null ? 'null' : 'pixels')
  expect(kinds).toEqual(['pixels', 'null', 'null', 'null', 'pixels'])
  expect(bad).toMatchObject([
    { row: 1, path: missing, code: 'image.missing' },
    { row: 3, path: page, code: 'image.not-an-image' },
  ])
  expect(bad[1]!.message).toContain(page)
})

test('an error thrown from onBad ends the run', async () => {
  const refuse = (bad: BadImage): void => {
    throw new RangeError(bad.code)
  }
  const images = decodeAll([join(folder, 'page.jpg'), ...paths], { ...size, onBad: refuse })
  await expect(images.next()).rejects.toThrow('image.not-an-image')
})

test('leaving early and aborting stop the work', async () => {
  for await (const pixels of decodeAll(paths, size)) {
    expect(pixels).not.toBeNull()
    break
  }
  const images = decodeAll(paths, { ...size, signal: AbortSignal.abort() })
  await expect(images.next()).rejects.toThrow('aborted')
})
