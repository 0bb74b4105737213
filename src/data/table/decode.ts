// A file as text, in pieces, whatever its encoding. NUL characters are taken out and counted: no cell needs one, and
// C strings further down would end there.

import { byteChunks } from './bytes.ts'

import type { Encoding } from './encoding.ts'

export interface TextSource {
  /** The text in order, in pieces of up to about one million characters. */
  chunks(): AsyncIterable<string>
  /** NUL characters taken out by the last complete pass. */
  nulCount(): number
}

/** Opens `file` as text; a byte order mark is not part of it. */
export const openText = (
  file: string,
  encoding: Encoding,
  signal: AbortSignal | undefined,
): TextSource => {
  let nulCount = 0
  const withoutNul = (text: string): string => {
    if (!text.includes('\0')) return text
    const kept = text.replaceAll('\0', '')
    nulCount += text.length - kept.length
    return kept
  }
  return {
    nulCount: () => nulCount,
    chunks: async function* () {
      nulCount = 0
      const decode = decoders[encoding]()
      for await (const bytes of byteChunks(file)) {
        signal?.throwIfAborted()
        yield withoutNul(decode(bytes))
      }
      yield withoutNul(decode(undefined))
    },
  }
}

/** `chunks` without their first `length` characters. */
export async function* withoutStart(
  chunks: AsyncIterable<string>,
  length: number,
): AsyncGenerator<string> {
  let left = length
  for await (const chunk of chunks) {
    yield left === 0 ? chunk : chunk.slice(left)
    left -= Math.min(left, chunk.length)
  }
}

/** Turns the next bytes into text; `undefined` is the end of the file. */
type Decode = (bytes: Buffer | undefined) => string

const platformDecoder = (label: string) => (): Decode => {
  const decoder = new TextDecoder(label)
  return (bytes) =>
    bytes === undefined ? decoder.decode() : decoder.decode(bytes, { stream: true })
}

/** Characters of the bytes 0x80 to 0x9f; the five unassigned ones stay control characters (WHATWG index). */
const WINDOWS_1252 =
  '\u20ac\x81\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\x8d\u017d\x8f' +
  '\x90\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\x9d\u017e\u0178'

const decoders: Record<Encoding, () => Decode> = {
  'utf-8': platformDecoder('utf-8'),
  'utf-16le': platformDecoder('utf-16le'),
  'utf-16be': platformDecoder('utf-16be'),
  // Node 20's own decoder takes this label for Latin-1 and loses the quotes, dashes and the euro sign.
  'windows-1252': () => (bytes) =>
    (bytes ?? Buffer.alloc(0))
      .toString('latin1')
      .replace(/[\x80-\x9f]/g, (char) => WINDOWS_1252[char.charCodeAt(0) - 0x80]!),
}
