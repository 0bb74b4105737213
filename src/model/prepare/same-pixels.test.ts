// What a training sees of an odd picture is what a prediction sees of it, to the bit, however the picture is handed over.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import sharp from 'sharp'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { plan } from '../../workflows/plan.ts'
import { featuresOf } from '../preprocessing.ts'
import { prepare } from '../prepare.ts'

import type { Sharp } from 'sharp'
import type { Prepared } from '../prepare.ts'

const folder = mkdtempSync(join(tmpdir(), 'medley-same-pixels-'))
const WIDTH = 40
const HEIGHT = 30

/** Four quarters of different strong colours, one of them half transparent. */
const quarters = (channels: 3 | 4 = 3): Sharp => {
  const data = new Uint8Array(WIDTH * HEIGHT * channels)
  for (let y = 0; y < HEIGHT; y++)
    for (let x = 0; x < WIDTH; x++) {
      const quarter = (y < HEIGHT / 2 ? 0 : 2) + (x < WIDTH / 2 ? 0 : 1)
      const colour = [
        [230, 20, 30, 255],
        [20, 220, 40, 128],
        [30, 40, 240, 255],
        [250, 210, 60, 0],
      ][quarter]!
      data.set(colour.slice(0, channels), (y * WIDTH + x) * channels)
    }
  return sharp(data, { raw: { width: WIDTH, height: HEIGHT, channels } })
}

const grey = async (level: number): Promise<Buffer> =>
  sharp({
    create: {
      width: WIDTH,
      height: HEIGHT,
      channels: 3,
      background: { r: level, g: level, b: level },
    },
  })
    .png()
    .toBuffer()

const kinds: Readonly<Record<string, () => Promise<Buffer>>> = {
  'plain.png': () => quarters().png().toBuffer(),
  'display-p3.png': () => quarters().withIccProfile('p3').png().toBuffer(),
  'display-p3.jpg': () => quarters().withIccProfile('p3').jpeg().toBuffer(),
  'cmyk.jpg': () => quarters().toColourspace('cmyk').jpeg().toBuffer(),
  'cmyk-profile.jpg': () =>
    quarters().toColourspace('cmyk').withIccProfile('cmyk').jpeg().toBuffer(),
  'rotated.jpg': () => quarters().withMetadata({ orientation: 6 }).jpeg().toBuffer(),
  'mirrored.webp': () => quarters().withMetadata({ orientation: 2 }).webp().toBuffer(),
  'alpha.png': () => quarters(4).png().toBuffer(),
  'alpha.webp': () => quarters(4).webp({ lossless: true }).toBuffer(),
  'sixteen-bits.png': () => quarters(4).toColourspace('rgb16').png().toBuffer(),
  'grey.tiff': () => quarters().toColourspace('b-w').tiff().toBuffer(),
  'palette.png': () => quarters(4).png({ palette: true }).toBuffer(),
  'animated.gif': async () =>
    sharp([await grey(10), await grey(240)], { join: { animated: true } })
      .gif()
      .toBuffer(),
}
const names = Object.keys(kinds)
const ROWS = 4 * names.length

let prepared: Prepared
beforeAll(async () => {
  for (const [name, make] of Object.entries(kinds)) writeFileSync(join(folder, name), await make())
  const lines = Array.from({ length: ROWS }, (_, row) => {
    return `${names[row % names.length]!},${row % 2 ? 'a|b' : 'b|c'}`
  })
  const file = join(folder, 'table.csv')
  writeFileSync(file, ['poster,tags', ...lines, ''].join('\n'))
  const imageSize = { width: 16, height: 24 }
  const planned = await plan(file, { seed: 1, threads: 1, imageSize, checkDuplicates: false })
  prepared = await prepare(planned.table, planned.experiment, {
    cache: join(folder, 'cache'),
    folder,
  })
  await planned.table.close()
})
afterAll(async () => {
  await prepared.store.close()
  rmSync(folder, { recursive: true })
})

const SIZE = 16 * 24 * 3

/** The pixels that a training gets. */
const stored = async (name: string): Promise<Uint8Array> =>
  (await prepared.store.read('poster', [names.indexOf(name)])).data as Uint8Array

/** The pixels that a prediction gets for one cell. */
const predicted = async (cell: string | Uint8Array): Promise<Uint8Array> => {
  const { tensors, bad } = await featuresOf(prepared.inputs, { poster: [cell] }, folder)
  expect(bad).toEqual([])
  return tensors['poster']!.data as Uint8Array
}

test.each(names)('%s', async (name) => {
  const pixels = await stored(name)
  expect(pixels).toHaveLength(SIZE)
  const bytes = readFileSync(join(folder, name))
  const base64 = bytes.toString('base64')
  expect(await predicted(name)).toEqual(pixels)
  expect(await predicted(bytes)).toEqual(pixels)
  expect(await predicted(base64)).toEqual(pixels)
  expect(await predicted(`data:image/x;base64,${base64}`)).toEqual(pixels)
})

test('in company, and in another order', async () => {
  const cells = [...names].reverse()
  const { tensors } = await featuresOf(prepared.inputs, { poster: cells }, folder)
  const data = tensors['poster']!.data as Uint8Array
  for (const [index, name] of cells.entries())
    expect(data.subarray(index * SIZE, (index + 1) * SIZE)).toEqual(await stored(name))
})

test('profiles, rotation, transparency and frames count', async () => {
  const plain = await stored('plain.png')
  const pixel = (data: Uint8Array, x: number, y: number): number[] => [
    ...data.subarray((y * 16 + x) * 3, (y * 16 + x) * 3 + 3),
  ]
  // The file holds the same colours in other numbers.
  expect(pixel(await stored('display-p3.png'), 2, 2)).toEqual(pixel(plain, 2, 2))
  // Orientation 6 is turned right: what was at the bottom left is at the top left.
  const [red = 0, , blue = 0] = pixel(await stored('rotated.jpg'), 2, 2)
  expect(blue).toBeGreaterThan(red)
  expect(pixel(await stored('alpha.png'), 13, 20)).toEqual([255, 255, 255])
  expect(pixel(await stored('animated.gif'), 8, 12)).toEqual([10, 10, 10])
})
