// Cuts the bytes of a word-vector file into records, block by block, so that memory is bounded by one block. A record's
// numbers are read only when somebody wants the word: most of a large file is skipped.
import { vectorErrors } from './errors.ts'
import { decodeWord, parseNumber, printable, readFloats } from './values.ts'

import type { DetectedFormat, RecordFormat } from './format.ts'

export interface WordRecord {
  readonly word: string
  /** False when the bytes of the word were not UTF-8. */
  readonly isUtf8: boolean
  /** The vector; may hold NaN and infinities. */
  readonly vector: () => Float32Array
}

/** One block of a file: whole records are taken from its start, the rest comes back with the next block. */
export interface Block {
  readonly bytes: Uint8Array
  /** Position of the block in the file. */
  readonly position: number
  readonly isLast: boolean
}

/** Takes records until the block has no whole one left; answers the bytes taken. `found` counts words so far. */
export interface RecordReader {
  readonly take: (block: Block, onRecord: (record: WordRecord) => void) => number
  readonly found: () => number
}

const LINE_FEED = 10
const TAB = 9
const CARRIAGE_RETURN = 13
const SPACE = 32
const MAX_LINE_BYTES = 4 * 2 ** 20
const MAX_WORD_BYTES = 65_536

/** The reader of each format. */
export const recordReaders: Record<
  RecordFormat,
  (detected: DetectedFormat, file: string) => RecordReader
> = {
  'glove-text': (detected, file) => textReader(detected, file),
  'word2vec-text': (detected, file) => textReader(detected, file),
  'word2vec-binary': (detected, file) => binaryReader(detected, file),
}

const binaryReader = (
  { words: expected = 0, dimensions }: DetectedFormat,
  file: string,
): RecordReader => {
  let found = 0
  const take: RecordReader['take'] = ({ bytes, position, isLast }, onRecord) => {
    let at = 0
    while (found < expected) {
      // The original tool writes a line feed after each vector, others do not.
      const start = bytes[at] === LINE_FEED ? at + 1 : at
      const space = bytes.indexOf(SPACE, start)
      const end = space + 1 + dimensions * 4
      if (space < 0 && bytes.length - start > MAX_WORD_BYTES) {
        const place = { byte: position + start, what: 'word', most: MAX_WORD_BYTES }
        throw vectorErrors.error('line-too-long', place, { file })
      }
      if (space < 0 || end > bytes.length) {
        if (!isLast) return at
        const byte = position + bytes.length
        throw vectorErrors.error('truncated', { expected, found, byte }, { file })
      }
      const { text: word, isUtf8 } = decodeWord(bytes.subarray(start, space))
      onRecord({ word, isUtf8, vector: () => readFloats(bytes, space + 1, dimensions) })
      found++
      at = end
    }
    if (bytes[at] === LINE_FEED) at++
    if (at < bytes.length) {
      const place = { expected, dimensions, byte: position + at }
      throw vectorErrors.error('trailing-bytes', place, { file })
    }
    return at
  }
  return { take, found: () => found }
}

const textReader = (
  { words: expected, dimensions }: DetectedFormat,
  file: string,
): RecordReader => {
  let found = 0
  let line = expected === undefined ? 0 : 1
  const take: RecordReader['take'] = ({ bytes, position, isLast }, onRecord) => {
    let at = 0
    while (at < bytes.length) {
      const lineFeed = bytes.indexOf(LINE_FEED, at)
      if (lineFeed < 0 && bytes.length - at > MAX_LINE_BYTES) {
        const place = { byte: position + at, what: 'line', most: MAX_LINE_BYTES }
        throw vectorErrors.error('line-too-long', place, { file })
      }
      if (lineFeed < 0 && !isLast) return at
      const isCut = lineFeed < 0
      const end = isCut ? bytes.length : lineFeed
      line++
      const place: LinePlace = { line, dimensions, file, end: isCut ? position + end : undefined }
      const record = readLine(bytes.subarray(at, end), place)
      if (record !== undefined) {
        onRecord(record)
        found++
      }
      at = isCut ? end : end + 1
    }
    if (isLast && expected !== undefined && found !== expected)
      throw found < expected
        ? vectorErrors.error('truncated', { expected, found, byte: position + at }, { file })
        : vectorErrors.error('wrong-count', { expected, found }, { file })
    return at
  }
  return { take, found: () => found }
}

interface LinePlace {
  /** 1-based. */
  readonly line: number
  readonly dimensions: number
  readonly file: string
  /** Where the file ends, when this line has no line end. */
  readonly end: number | undefined
}

const isBlank = (byte: number): boolean =>
  byte === SPACE || byte === TAB || byte === CARRIAGE_RETURN

/** The record of one line; undefined for a blank line. */
const readLine = (bytes: Uint8Array, place: LinePlace): WordRecord | undefined => {
  const { line, dimensions, file, end } = place
  // Starts of the last `dimensions` tokens are needed, so tokens are counted from the end.
  let tokens = 0
  let valuesStart = bytes.length
  for (let index = bytes.length - 1; index >= 0; index--) {
    if (isBlank(bytes[index]!) || (index > 0 && !isBlank(bytes[index - 1]!))) continue
    tokens++
    if (tokens === dimensions) valuesStart = index
  }
  if (tokens === 0) return undefined
  const fail = (found: number): Error => {
    const word = nameOf(bytes)
    return end === undefined
      ? vectorErrors.error('line-width', { line, word, found, expected: dimensions }, { file })
      : vectorErrors.error(
          'truncated-line',
          { line, found, expected: dimensions, byte: end },
          { file },
        )
  }
  if (tokens <= dimensions) throw fail(tokens - 1)
  const { text, isUtf8 } = decodeWord(bytes.subarray(0, valuesStart))
  const word = text.replace(/^[ \t]+|[ \t]+$/g, '')
  // Some GloVe words hold spaces (". . ."); a second token that is a number means one number too many instead.
  if (tokens > dimensions + 1) {
    const extra = word.split(/[ \t]+/).slice(1)
    if (extra.every((token) => parseNumber(token) !== undefined)) throw fail(tokens - 1)
  }
  const vector = (): Float32Array => {
    const values = decodeWord(bytes.subarray(valuesStart))
      .text.trim()
      .split(/[ \t]+/)
    return Float32Array.from(values, (value) => {
      const number = parseNumber(value)
      if (number !== undefined) return number
      const place = { line, word: nameOf(bytes), found: printable(value) }
      throw vectorErrors.error('not-a-number', place, { file })
    })
  }
  return { word, isUtf8, vector }
}

/** The first token of a line, for a message. */
const nameOf = (bytes: Uint8Array): string =>
  decodeWord(bytes)
    .text.trim()
    .split(/[ \t]+/, 1)[0]!
    .slice(0, 40)
