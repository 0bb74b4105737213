// The pieces of a word as fastText cuts them, and the rows of its matrix that hold their vectors. Every detail is a
// promise of the file format: brackets, lengths in characters, FNV-1a over signed bytes
// (https://github.com/facebookresearch/fastText, dictionary.cc, `computeSubwords` and `hash`).

export interface SubwordRules {
  /** Shortest and longest piece in characters; a longest of 0 means no pieces. */
  readonly minLength: number
  readonly maxLength: number
  /** Rows that all pieces share. */
  readonly buckets: number
}

const OPEN = 0x3c
const CLOSE = 0x3e
const isContinuation = (byte: number | undefined): boolean =>
  byte !== undefined && (byte & 0xc0) === 0x80

/** 32-bit FNV-1a, but a byte above 127 counts as negative: the sign fills the upper bits. */
const hashBytes = (bytes: Uint8Array, start: number, end: number): number => {
  let hash = 2166136261
  for (let index = start; index < end; index++)
    hash = Math.imul(hash ^ ((bytes[index]! << 24) >> 24), 16777619)
  return hash >>> 0
}

/** Buckets of the pieces of a word, repeated ones too, in fastText's order. */
export const subwordBuckets = (
  word: Uint8Array,
  { minLength, maxLength, buckets }: SubwordRules,
): number[] => {
  const bytes = Uint8Array.of(OPEN, ...word, CLOSE)
  const found: number[] = []
  for (let start = 0; start < bytes.length; start++) {
    if (isContinuation(bytes[start])) continue
    let end = start
    for (let length = 1; end < bytes.length && length <= maxLength; length++) {
      end++
      while (isContinuation(bytes[end])) end++
      // A bracket alone is no piece.
      const isBracket = length === 1 && (start === 0 || end === bytes.length)
      if (length >= minLength && !isBracket) found.push(hashBytes(bytes, start, end) % buckets)
    }
  }
  return found
}
