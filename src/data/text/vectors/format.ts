// Which word-vector format a file has, from its first bytes; the name of a file says little (`.bin` and `.vec` are used
// for three formats). word2vec and fastText write the same text: a header line, then what GloVe writes.
import { decodeWord, isUtf8Start, parseNumber, printable } from './values.ts'
import { vectorErrors } from './errors.ts'

/** Formats that are a list of records. */
export type RecordFormat = 'glove-text' | 'word2vec-text' | 'word2vec-binary'
export type VectorFormat = RecordFormat | 'fasttext-model'

/** How each format is called before people. */
export const formatNames: Record<VectorFormat, string> = {
  'glove-text': 'GloVe text (no header)',
  'word2vec-text': 'word2vec or fastText text (with header)',
  'word2vec-binary': 'word2vec binary',
  'fasttext-model': 'fastText model (with word pieces)',
}

export interface DetectedFormat {
  readonly format: RecordFormat
  readonly dimensions: number
  /** Words that the header promises. */
  readonly words: number | undefined
  /** Where the first word starts, in bytes. */
  readonly start: number
}

/** Wider vectors do not exist; a damaged header must not claim gigabytes. */
export const MAX_DIMENSIONS = 65_536
const LONGEST_HEADER_BYTES = 64
const SAMPLE_BYTES = 65_536
const LINE_FEED = 10
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf]

/** Detects the format from the head of a file: as much as the first line needs. */
export const detectFormat = (head: Uint8Array, file: string): DetectedFormat => {
  if (head.length === 0) throw vectorErrors.error('empty', {}, { file })
  const origin = startsWith(head, BYTE_ORDER_MARK) ? BYTE_ORDER_MARK.length : 0
  const lineEnd = head.indexOf(LINE_FEED, origin)
  const firstLine = head.subarray(origin, lineEnd < 0 ? head.length : lineEnd)
  const header = readHeader(firstLine)
  if (header === undefined) return withoutHeader(firstLine, origin, file)
  const { words, dimensions } = header
  if (words === 0 || dimensions === 0) throw vectorErrors.error('no-words', header, { file })
  if (dimensions > MAX_DIMENSIONS)
    throw vectorErrors.error('dimensions', { dimensions, most: MAX_DIMENSIONS }, { file })
  const start = lineEnd < 0 ? head.length : lineEnd + 1
  const format = isText(head.subarray(start), dimensions) ? 'word2vec-text' : 'word2vec-binary'
  return { format, dimensions, words, start }
}

export const startsWith = (bytes: Uint8Array, prefix: readonly number[]): boolean =>
  prefix.every((byte, index) => bytes[index] === byte)

const readHeader = (line: Uint8Array): { words: number; dimensions: number } | undefined => {
  if (line.length > LONGEST_HEADER_BYTES) return undefined
  const match = /^\s*(\d+)[ \t]+(\d+)\s*$/.exec(decodeWord(line).text)
  return match === null ? undefined : { words: Number(match[1]), dimensions: Number(match[2]) }
}

const withoutHeader = (line: Uint8Array, start: number, file: string): DetectedFormat => {
  const tokens = decodeWord(line)
    .text.trim()
    .split(/[ \t]+/)
  // The word may hold spaces and may itself look like a number.
  const lastWordToken = tokens.findLastIndex((token) => parseNumber(token) === undefined)
  const dimensions = tokens.length - Math.max(1, lastWordToken + 1)
  if (dimensions < 1 || dimensions > MAX_DIMENSIONS) {
    const found = `"${printable(tokens.join(' '))}"`
    throw vectorErrors.error('not-vectors', { found }, { file })
  }
  return { format: 'glove-text', dimensions, words: undefined, start }
}

/** After a header: text when the first line is a word and its numbers, or else when all bytes can be text. */
const isText = (body: Uint8Array, dimensions: number): boolean => {
  const lineEnd = body.indexOf(LINE_FEED)
  const line = decodeWord(body.subarray(0, lineEnd < 0 ? body.length : lineEnd))
  const values = line.text
    .trim()
    .split(/[ \t]+/)
    .slice(-dimensions)
  if (values.length === dimensions && values.every((value) => parseNumber(value) !== undefined))
    return true
  const sample = body.subarray(0, SAMPLE_BYTES)
  const isControl = (byte: number): boolean => byte < 32 && (byte < 9 || byte > 13)
  return !sample.some(isControl) && isUtf8Start(sample)
}
