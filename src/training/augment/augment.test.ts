import { describe, expect, test } from 'vitest'

import { augment } from './index.ts'
import { colour } from './colour.ts'
import { crop } from './crop.ts'
import { cutout } from './cutout.ts'
import { flip } from './flip.ts'

import type { AugmentSettings } from '../../experiment/augment.ts'
import type { Picture, Transform } from './transform.ts'

const off: AugmentSettings = { flip: false }

/** A grey picture: one number per pixel. */
const grey = (width: number, values: readonly number[]): Picture => ({
  width,
  height: values.length / width,
  pixels: Uint8Array.from(values.flatMap((value) => [value, value, value])),
})

const changed = (
  transform: Transform,
  settings: Partial<AugmentSettings>,
  { picture, draws }: { readonly picture: Picture; readonly draws: readonly number[] },
): number[] => {
  const augmentation = transform({ ...off, ...settings })!
  expect(draws).toHaveLength(augmentation.draws)
  augmentation.apply(picture, Float32Array.from(draws))
  return [...picture.pixels]
}

const reds = (pixels: readonly number[]): number[] => pixels.filter((_, index) => index % 3 === 0)

describe('by hand', () => {
  test('flip: left becomes right, channels stay in order', () => {
    const pixels = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12)
    const picture = { width: 2, height: 2, pixels }
    expect(changed(flip, { flip: true }, { picture, draws: [0.4] })).toEqual([
      4, 5, 6, 1, 2, 3, 10, 11, 12, 7, 8, 9,
    ])
    const kept = { width: 2, height: 2, pixels: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 0, 0) }
    expect(changed(flip, { flip: true }, { picture: kept, draws: [0.5] }).slice(0, 3)).toEqual([
      1, 2, 3,
    ])
  })

  // Of 4 x 4 pixels a quarter is one pixel: draws of a third each mean -1, 0, 1.
  test.each([
    { draws: [0.9, 0.5], name: 'right', lines: [1, 2, 3, 3] },
    { draws: [0.1, 0.5], name: 'left', lines: [0, 0, 1, 2] },
    { draws: [0.5, 0.5], name: 'nowhere', lines: [0, 1, 2, 3] },
  ])('crop: the window moves $name, the edge is repeated', ({ draws, lines }) => {
    const rows = [0, 10, 20, 30]
    const values = rows.flatMap((row) => [0, 1, 2, 3].map((column) => row + column))
    const moved = changed(crop, { crop: 0.25 }, { picture: grey(4, values), draws })
    expect(reds(moved)).toEqual(rows.flatMap((row) => lines.map((column) => row + column)))
  })

  test.each([
    { down: 0.9, rows: [10, 20, 30, 30] },
    { down: 0.1, rows: [0, 0, 10, 20] },
  ])('crop: up and down, draw $down', ({ down, rows }) => {
    const values = [0, 10, 20, 30].flatMap((row) => [0, 1, 2, 3].map((column) => row + column))
    const draws = [0.5, down]
    const moved = changed(crop, { crop: 0.25 }, { picture: grey(4, values), draws })
    expect(reds(moved)).toEqual(rows.flatMap((row) => [0, 1, 2, 3].map((column) => row + column)))
  })

  const jitter = { brightness: 0.5, contrast: 0.5, saturation: 0.5 }

  test('colour: brightness multiplies', () => {
    const draws = [0.75, 0.5, 0.5]
    const brighter = changed(colour, { colour: jitter }, { picture: grey(2, [100, 220]), draws })
    expect(reds(brighter)).toEqual([125, 255])
  })

  test('colour: contrast goes from the mean grey', () => {
    const draws = [0.5, 0, 0.5]
    const flatter = changed(colour, { colour: jitter }, { picture: grey(2, [100, 200]), draws })
    expect(reds(flatter)).toEqual([125, 175])
  })

  test('colour: saturation goes from the grey of the pixel', () => {
    const picture = { width: 1, height: 1, pixels: Uint8Array.of(200, 100, 0) }
    // Grey is .299 * 200 + .587 * 100 = 118.5; half way to it.
    const draws = [0.5, 0.5, 0]
    expect(changed(colour, { colour: jitter }, { picture, draws })).toEqual([159, 109, 59])
  })

  test('colour: factors of 1 leave every byte as it is', () => {
    const values = Array.from({ length: 256 }, (_, value) => value)
    const same = changed(
      colour,
      { colour: jitter },
      { picture: grey(16, values), draws: [0.5, 0.5, 0.5] },
    )
    expect(reds(same)).toEqual(values)
  })

  test('cutout: a rectangle in the mean colour', () => {
    const values = Array.from({ length: 16 }, (_, index) => index)
    // Area: .02 + .5 * .31 of 16 pixels = 2.8; ratio: .3 * 11^.5021 = 1, so 1.67 -> 2 x 2, at the last place.
    const draws = [0, 0.5, Math.log(1 / 0.3) / Math.log(11), 0.99, 0.99]
    const erased = reds(changed(cutout, { cutout: 0.5 }, { picture: grey(4, values), draws }))
    expect(erased).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 8, 8, 12, 13, 8, 8])
    const kept = changed(
      cutout,
      { cutout: 0.5 },
      { picture: grey(4, values), draws: [0.5, 0.5, 0.5, 0.5, 0.5] },
    )
    expect(reds(kept)).toEqual(values)
  })

  test('cutout: no rectangle leaves the picture, whatever is drawn', () => {
    for (const area of [0, 0.999])
      for (const ratio of [0, 0.999])
        for (const place of [0, 0.999]) {
          const picture = grey(
            3,
            Array.from({ length: 6 }, () => 7),
          )
          const draws = [0, area, ratio, place, place]
          expect(reds(changed(cutout, { cutout: 1 }, { picture, draws }))).toEqual(
            Array.from({ length: 6 }, () => 7),
          )
        }
  })
})

