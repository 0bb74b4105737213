// Counter-based random numbers: Philox4x32-10 (Salmon et al., "Parallel Random Numbers: As Easy as 1, 2, 3", SC 2011).
// A number depends only on (seed, stream name, counter), never on how many were drawn before: cutting the same rows
// into other batches, or resuming in the middle, changes nothing.

const MULTIPLIER_0 = 0xd2511f53
const MULTIPLIER_1 = 0xcd9e8d57
const WEYL_0 = 0x9e3779b9
const WEYL_1 = 0xbb67ae85
const ROUNDS = 10

/** High 32 bits of the unsigned 64-bit product, from 16-bit halves (doubles hold only 53 bits). */
const multiplyHigh = (a: number, b: number): number => {
  const aHigh = a >>> 16
  const aLow = a & 0xffff
  const bHigh = b >>> 16
  const bLow = b & 0xffff
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16)
  const middleLow = (middle & 0xffff) + aLow * bHigh
  return (aHigh * bHigh + Math.floor(middle / 0x10000) + Math.floor(middleLow / 0x10000)) >>> 0
}

/** Writes the four 32-bit words of one Philox block into `out` at `offset`. */
export const philoxBlock = (
  key: readonly [number, number],
  counter: readonly [number, number, number, number],
  out: Uint32Array,
  offset = 0,
): void => {
  let [k0, k1] = key
  let [c0, c1, c2, c3] = counter
  for (let round = 0; round < ROUNDS; round++) {
    const high0 = multiplyHigh(MULTIPLIER_0, c0)
    const low0 = Math.imul(MULTIPLIER_0, c0)
    const high1 = multiplyHigh(MULTIPLIER_1, c2)
    const low1 = Math.imul(MULTIPLIER_1, c2)
    c0 = (high1 ^ c1 ^ k0) >>> 0
    c1 = low1 >>> 0
    c2 = (high0 ^ c3 ^ k1) >>> 0
    c3 = low0 >>> 0
    k0 = (k0 + WEYL_0) >>> 0
    k1 = (k1 + WEYL_1) >>> 0
  }
  out[offset] = c0
  out[offset + 1] = c1
  out[offset + 2] = c2
  out[offset + 3] = c3
}

/** 32-bit FNV-1a of a name; names a random stream. */
export const hashName = (name: string): number => {
  let hash = 0x811c9dc5
  for (const byte of new TextEncoder().encode(name)) hash = Math.imul(hash ^ byte, 0x01000193)
  return hash >>> 0
}

/** A named random stream. `counter` is (a, b): by convention (step, row). */
export interface RandomStream {
  /** Fills `out` with 32-bit words for the counter pair; equal arguments give equal words. */
  words(a: number, b: number, out: Uint32Array): void
  /** `length` uniform numbers in [0, 1), 24 bits each. */
  uniform(length: number, a?: number, b?: number): Float32Array
  /** `length` standard normal numbers (Box-Muller). */
  normal(length: number, a?: number, b?: number): Float32Array
  /** A permutation of 0..length-1 (Fisher-Yates). */
  permutation(length: number, a?: number): Int32Array
}

/** The random stream of `name` under `seed`; different names are independent. */
export const randomStream = (seed: number, name: string): RandomStream => {
  const key: readonly [number, number] = [seed >>> 0, hashName(name)]
  const words = (a: number, b: number, out: Uint32Array): void => {
    const block = new Uint32Array(4)
    for (let index = 0, number = 0; index < out.length; index += 4, number++) {
      philoxBlock(key, [number >>> 0, b >>> 0, a >>> 0, 0], block)
      out.set(index + 4 <= out.length ? block : block.subarray(0, out.length - index), index)
    }
  }
  const uniform = (length: number, a = 0, b = 0): Float32Array => {
    const raw = new Uint32Array(length)
    words(a, b, raw)
    return Float32Array.from(raw, (word) => (word >>> 8) / 0x1000000)
  }
  const normal = (length: number, a = 0, b = 0): Float32Array => {
    const raw = new Uint32Array(length + (length & 1))
    words(a, b, raw)
    const out = new Float32Array(length)
    for (let index = 0; index < length; index += 2) {
      // (0, 1] so that the logarithm is finite.
      const radius = Math.sqrt(-2 * Math.log((raw[index]! + 1) / 0x100000000))
      const angle = (2 * Math.PI * raw[index + 1]!) / 0x100000000
      out[index] = radius * Math.cos(angle)
      if (index + 1 < length) out[index + 1] = radius * Math.sin(angle)
    }
    return out
  }
  const permutation = (length: number, a = 0): Int32Array => {
    const raw = new Uint32Array(length)
    words(a, 0, raw)
    const order = Int32Array.from({ length }, (_, index) => index)
    for (let index = length - 1; index > 0; index--) {
      const other = Math.floor((raw[index]! / 0x100000000) * (index + 1))
      const kept = order[index]!
      order[index] = order[other]!
      order[other] = kept
    }
    return order
  }
  return { words, uniform, normal, permutation }
}
