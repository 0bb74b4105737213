// Which 64-bit hashes differ in few bits (multi-index hashing: Norouzi, Punjani and Fleet, "Fast Search in Hamming Space
// with Multi-Index Hashing", 2012). Cut into one piece more than bits may differ, two such hashes have an equal piece.
import { hashDistance } from './difference-hash.ts'

import type { DifferenceHash } from './difference-hash.ts'

export const MOST_BITS = 4
/** First bit and width of each piece; no piece lies in both halves, to keep it in one number. */
const PIECES = [
  { half: 'high', shift: 0, bits: 11 },
  { half: 'high', shift: 11, bits: 11 },
  { half: 'high', shift: 22, bits: 10 },
  { half: 'low', shift: 0, bits: 16 },
  { half: 'low', shift: 16, bits: 16 },
] as const
/** Earlier hashes with the same piece that are compared, newest first: plain backgrounds give one piece to thousands. */
const MOST_COMPARED = 1024

export interface HashIndex {
  /** Adds a hash, and gives the numbers of earlier ones that are near, the nearest first. */
  add(hash: DifferenceHash): readonly number[]
}

export const hashIndex = (): HashIndex => {
  const hashes: DifferenceHash[] = []
  const buckets = PIECES.map(({ bits }) => Array.from({ length: 1 << bits }, (): number[] => []))
  return {
    add: (hash) => {
      const near = new Map<number, number>()
      for (const [index, { half, shift, bits }] of PIECES.entries()) {
        const bucket = buckets[index]![(hash[half] >>> shift) & ((1 << bits) - 1)]!
        for (let at = bucket.length - 1; at >= Math.max(0, bucket.length - MOST_COMPARED); at--) {
          const distance = hashDistance(hash, hashes[bucket[at]!]!)
          if (distance <= MOST_BITS) near.set(bucket[at]!, distance)
        }
        bucket.push(hashes.length)
      }
      hashes.push(hash)
      return [...near].sort((a, b) => a[1] - b[1] || a[0] - b[0]).map(([other]) => other)
    },
  }
}
