// Damaged pictures by the hundred: pixels or a MedleyError, never a crash or a hang. MEDLEY_FUZZ_IMAGES sets the number.
import sharp, { type Sharp } from 'sharp'
import { beforeAll, expect, test } from 'vitest'

import { MedleyError } from '../../base/errors.ts'
import { randomStream } from '../../base/rng.ts'
import { decodeAll } from './decode-all.ts'
import { decodeImage } from './decode.ts'

const PICTURES = Number(process.env['MEDLEY_FUZZ_IMAGES'] ?? 100)
/** Far more than any picture of this size needs, far less than a hang. */
const LIMIT_MS = 30_000
const SIZE = { width: 16, height: 24 } as const

const originals: Buffer[] = []
beforeAll(async () => {
  const noise = new Uint8Array(64 * 48 * 3)
  const words = new Uint32Array(noise.buffer)
  randomStream(1, 'pixels').words(0, 0, words)
  const raw = { raw: { width: 64, height: 48, channels: 3 } } as const
  const picture = (): Sharp => sharp(noise, raw)
  originals.push(
    await picture().jpeg().toBuffer(),
    await picture()
      .jpeg({ progressive: true })
      .withExif({ IFD0: { Orientation: '6' } })
      .toBuffer(),
    await picture().toColourspace('cmyk').jpeg().toBuffer(),
    await picture().png().toBuffer(),
    await picture().png({ palette: true, colours: 16 }).toBuffer(),
    await picture().toColourspace('rgb16').png().toBuffer(),
    await picture().gif().toBuffer(),
    await picture().webp().toBuffer(),
    await picture().webp({ lossless: true }).toBuffer(),
    await picture().tiff().toBuffer(),
    await picture().tiff({ compression: 'lzw', tile: true }).toBuffer(),
    await picture().avif({ effort: 0 }).toBuffer(),
  )
})

/** A damaged copy: bytes changed, cut, doubled, zeroed, or grafted from another picture. */
const damage = (number: number): Uint8Array => {
  const numbers = randomStream(2, 'damage').uniform(200, number)
  let next = 0
  const random = (): number => numbers[next++ % numbers.length]!
  let bytes: Uint8Array = Uint8Array.from(originals[number % originals.length]!)
  const at = (): number => Math.floor(random() * bytes.length)
  const join = (...parts: Uint8Array[]): Uint8Array => Uint8Array.from(Buffer.concat(parts))
  const damages = 1 + Math.floor(random() * 4)
  for (let count = 0; count < damages; count++) {
    const kind = Math.floor(random() * 7)
    const start = at()
    if (kind === 0) for (let n = 0; n < 20; n++) bytes[at()] = Math.floor(random() * 256)
    // Sizes and counts are in the first bytes.
    else if (kind === 1)
      for (let n = 0; n < 4; n++) bytes[Math.floor(random() * 64)] = random() < 0.5 ? 255 : 0
    else if (kind === 2) bytes = bytes.slice(0, start)
    else if (kind === 3) bytes = join(bytes.subarray(0, start), bytes.subarray(at()))
    else if (kind === 4) bytes.fill(0, start, start + 100)
    else if (kind === 5) bytes[start] = bytes[start]! ^ (1 << Math.floor(random() * 8))
    else {
      const other = originals[Math.floor(random() * originals.length)]!
      bytes = join(bytes.subarray(0, start), other.subarray(Math.floor(random() * other.length)))
    }
  }
  return bytes
}

test(`${PICTURES} damaged pictures`, { timeout: 60_000 + PICTURES * 200 }, async () => {
  let decoded = 0
  const codes = new Map<string, number>()
  for (let number = 0; number < PICTURES; number++) {
    const start = performance.now()
    try {
      expect(await decodeImage(damage(number), SIZE)).toHaveLength(16 * 24 * 3)
      decoded++
    } catch (error) {
      if (!(error instanceof MedleyError)) throw new Error(`picture ${number}`, { cause: error })
      expect(error.code).toMatch(/^image\./)
      expect(error.message).not.toContain('\n')
      codes.set(error.code, (codes.get(error.code) ?? 0) + 1)
    }
    expect(performance.now() - start, `picture ${number}`).toBeLessThan(LIMIT_MS)
  }
  expect(decoded).toBeGreaterThan(PICTURES / 20)
  expect([...codes.keys()]).toEqual(expect.arrayContaining(['image.corrupt', 'image.truncated']))
})

test('in parallel: each gives pixels or is named', { timeout: 60_000 }, async () => {
  const sources = Array.from({ length: 48 }, (_, number) => damage(number))
  const bad: number[] = []
  let row = 0
  const onBad = (found: { readonly row: number }): void => {
    bad.push(found.row)
  }
  for await (const pixels of decodeAll(sources, { ...SIZE, onBad })) {
    expect(pixels === null).toBe(bad.includes(row))
    row++
  }
  expect(row).toBe(48)
})
