// Counter-based random numbers: Philox4x32-10 (Salmon et al., "Parallel Random Numbers: As Easy as 1, 2, 3", SC 2011).
// A number depends only on (seed, stream name, counter), never on how many were drawn before: cutting the same rows
// into other batches, or resuming in the middle, changes nothing.

const MULTIPLIER_0 = 0xd2511f53
const MULTIPLIER_1 = 0xcd9e8d57
const LOW_0 = MULTIPLIER_0 & 0xffff
const HIGH_0 = MULTIPLIER_0 >>> 16
const LOW_1 = MULTIPLIER_1 & 0xffff
const HIGH_1 = MULTIPLIER_1 >>> 16
const WEYL_0 = 0x9e3779b9
const WEYL_1 = 0xbb67ae85
const ROUNDS = 10

/**
 * Fills `out` with Philox words: block n of the counter (n, b, a, 0), four words each. Written as one flat loop over
 * local variables, because dropout masks need millions of words per training step.
 */
export const philoxFill = (
  key: readonly [number, number],
  counter: readonly [number, number],
  out: Uint32Array,
): void => {
  const [a, b] = counter
  for (let index = 0, block = 0; index < out.length; index += 4, block++) {
    let k0 = key[0] | 0
    let k1 = key[1] | 0
    let c0 = block | 0
    let c1 = b | 0
    let c2 = a | 0
    let c3 = 0
    for (let round = 0; round < ROUNDS; round++) {
      // High halves of two 32 x 32 bit products, from 16-bit pieces and in 32-bit integers only: a number that does not
      // fit in 32 bits would make the compiler use floating point, four times as slow.
      const l0 = c0 & 0xffff
      const h0 = c0 >>> 16
      const p0 = Math.imul(l0, HIGH_0)
      const q0 = Math.imul(h0, LOW_0)
      const carry0 = (Math.imul(l0, LOW_0) >>> 16) + (p0 & 0xffff) + (q0 & 0xffff)
      const high0 = (Math.imul(h0, HIGH_0) + (p0 >>> 16) + (q0 >>> 16) + (carry0 >>> 16)) | 0
      const l1 = c2 & 0xffff
      const h1 = c2 >>> 16
      const p1 = Math.imul(l1, HIGH_1)
      const q1 = Math.imul(h1, LOW_1)
      const carry1 = (Math.imul(l1, LOW_1) >>> 16) + (p1 & 0xffff) + (q1 & 0xffff)
      const high1 = (Math.imul(h1, HIGH_1) + (p1 >>> 16) + (q1 >>> 16) + (carry1 >>> 16)) | 0
      const low0 = Math.imul(MULTIPLIER_0, c0)
      const low1 = Math.imul(MULTIPLIER_1, c2)
      c0 = high1 ^ c1 ^ k0
      c1 = low1
      c2 = high0 ^ c3 ^ k1
      c3 = low0
      k0 = (k0 + WEYL_0) | 0
      k1 = (k1 + WEYL_1) | 0
    }
    out[index] = c0
    if (index + 1 < out.length) out[index + 1] = c1
    if (index + 2 < out.length) out[index + 2] = c2
    if (index + 3 < out.length) out[index + 3] = c3
  }
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

/** The key of the random stream of `name` under `seed`; different names are independent. */
export const streamKey = (seed: number, name: string): readonly [number, number] => [
  seed >>> 0,
  hashName(name),
]

/** The random stream of `name` under `seed`. */
export const randomStream = (seed: number, name: string): RandomStream => {
  const key = streamKey(seed, name)
  const words = (a: number, b: number, out: Uint32Array): void => {
    philoxFill(key, [a, b], out)
  }
  const uniform = (length: number, a = 0, b = 0): Float32Array => {
    const out = new Float32Array(length)
    // In the same memory, and in a loop: `from` with a function makes an object of every number.
    const raw = new Uint32Array(out.buffer)
    words(a, b, raw)
    for (let index = 0; index < length; index++) out[index] = (raw[index]! >>> 8) / 0x1000000
    return out
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
