import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deflateSync } from 'node:zlib'

import sharp, { type Sharp } from 'sharp'
import { afterAll, describe, expect, test } from 'vitest'

import { decodeImage } from './decode.ts'

const folder = mkdtempSync(join(tmpdir(), 'medley-image-'))
afterAll(() => {
  rmSync(folder, { recursive: true })
})

const file = (name: string, content: string | Uint8Array): string => {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

/** Left half red, right half blue, 40 x 20. */
const redBlue = (channels: 3 | 4 = 3): Sharp => {
  const pixels = new Uint8Array(40 * 20 * channels).fill(255)
  for (let index = 0; index < 40 * 20; index++)
    pixels.set(index % 40 < 20 ? [255, 0, 0] : [0, 0, 255], index * channels)
  return sharp(pixels, { raw: { width: 40, height: 20, channels } })
}

const noise = (width: number, height: number): Sharp =>
  sharp({
    create: {
      width,
      height,
      channels: 3,
      noise: { type: 'gaussian', mean: 128, sigma: 40 },
      background: '#888',
    },
  })

const size = { width: 8, height: 4 }
const pixelAt = (pixels: Uint8Array, x: number, y: number, width = 8): number[] => [
  ...pixels.subarray((y * width + x) * 3, (y * width + x) * 3 + 3),
]

/** How far the worst channel is off. */
const distance = (a: readonly number[], b: readonly number[]): number =>
  Math.max(...a.map((value, index) => Math.abs(value - b[index]!)))

const RED = [255, 0, 0]
const BLUE = [0, 0, 255]

const rejection = async (source: string | Uint8Array) =>
  await decodeImage(source, size).then(
    () => undefined,
    (error: unknown) => error,
  )

describe('every kind of picture becomes RGB', () => {
  const kinds: Record<string, () => Promise<Buffer>> = {
    jpeg: () => redBlue().jpeg({ quality: 95, chromaSubsampling: '4:4:4' }).toBuffer(),
    'progressive jpeg': () => redBlue().jpeg({ quality: 95, progressive: true }).toBuffer(),
    png: () => redBlue().png().toBuffer(),
    'interlaced png': () => redBlue().png({ progressive: true }).toBuffer(),
    'palette png': () => redBlue().png({ palette: true, colours: 4 }).toBuffer(),
    '16-bit png': () => redBlue().toColourspace('rgb16').png().toBuffer(),
    '16-bit png with alpha': () => redBlue(4).toColourspace('rgb16').png().toBuffer(),
    'png with alpha': () => redBlue(4).png().toBuffer(),
    webp: () => redBlue().webp({ lossless: true }).toBuffer(),
    gif: () => redBlue().gif().toBuffer(),
    tiff: () => redBlue().tiff({ compression: 'lzw' }).toBuffer(),
    avif: () => redBlue().avif({ quality: 90, chromaSubsampling: '4:4:4', effort: 0 }).toBuffer(),
  }
  test.each(Object.entries(kinds))('%s', async (_, make) => {
    const pixels = await decodeImage(await make(), size)
    expect(pixels).toHaveLength(4 * 8 * 3)
    expect(distance(pixelAt(pixels, 1, 1), RED)).toBeLessThan(8)
    expect(distance(pixelAt(pixels, 6, 2), BLUE)).toBeLessThan(8)
  })

  test.each(['with', 'without'])('CMYK jpeg %s profile', async (profile) => {
    // The CMYK gamut is small: pure red is not in it, a dull one is.
    const dull = sharp({ create: { width: 9, height: 9, channels: 3, background: '#a05050' } })
    const cmyk = dull.toColourspace('cmyk').jpeg({ quality: 95 })
    const bytes = await (profile === 'with' ? cmyk.keepIccProfile() : cmyk).toBuffer()
    expect((await sharp(bytes).metadata()).space).toBe('cmyk')
    const pixels = await decodeImage(bytes, size)
    expect(pixels).toHaveLength(4 * 8 * 3)
    expect(distance(pixelAt(pixels, 3, 2), [0xa0, 0x50, 0x50])).toBeLessThan(25)
  })

  test.each(['b-w', 'grey16'])('grey (%s), with and without alpha', async (space) => {
    const grey = sharp({ create: { width: 9, height: 9, channels: 3, background: '#777' } })
    for (const picture of [grey.clone(), grey.clone().ensureAlpha(1)]) {
      const pixels = await decodeImage(await picture.toColourspace(space).png().toBuffer(), size)
      expect(pixels).toHaveLength(4 * 8 * 3)
      expect(distance(pixelAt(pixels, 3, 2), [0x77, 0x77, 0x77])).toBeLessThan(2)
    }
  })

  test('a wide-gamut profile is applied', async () => {
    const green = sharp({ create: { width: 9, height: 9, channels: 3, background: '#40a040' } })
    const bytes = await green.withIccProfile('p3').png().toBuffer()
    const raw = await sharp(bytes, { ignoreIcc: true }).raw().toBuffer()
    expect(raw[0]).not.toBe(0x40)
    expect(
      distance(pixelAt(await decodeImage(bytes, size), 3, 2), [0x40, 0xa0, 0x40]),
    ).toBeLessThan(3)
  })

  test('transparency is white', async () => {
    const clear = sharp({
      create: { width: 9, height: 9, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } },
    })
    for (const bytes of [
      await clear.clone().png().toBuffer(),
      await clear.clone().webp({ lossless: true }).toBuffer(),
      await clear.clone().gif().toBuffer(),
    ])
      expect(new Set(await decodeImage(bytes, size))).toEqual(new Set([255]))
  })

  test.each(['gif', 'webp'] as const)('only the first frame of an animated %s', async (format) => {
    const frames = await Promise.all(
      ['#ff0000', '#0000ff', '#00ff00'].map((background) =>
        sharp({ create: { width: 9, height: 9, channels: 3, background } })
          .png()
          .toBuffer(),
      ),
    )
    const animated = sharp(frames, { join: { animated: true } })
    const bytes = await (
      format === 'gif' ? animated.gif() : animated.webp({ lossless: true })
    ).toBuffer()
    expect((await sharp(bytes).metadata()).pages).toBe(3)
    expect(distance(pixelAt(await decodeImage(bytes, size), 3, 2), RED)).toBeLessThan(3)
  })

  test('one pixel, and one pixel wide', async () => {
    for (const [width, height] of [
      [1, 1],
      [1, 500],
      [500, 1],
    ] as const) {
      const bytes = await noise(width, height).png().toBuffer()
      expect(await decodeImage(bytes, size)).toHaveLength(4 * 8 * 3)
    }
  })

  test.each([1, 2, 3, 4, 5, 6, 7, 8])('EXIF orientation %i', async (orientation) => {
    // A 64 x 48 picture whose quarters differ, stored so that this orientation brings it upright.
    const colours = ['#ff0000', '#00ff00', '#0000ff', '#ffff00']
    const quarters = await sharp({
      create: { width: 64, height: 48, channels: 3, background: '#000' },
    })
      .composite(
        colours.map((background, index) => ({
          input: { create: { width: 32, height: 24, channels: 3, background } },
          left: (index % 2) * 32,
          top: Math.floor(index / 2) * 24,
        })),
      )
      .png()
      .toBuffer()
    // How to undo it: a clockwise turn, then a mirror (two pipelines, because sharp mirrors first).
    const inverse: Record<number, readonly [degrees: number, isMirrored: boolean]> = {
      1: [0, false],
      2: [0, true],
      3: [180, false],
      4: [180, true],
      5: [90, true],
      6: [270, false],
      7: [270, true],
      8: [90, false],
    }
    const [degrees, isMirrored] = inverse[orientation]!
    const rotated = await sharp(quarters).rotate(degrees).png().toBuffer()
    const turned = await sharp(rotated).flop(isMirrored).png().toBuffer()
    const bytes = await sharp(turned)
      .withMetadata({ orientation })
      .jpeg({ quality: 95, chromaSubsampling: '4:4:4' })
      .toBuffer()
    const pixels = await decodeImage(bytes, size)
    const corners = [
      pixelAt(pixels, 1, 0),
      pixelAt(pixels, 6, 0),
      pixelAt(pixels, 1, 3),
      pixelAt(pixels, 6, 3),
    ]
    const wanted = [RED, [0, 255, 0], BLUE, [255, 255, 0]]
    expect(
      Math.max(...corners.map((corner, index) => distance(corner, wanted[index]!))),
    ).toBeLessThan(60)
  })
})

