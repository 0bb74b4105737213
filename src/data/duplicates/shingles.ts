// A text as the set of its runs of three words. Two texts with nearly the same set say the same with a few words changed;
// single words would call all plots of one genre alike.

const RUN = 3
const FNV_START = 0x811c9dc5
const FNV_PRIME = 0x01000193
/** Odd constants of MurmurHash3's last step (public domain). */
const MIX_1 = 0x85ebca6b
const MIX_2 = 0xc2b2ae35

/** Hashes of all runs, in order, with repetitions; of a shorter text none. */
export const shinglesOf = (words: readonly string[]): Uint32Array => {
  const hashes = Uint32Array.from(words, hashWord)
  return Uint32Array.from({ length: Math.max(0, words.length - RUN + 1) }, (_, start) => {
    let hash = FNV_START
    for (let index = start; index < start + RUN; index++)
      hash = mix(Math.imul(hash, FNV_PRIME) ^ hashes[index]!)
    return hash
  })
}

const hashWord = (word: string): number => {
  let hash = FNV_START
  for (let index = 0; index < word.length; index++)
    hash = Math.imul(hash ^ word.charCodeAt(index), FNV_PRIME)
  return hash
}

/** Spreads every bit over all. */
const mix = (value: number): number => {
  let hash = value
  hash = Math.imul(hash ^ (hash >>> 16), MIX_1)
  hash = Math.imul(hash ^ (hash >>> 13), MIX_2)
  return (hash ^ (hash >>> 16)) >>> 0
}

/** Size of the intersection over size of the union; 0 of two empty sets. */
export const jaccard = (a: ReadonlySet<number>, b: ReadonlySet<number>): number => {
  const [small, large] = a.size < b.size ? [a, b] : [b, a]
  let both = 0
  for (const value of small) if (large.has(value)) both++
  const either = a.size + b.size - both
  return either === 0 ? 0 : both / either
}
