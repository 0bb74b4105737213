// MinHash (Broder, "On the Resemblance and Containment of Documents", 1997) with locality-sensitive hashing: the share of
// equal minima of two sets estimates their Jaccard index, and sets that agree in a whole band of minima meet in a bucket.
// Pairs are looked for in buckets only, so time grows with the number of texts, not with its square.
import { randomStream } from '../../base/rng.ts'

const BANDS = 12
const BAND_ROWS = 5
const MINIMA = BANDS * BAND_ROWS
/**
 * Of sets with a Jaccard index of .8, 99 % share a band: 1 - (1 - .8^5)^12; of .9 all but one in 60,000; of .3 3 %. The
 * estimate of .8 is 48 of 60 on average, and below this for one pair in 600.
 */
const FEWEST_EQUAL = 39
/** Earlier texts of a bucket that a new one is compared with, newest first. */
const MOST_COMPARED = 8
const PRIME = 0x01000193
/** Turns the order of signed numbers into that of unsigned ones: comparing those, an engine leaves integers. */
const SIGN = 0x80000000
const GREATEST = 0x7fffffff

export interface SetIndex {
  /** Adds a set, and gives the numbers of earlier ones that are probably like it, each once, the likeliest first. */
  add(values: Uint32Array): readonly number[]
}

/** @param most - sets that will be added; room is made for all of them */
export const minHashIndex = (most: number): SetIndex => {
  const random = new Uint32Array(2 * MINIMA)
  randomStream(0, 'min-hash').words(0, 0, random)
  const masks = Int32Array.from(random.subarray(0, MINIMA))
  const factors = Int32Array.from(random.subarray(MINIMA), (word) => word | 1)
  const minima = new Uint32Array(most * MINIMA)
  /** Of each band: the newest set of each bucket; of each set, the one before in the same. */
  const buckets = 2 ** Math.ceil(Math.log2(Math.max(2, most)))
  const newest = Array.from({ length: BANDS }, () => new Int32Array(buckets).fill(-1))
  const before = new Int32Array(most * BANDS)
  let count = 0

  const writeMinima = (values: Uint32Array, start: number): void => {
    const { length } = values
    // Two at a time, so that the processor has something to do while it waits for a product.
    for (let index = 0; index < MINIMA; index += 2) {
      const [mask0, mask1] = [masks[index]!, masks[index + 1]!]
      const [factor0, factor1] = [factors[index]!, factors[index + 1]!]
      let least0 = GREATEST
      let least1 = GREATEST
      for (let at = 0; at < length; at++) {
        const value = values[at]! | 0
        // Multiplying by an odd number permutes all 32-bit numbers.
        const hash0 = Math.imul(value ^ mask0, factor0) ^ SIGN
        const hash1 = Math.imul(value ^ mask1, factor1) ^ SIGN
        least0 = hash0 < least0 ? hash0 : least0
        least1 = hash1 < least1 ? hash1 : least1
      }
      minima[start + index] = least0 ^ SIGN
      minima[start + index + 1] = least1 ^ SIGN
    }
  }
  const bandHash = (set: number, band: number): number => {
    const start = set * MINIMA + band * BAND_ROWS
    let hash = 0
    for (let row = start; row < start + BAND_ROWS; row++)
      hash = Math.imul(hash, PRIME) ^ minima[row]!
    return hash
  }
  const likeness = (own: number, other: number): number => {
    let equal = 0
    for (let index = 0; index < MINIMA; index++)
      if (minima[own * MINIMA + index] === minima[other * MINIMA + index]) equal++
    return equal
  }

  return {
    add: (values) => {
      const own = count++
      writeMinima(values, own * MINIMA)
      const found = new Map<number, number>()
      for (let band = 0; band < BANDS; band++) {
        const hash = bandHash(own, band)
        const bucket = hash & (buckets - 1)
        let other = newest[band]![bucket]!
        before[own * BANDS + band] = other
        newest[band]![bucket] = own
        for (let compared = 0; other >= 0 && compared < MOST_COMPARED;) {
          if (bandHash(other, band) === hash) {
            compared++
            if (!found.has(other)) found.set(other, likeness(own, other))
          }
          other = before[other * BANDS + band]!
        }
      }
      return [...found]
        .filter(([, equal]) => equal >= FEWEST_EQUAL)
        .sort((a, b) => b[1] - a[1] || a[0] - b[0])
        .map(([other]) => other)
    },
  }
}