test('fill stretches, cover crops the middle', async () => {
  const bytes = await redBlue().png().toBuffer()
  const square = { width: 4, height: 4 }
  const stretched = await decodeImage(bytes, square)
  const cropped = await decodeImage(bytes, { ...square, fit: 'cover' })
  for (const pixels of [stretched, cropped]) {
    expect(distance(pixelAt(pixels, 0, 2, 4), RED)).toBeLessThan(60)
    expect(distance(pixelAt(pixels, 3, 2, 4), BLUE)).toBeLessThan(60)
  }
  // Cropped, the border between the colours is twice as wide in the result.
  const tall = await sharp({ create: { width: 10, height: 40, channels: 3, background: '#f00' } })
    .extend({ top: 15, bottom: 15, background: '#00f' })
    .png()
    .toBuffer()
  expect(
    distance(pixelAt(await decodeImage(tall, { ...square, fit: 'cover' }), 1, 0, 4), RED),
  ).toBe(0)
  expect(pixelAt(await decodeImage(tall, square), 1, 0, 4)[2]).toBeGreaterThan(200)
})

test('without resizing, 8-bit pixels come back exactly', async () => {
  const picture = noise(31, 17)
  const raw = await picture.clone().raw().toBuffer()
  const bytes = await sharp(raw, { raw: { width: 31, height: 17, channels: 3 } })
    .png()
    .toBuffer()
  expect(Buffer.from(await decodeImage(bytes, { width: 31, height: 17 }))).toEqual(raw)
})