describe('chance', () => {
  const all: AugmentSettings = {
    flip: true,
    crop: 0.2,
    colour: { brightness: 0.3, contrast: 0.3, saturation: 0.3 },
    cutout: 0.5,
  }
  const [height, width] = [9, 6]
  const pictures = (rows: readonly number[]): Uint8Array =>
    Uint8Array.from(
      rows.flatMap((row) =>
        Array.from({ length: height * width * 3 }, (_, index) => (37 * row + 11 * index) % 256),
      ),
    )
  const after = (
    rows: readonly number[],
    { seed = 1, step = 5, settings = all } = {},
  ): Uint8Array => {
    const data = pictures(rows)
    augment({ type: 'uint8', shape: [rows.length, height, width, 3], data }, settings, {
      seed,
      step,
      rows,
      input: 'poster',
    })
    return data
  }
  const one = height * width * 3

  test('a picture depends on seed, step and row, not on its batch', () => {
    const together = after([4, 9, 2])
    expect(after([9])).toEqual(together.subarray(one, 2 * one))
    expect(after([2, 4]).subarray(0, one)).toEqual(together.subarray(2 * one))
    expect(after([4, 9, 2], { step: 6 })).not.toEqual(together)
    expect(after([4, 9, 2], { seed: 2 })).not.toEqual(together)
  })

  test('with all off nothing changes', () => {
    expect(after([1, 2, 3], { settings: off })).toEqual(pictures([1, 2, 3]))
  })

  test('about half of the pictures are mirrored', () => {
    const rows = Array.from({ length: 400 }, (_, row) => row)
    const before = pictures(rows)
    const flipped = after(rows, { settings: { flip: true } })
    const mirrored = rows.filter((row) => flipped[row * one] !== before[row * one]).length
    expect(mirrored).toBeGreaterThan(160)
    expect(mirrored).toBeLessThan(240)
  })
})

test('each picture of a row is changed in its own way, the first as if it were alone; absent ones stay', () => {
  const rows = [4, 7, 9]
  const side = 6
  const size = side * side * 3
  const one = Uint8Array.from({ length: size }, (_, place) => (place * 37) % 256)
  const make = (count: number): Uint8Array => {
    const data = new Uint8Array(count * size)
    for (let at = 0; at < count; at++) data.set(one, at * size)
    return data
  }
  const settings: AugmentSettings = { flip: true, crop: 0.3, cutout: 0.9 }
  const place = { seed: 1, step: 2, rows, input: 'poster' }
  const alone = make(rows.length)
  augment({ type: 'uint8', shape: [rows.length, side, side, 3], data: alone }, settings, place)
  const several = make(2 * rows.length)
  const slots = Uint8Array.of(1, 1, 1, 0, 0, 1)
  const shape = [rows.length, 2, side, side, 3]
  augment({ type: 'uint8', shape, data: several }, settings, { ...place, slots })
  const picture = (data: Uint8Array, at: number): number[] => [
    ...data.subarray(at * size, (at + 1) * size),
  ]
  expect(picture(several, 0)).toEqual(picture(alone, 0))
  expect(picture(several, 2)).toEqual(picture(alone, 1))
  expect(picture(several, 1)).not.toEqual(picture(several, 0))
  for (const at of [3, 4]) expect(picture(several, at)).toEqual([...one])
})
