// Difference hash (dHash) of a picture: whether brightness rises from each of 9 x 8 fields to the next, 64 bits. Another
// size, another compression and a little more light change few of them.

import type { BlockMeans } from './jpeg-means.ts'

const COLUMNS = 9
const ROWS = 8

export interface DifferenceHash {
  readonly high: number
  readonly low: number
}

/** A picture whose fields differ less, of 255, shows nothing: its bits would be noise. */
const FLAT_RANGE = 16

/** Smaller differences, in grey levels, are noise: borders and skies would give other bits in every copy. */
const FEWEST_RISE = 3

/** Grey levels of RGB pixels (Rec. 601). */
export const greyOf = (pixels: Uint8Array): Float32Array =>
  Float32Array.from(
    { length: pixels.length / 3 },
    (_, index) =>
      0.299 * pixels[3 * index]! + 0.587 * pixels[3 * index + 1]! + 0.114 * pixels[3 * index + 2]!,
  )

/** Undefined of a flat picture. */
export const differenceHash = (picture: BlockMeans): DifferenceHash | undefined => {
  const grey = shrink(picture)
  if (Math.max(...grey) - Math.min(...grey) < FLAT_RANGE) return undefined
  const halves = [0, 0]
  for (let y = 0, bit = 0; y < ROWS; y++)
    for (let x = 0; x + 1 < COLUMNS; x++, bit++)
      if (grey[y * COLUMNS + x + 1]! - grey[y * COLUMNS + x]! > FEWEST_RISE)
        halves[bit >> 5]! |= 1 << (bit & 31)
  return { high: halves[0]! >>> 0, low: halves[1]! >>> 0 }
}

/**
 * Brightness at the middles of 9 x 8 fields, each place weighted the less the farther it is, up to a field's size: hard
 * borders of fields would cut through blocks, of which only the mean is known.
 */
const shrink = ({ stride, width, height, grey }: BlockMeans): Float32Array => {
  const small = new Float32Array(COLUMNS * ROWS)
  const horizontal = weightsOf(width, COLUMNS)
  const vertical = weightsOf(height, ROWS)
  for (const [row, down] of vertical.entries())
    for (const [column, across] of horizontal.entries()) {
      let sum = 0
      for (const [y, share] of down)
        for (const [x, weight] of across) sum += share * weight * grey[y * stride + x]!
      small[row * COLUMNS + column] = sum
    }
  return small
}

/** For each of `fields` equal parts of a length: the places in and around it, and their weights, which add up to 1. */
const weightsOf = (length: number, fields: number): readonly (readonly [number, number])[][] =>
  Array.from({ length: fields }, (_, field) => {
    const reach = length / fields
    const middle = (field + 0.5) * reach
    const places = Array.from({ length: Math.ceil(length) }, (_, place) => {
      const end = Math.min(place + 1, length)
      return [place, triangle((end - middle) / reach) - triangle((place - middle) / reach)] as const
    }).filter(([, weight]) => weight > 0)
    const total = places.reduce((sum, [, weight]) => sum + weight, 0)
    return places.map(([place, weight]) => [place, weight / total] as const)
  })

/** Area, up to `x`, of the triangle from -1 over 0 to 1. */
const triangle = (x: number): number => {
  const inside = Math.min(1, Math.max(-1, x))
  return inside < 0 ? (1 + inside) ** 2 / 2 : 1 - (1 - inside) ** 2 / 2
}

const bitsOf = (word: number): number => {
  let count = word - ((word >>> 1) & 0x55555555)
  count = (count & 0x33333333) + ((count >>> 2) & 0x33333333)
  return Math.imul((count + (count >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}

/** Bits that differ. */
export const hashDistance = (a: DifferenceHash, b: DifferenceHash): number =>
  bitsOf(a.high ^ b.high) + bitsOf(a.low ^ b.low)
