// A text as the set of its runs of three words. Two texts with nearly the same set say the same with a few words changed;
// single words would call all plots of one genre alike.
import { mix } from './word-hashes.ts'

const RUN = 3
const FNV_START = 0x811c9dc5
const FNV_PRIME = 0x01000193

/**
 * Hashes of all runs, in order, with repetitions; of a shorter text none.
 *
 * @param words - a hash of each word
 */
export const shinglesOf = (words: Uint32Array): Uint32Array => {
  const runs = new Uint32Array(Math.max(0, words.length - RUN + 1))
  for (let start = 0; start < runs.length; start++) runs[start] = runAt(words, start)
  return runs
}

/** The least of them, without making room for all; all bits set of a text without runs. */
export const leastShingle = (words: Uint32Array): number => {
  let least = 0xffffffff
  for (let start = 0; start + RUN <= words.length; start++) {
    const hash = runAt(words, start)
    if (hash < least) least = hash
  }
  return least
}

const runAt = (words: Uint32Array, start: number): number => {
  let hash = FNV_START
  for (let index = start; index < start + RUN; index++)
    hash = Math.imul(hash ^ words[index]!, FNV_PRIME)
  return mix(hash)
}

/** Size of the intersection over size of the union; 0 of two empty sets. */
export const jaccard = (a: ReadonlySet<number>, b: ReadonlySet<number>): number => {
  const [small, large] = a.size < b.size ? [a, b] : [b, a]
  let both = 0
  for (const value of small) if (large.has(value)) both++
  const either = a.size + b.size - both
  return either === 0 ? 0 : both / either
}
