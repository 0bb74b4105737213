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
const CHUNK = 1 << 14
const PRIME = 0x01000193

export interface SetIndex {
  /** Adds a set, and gives the numbers of earlier ones that are probably like it, each once, the likeliest first. */
  add(values: Uint32Array): readonly number[]
}

export const minHashIndex = (): SetIndex => {
  const random = new Uint32Array(2 * MINIMA)
  randomStream(0, 'min-hash').words(0, 0, random)
  const masks = random.slice(0, MINIMA)
  const factors = random.slice(MINIMA).map((word) => word | 1)
  /** Minima of sets, so many sets in each. */
  const chunks: Uint32Array[] = []
  /** Of each band: the newest set with a hash; of each set, the one before with the same. */
  const newest = Array.from({ length: BANDS }, () => new Map<number, number>())
  const before: Int32Array[] = []
  let count = 0

  const minimaAt = (index: number): Uint32Array =>
    chunks[Math.floor(index / CHUNK)]!.subarray(
      (index % CHUNK) * MINIMA,
      ((index % CHUNK) + 1) * MINIMA,
    )
  const writeMinima = (values: Uint32Array, into: Uint32Array): void => {
    into.fill(0xffffffff)
    for (const value of values)
      for (let index = 0; index < MINIMA; index++) {
        // Multiplying by an odd number permutes all 32-bit numbers.
        const hash = Math.imul(value ^ masks[index]!, factors[index]!) >>> 0
        if (hash < into[index]!) into[index] = hash
      }
  }
  const likeness = (own: Uint32Array, other: number): number => {
    const minima = chunks[Math.floor(other / CHUNK)]!
    const start = (other % CHUNK) * MINIMA
    let equal = 0
    for (let index = 0; index < MINIMA; index++) if (own[index] === minima[start + index]) equal++
    return equal
  }

  return {
    add: (values) => {
      if (count % CHUNK === 0) {
        chunks.push(new Uint32Array(CHUNK * MINIMA))
        before.push(new Int32Array(CHUNK * BANDS).fill(-1))
      }
      const own = minimaAt(count)
      writeMinima(values, own)
      const found = new Map<number, number>()
      for (let band = 0; band < BANDS; band++) {
        let hash = 0
        for (let row = 0; row < BAND_ROWS; row++)
          hash = Math.imul(hash, PRIME) ^ own[band * BAND_ROWS + row]!
        let other = newest[band]!.get(hash) ?? -1
        before[Math.floor(count / CHUNK)]![(count % CHUNK) * BANDS + band] = other
        newest[band]!.set(hash, count)
        for (let compared = 0; other >= 0 && compared < MOST_COMPARED; compared++) {
          if (!found.has(other)) found.set(other, likeness(own, other))
          other = before[Math.floor(other / CHUNK)]![(other % CHUNK) * BANDS + band]!
        }
      }
      count++
      return [...found]
        .filter(([, equal]) => equal >= FEWEST_EQUAL)
        .sort((a, b) => b[1] - a[1] || a[0] - b[0])
        .map(([other]) => other)
    },
  }
}
