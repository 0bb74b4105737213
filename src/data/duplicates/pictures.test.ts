import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import sharp, { type Sharp } from 'sharp'
import { afterAll, expect, test } from 'vitest'

import { randomStream } from '../../base/rng.ts'
import { decodeImage } from '../image/decode.ts'
import { differenceHash, greyOf, hashDistance } from './difference-hash.ts'
import { hashIndex, MOST_BITS } from './hash-index.ts'
import { jpegBlockMeans } from './jpeg-means.ts'
import { findPictureDuplicates } from './pictures.ts'

const folder = mkdtempSync(join(tmpdir(), 'medley-pictures-'))
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

/** A picture of soft spots of colour, which differ from seed to seed. */
const picture = async (seed: number, width = 150, height = 210): Promise<Sharp> => {
  const pixels = Uint8Array.from(
    randomStream(seed, 'spots').uniform(6 * 8 * 3),
    (value) => value * 256,
  )
  const small = sharp(pixels, { raw: { width: 6, height: 8, channels: 3 } }).png()
  const large = sharp(await small.toBuffer()).resize(width, height, {
    fit: 'fill',
    kernel: 'cubic',
  })
  return sharp(await large.png().toBuffer())
}

const find = (cells: readonly (string | Uint8Array | null)[]) =>
  findPictureDuplicates(
    { rows: cells.length, read: (rows) => Promise.resolve(rows.map((row) => cells[row] ?? null)) },
    { folder },
  )

test.each([
  ['baseline', {}],
  ['progressive', { progressive: true }],
  ['optimised', { mozjpeg: true }],
  ['without subsampling', { chromaSubsampling: '4:4:4' }],
  ['optimised tables', { optimiseCoding: true, quality: 40 }],
])('block means of a JPEG are those of its pixels: %s', async (_, options) => {
  for (const [seed, width, height] of [
    [1, 150, 210],
    [2, 203, 97],
    [3, 64, 64],
  ] as const) {
    const grey = (await picture(seed, width, height)).greyscale()
    const bytes = await grey.toColourspace('b-w').jpeg(options).toBuffer()
    const colour = await (await picture(seed, width, height)).jpeg(options).toBuffer()
    const means = jpegBlockMeans(bytes)!
    expect(means).toMatchObject({ width: width / 8, height: height / 8 })
    const raw = await sharp(bytes).toColourspace('b-w').raw().toBuffer()
    for (let y = 0; y < Math.floor(height / 8); y++)
      for (let x = 0; x < Math.floor(width / 8); x++) {
        let sum = 0
        for (let pixel = 0; pixel < 64; pixel++)
          sum += raw[(8 * y + (pixel >> 3)) * width + 8 * x + (pixel & 7)]!
        expect(Math.abs(sum / 64 - means.grey[y * means.stride + x]!)).toBeLessThan(1.5)
      }
    // In few blocks they are too coarse to compare.
    if (Math.min(width, height) < 96) continue
    const short = differenceHash(jpegBlockMeans(colour)!)!
    const size = { width: 64, height: 64 }
    const whole = greyOf(await decodeImage(colour, size))
    expect(
      hashDistance(short, differenceHash({ stride: 64, ...size, grey: whole })!),
    ).toBeLessThanOrEqual(MOST_BITS)
  }
})

test('restart markers begin anew', async () => {
  // Blocks that were coded alone, one after the other: what a restart after every block makes of a picture.
  const levels = [10, 250, 40, 200, 128, 90, 255, 0, 77, 160]
  const files = await Promise.all(
    levels.map((level) =>
      sharp({
        create: { width: 8, height: 8, channels: 3, background: { r: level, g: level, b: level } },
      })
        .toColourspace('b-w')
        .jpeg({ optimiseCoding: false, quality: 95 })
        .toBuffer(),
    ),
  )
  const scanOf = (file: Buffer): number => file.indexOf(Buffer.from([0xff, 0xda]))
  const head = Buffer.from(files[0]!.subarray(0, scanOf(files[0]!)))
  head.writeUInt16BE(8 * levels.length, head.indexOf(Buffer.from([0xff, 0xc0])) + 7)
  const header = files[0]!.subarray(scanOf(files[0]!), scanOf(files[0]!) + 10)
  const scans = files.flatMap((file, index) => [
    ...(index === 0 ? [] : [Buffer.from([0xff, 0xd0 + ((index - 1) % 8)])]),
    file.subarray(scanOf(file) + 10, -2),
  ])
  const interval = Buffer.from([0xff, 0xdd, 0, 4, 0, 1])
  const whole = Buffer.concat([head, interval, header, ...scans, Buffer.from([0xff, 0xd9])])
  const means = jpegBlockMeans(whole)!
  expect(means.width).toBe(levels.length)
  for (const [index, level] of levels.entries())
    expect(Math.abs(means.grey[index]! - level)).toBeLessThan(2)
})

test('files that the short way leaves to the decoder', async () => {
  const whole = await (await picture(4)).jpeg().toBuffer()
  expect(jpegBlockMeans(whole)).toBeDefined()
  expect(jpegBlockMeans(whole.subarray(0, whole.length / 2))).toBeUndefined()
  const turned = await (await picture(4)).withMetadata({ orientation: 6 }).jpeg().toBuffer()
  const print = await (await picture(4)).toColourspace('cmyk').jpeg().toBuffer()
  for (const other of [turned, print, await (await picture(4)).png().toBuffer(), Buffer.from('no')])
    expect(jpegBlockMeans(other)).toBeUndefined()
})