describe('what is not a usable picture is named', () => {
  const contents: Record<string, [string, string | Uint8Array]> = {
    'an empty file': ['image.empty', ''],
    'a saved error page': ['image.not-an-image', '\n<!DOCTYPE html><html>404</html>'],
    text: ['image.not-an-image', 'see attachment'],
    'a PDF': ['image.not-an-image', '%PDF-1.7 ...'],
    'random bytes': ['image.not-an-image', Uint8Array.from([3, 141, 59, 26, 53, 58, 0, 0])],
    'an MP4': ['image.not-an-image', '\0\0\0\x18ftypmp42\0\0\0\0mp42isom'],
    SVG: [
      'image.unsupported',
      '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>',
    ],
    BMP: ['image.unsupported', Buffer.concat([Buffer.from('BM'), Buffer.alloc(200)])],
    'JPEG 2000': ['image.unsupported', '\0\0\0\x0cjP  \r\n'],
    HEIC: ['image.unsupported', '\0\0\0\x18ftypheic\0\0\0\0mif1heic'],
    'a JPEG start only': ['image.truncated', Uint8Array.from([0xff, 0xd8, 0xff, 0xe0])],
  }
  test.each(Object.entries(contents))('%s', async (name, [code, content]) => {
    const path = file(`${name}.jpg`, content)
    const error = await rejection(path)
    expect(error).toMatchObject({ code, file: path, exit: 2 })
    expect(String(error)).toContain(path)
  })

  test.each(['jpeg', 'png', 'webp', 'gif', 'tiff'] as const)(
    'a truncated %s is refused at every length',
    async (format) => {
      const whole = await noise(60, 80)[format]().toBuffer()
      for (let part = 1; part < 30; part++) {
        const cut = whole.subarray(0, Math.floor((whole.length * part) / 30))
        const error = await rejection(cut)
        expect(error).toMatchObject({
          // libvips does not tell for TIFF, whose directory may come last.
          code: format === 'tiff' ? /^image\.(truncated|corrupt)$/ : 'image.truncated',
        })
      }
    },
  )

  test('whatever is decoded beside it', async () => {
    const size = { width: 16, height: 24 }
    const whole = await redBlue().jpeg().toBuffer()
    const half = (await noise(90, 90).jpeg().toBuffer()).subarray(0, 2000)
    for (let round = 0; round < 100; round++) {
      const [broken] = await Promise.allSettled([half, whole, whole, whole, whole].map((bytes) => decodeImage(bytes, size))) // prettier-ignore
      expect(broken).toMatchObject({ reason: { code: 'image.truncated' } })
    }
  })

  test('damaged bytes give an error or pixels, never a crash', async () => {
    let state = 1
    const random = (below: number): number => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0
      return Math.floor((state / 2 ** 32) * below)
    }
    for (const format of ['jpeg', 'png', 'webp', 'gif', 'tiff'] as const) {
      const whole = await noise(40, 30)[format]().toBuffer()
      for (let run = 0; run < 40; run++) {
        const bytes = Buffer.from(whole)
        for (let flips = 0; flips < 4; flips++) bytes[random(bytes.length)]! ^= 1 << random(8)
        const result = await decodeImage(bytes, size).catch((error: unknown) => error)
        if (result instanceof Uint8Array) expect(result).toHaveLength(4 * 8 * 3)
        else expect(result).toMatchObject({ code: expect.stringMatching(/^image\./) as string })
      }
    }
  })

  test('a PNG that declares more than 50 megapixels is refused at once', async () => {
    const path = file('bomb.png', declaredPng(30_000, 30_000))
    const before = performance.now()
    expect(await rejection(path)).toMatchObject({ code: 'image.too-many-pixels', file: path })
    expect(performance.now() - before).toBeLessThan(1000)
  })

  test('folders, pipes, link circles, missing and forbidden files', async () => {
    expect(await rejection(folder)).toMatchObject({ code: 'image.not-a-file' })
    expect(await rejection('/dev/null')).toMatchObject({ code: 'image.not-a-file' })
    const missing = join(folder, 'nowhere', 'x.jpg')
    expect(await rejection(missing)).toMatchObject({ code: 'image.missing', file: missing })
    const loop = join(folder, 'loop.jpg')
    symlinkSync(loop, loop)
    expect(await rejection(loop)).toMatchObject({ code: 'image.unreadable' })
    expect(await rejection(join(folder, 'x'.repeat(300)))).toMatchObject({
      code: 'image.unreadable',
    })
    const pipe = join(folder, 'pipe.jpg')
    execFileSync('mkfifo', [pipe])
    expect(await rejection(pipe)).toMatchObject({ code: 'image.not-a-file', file: pipe })
  })

  test.skipIf(process.getuid?.() === 0)('a file without read permission', async () => {
    const path = file('secret.jpg', 'x')
    chmodSync(path, 0)
    expect(await rejection(path)).toMatchObject({ code: 'image.unreadable', file: path })
  })
})

/** A PNG whose header claims a size that its few bytes do not hold. */
const declaredPng = (width: number, height: number): Buffer => {
  const chunk = (type: string, data: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
    const out = Buffer.alloc(body.length + 8)
    out.writeUInt32BE(data.length, 0)
    body.copy(out, 4)
    out.writeUInt32BE(crc32(body), body.length + 4)
    return out
  }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, 2, 0, 0, 0], 8)
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.alloc(1000))),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

const crc32 = (bytes: Uint8Array): number => {
  let crc = 0xffffffff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0)
  }
  return (crc ^ 0xffffffff) >>> 0
}