test.each([
  ['of more pixels than a picture may have', 65_535, 1],
  ['whose table says more symbols than it has', 64, 0],
])('a JPEG file %s is refused at once', (_, side, symbols) => {
  const segment = (marker: number, content: readonly number[]): number[] => [
    ...[0xff, marker, (content.length + 2) >> 8, (content.length + 2) & 255],
    ...content,
  ]
  const table = [...new Array<number>(8).fill(0), 1, ...new Array<number>(7).fill(0)]
  const ofSymbols = [...table, ...new Array<number>(symbols).fill(0)]
  const file = [
    ...[0xff, 0xd8],
    ...segment(0xdb, [0, ...new Array<number>(64).fill(1)]),
    ...segment(0xc0, [8, side >> 8, side & 255, side >> 8, side & 255, 1, 1, 0x11, 0]),
    ...segment(0xc4, [0x00, ...ofSymbols]),
    ...segment(0xc4, [0x10, ...ofSymbols]),
    ...segment(0xda, [1, 1, 0, 0, 63, 0]),
    ...new Array<number>(64).fill(0),
    ...[0xff, 0xd9],
  ]
  expect(jpegBlockMeans(Uint8Array.from(file))).toBeUndefined()
})

test('damaged JPEG files never crash nor hang', async () => {
  for (const progressive of [true, false]) {
    const whole = await (await picture(5)).jpeg({ progressive }).toBuffer()
    const random = randomStream(8, 'damage').uniform(900)
    for (let round = 0; round < 300; round++) {
      const bytes = Uint8Array.from(whole)
      for (let hit = 0; hit < 3; hit++)
        bytes[Math.floor(random[3 * round + hit]! * bytes.length)] = (round * 37 + hit * 101) & 255
      const means = jpegBlockMeans(bytes)
      if (means) expect(means.grey.every((value) => value >= 0 && value <= 255)).toBe(true)
    }
  }
})

test('hashes that differ in few bits are found, all of them', () => {
  const words = new Uint32Array(4000)
  randomStream(9, 'hashes').words(0, 0, words)
  const index = hashIndex()
  const hashes: { high: number; low: number }[] = []
  let near = 0
  for (let item = 0; item < 1000; item++) {
    // Every other one is an earlier one with up to six bits flipped.
    const [a, b, c, d] = words.subarray(4 * item, 4 * item + 4)
    const hash = { high: a!, low: b! }
    if (item % 2 === 1) {
      const earlier = hashes[c! % item]!
      hash.high =
        (earlier.high ^ (1 << (d! & 31)) ^ (1 << ((d! >> 5) & 31)) ^ (1 << ((d! >> 10) & 31))) >>> 0
      hash.low = (earlier.low ^ (1 << ((d! >> 15) & 31)) ^ (1 << ((d! >> 20) & 31))) >>> 0
    }
    const expected = [...hashes.keys()].filter(
      (other) => hashDistance(hash, hashes[other]!) <= MOST_BITS,
    )
    near += expected.length
    expect([...index.add(hash)].sort((x, y) => x - y)).toEqual(expected)
    hashes.push(hash)
  }
  expect(near).toBeGreaterThan(50)
})

test('copies of a picture in other sizes, formats and light; others, flat and broken ones are none', async () => {
  const save = async (name: string, image: Sharp | Buffer): Promise<string> => {
    writeFileSync(join(folder, name), Buffer.isBuffer(image) ? image : await image.toBuffer())
    return name
  }
  const original = await (await picture(10)).jpeg().toBuffer()
  const flat = await sharp({ create: { width: 99, height: 99, channels: 3, background: '#ddd' } })
    .jpeg()
    .toBuffer()
  const cells = [
    await save('a.jpg', original),
    await save('b.jpg', (await picture(11)).jpeg()),
    await save('c.jpg', original),
    await save('d.jpg', sharp(original).resize(300).jpeg({ quality: 60, progressive: true })),
    await save('e.png', sharp(original).resize(75).png()),
    await save('f.webp', sharp(original).modulate({ brightness: 1.05 }).webp()),
    await save('g.jpg', flat),
    await save('h.jpg', flat),
    await save('i.jpg', original.subarray(0, 300)),
    await save('j.jpg', original.subarray(0, 300)),
    'absent.jpg',
    '../outside.jpg',
    null,
    'a.jpg',
    `data:image/jpeg;base64,${original.toString('base64')}`,
    new Uint8Array(original),
    await save('k.jpg', sharp(original).flop().jpeg()),
    ...(await Promise.all(
      Array.from({ length: 60 }, async (_, seed) =>
        save(`other${seed}.jpg`, (await picture(100 + seed)).jpeg()),
      ),
    )),
  ]
  const { same, near } = await find(cells)
  expect(same.links).toEqual([
    [0, 2],
    [0, 13],
    [0, 14],
    [0, 15],
  ])
  expect(near.links.map(([, row]) => row).sort()).toEqual([3, 4, 5])
  expect([...same.ignored, ...near.ignored]).toEqual([])
  expect(await find(cells)).toEqual({ same, near })
})

test('a picture that stands for missing ones is no evidence', async () => {
  const bytes = await (await picture(20)).jpeg().toBuffer()
  const cells = new Array<Uint8Array | null>(400).fill(null).fill(bytes, 100, 160)
  expect((await find(cells)).same).toEqual({ links: [], ignored: [{ rows: 60, row: 100 }] })
})

test('an aborted search ends', async () => {
  const search = findPictureDuplicates(
    { rows: 9, read: (rows) => Promise.resolve(rows.map(() => 'a.jpg')) },
    { folder, signal: AbortSignal.abort(new Error('stopped')) },
  )
  await expect(search).rejects.toThrow('stopped')
})
