// A fast pass over the bytes of a UTF-8 file that may be in perfect order, as most are. At the first oddity it gives up,
// and the careful scanner looks at the whole file; so it may be strict, but must never disagree with that one.

import { byteChunks } from './bytes.ts'
import { hidesRecords, type Layout } from './record.ts'

export interface PlainScan {
  /** Line number of each record, in order. */
  readonly lineOfRow: readonly number[]
  readonly lineEnding: 'LF' | 'CRLF' | 'none'
  /** Length in bytes of the longest record. */
  readonly longest: number
  /** Lines of records that may have swallowed their neighbours. */
  readonly suspicious: readonly number[]
}

const QUOTE = 34
const LF = 10
const CR = 13
/** A record that takes more than this is looked at with care. */
const MAX_CARRIED_BYTES = 8 * 2 ** 20

/** What there is to know about a record; made once and written over, because it is needed a million times. */
interface Found {
  contentEnd: number
  next: number
  fields: number
  innerBreaks: number
}

export interface PlainScanOptions {
  readonly hasHeader: boolean
  /** Lines above header and rows, each ended by a line feed. */
  readonly skipLines?: number | undefined
  readonly signal?: AbortSignal | undefined
}

/** Scans the file; undefined when it is not in perfect order. */
export const scanPlain = async (
  file: string,
  layout: Layout,
  { hasHeader, skipLines = 0, signal }: PlainScanOptions,
): Promise<PlainScan | undefined> => {
  const delimiter = layout.delimiter.charCodeAt(0)
  const lineOfRow: number[] = []
  const suspicious: number[] = []
  const found: Found = { contentEnd: 0, next: 0, fields: 0, innerBreaks: 0 }
  let lineEnding: PlainScan['lineEnding'] = 'none'
  let headerIsNext = hasHeader
  let longest = 0
  let line = 1 + skipLines

  /** Works through `bytes`; gives what is left at the end, or undefined at an oddity. */
  const work = (bytes: Buffer, atEnd: boolean): Buffer | undefined => {
    let start = 0
    while (start < bytes.length) {
      const state = scanOne(bytes, start, { delimiter, atEnd, found })
      if (state === 'more') break
      if (state === 'odd' || found.fields !== layout.columns) return undefined
      const { contentEnd, next, innerBreaks } = found
      if (looksBlank(bytes, start, contentEnd)) return undefined
      if (next > contentEnd) {
        const ending = next - contentEnd === 2 ? 'CRLF' : 'LF'
        if (lineEnding !== 'none' && lineEnding !== ending) return undefined
        lineEnding = ending
      }
      if (headerIsNext) headerIsNext = false
      else {
        if (innerBreaks > 0 && hidesRecords(bytes.toString('utf8', start, contentEnd), layout))
          suspicious.push(line)
        lineOfRow.push(line)
        longest = Math.max(longest, contentEnd - start)
      }
      line += 1 + innerBreaks
      start = next
    }
    return bytes.subarray(start)
  }

  let carried: Buffer = Buffer.alloc(0)
  let skipped = 0
  for await (const chunk of byteChunks(file)) {
    signal?.throwIfAborted()
    if (chunk.includes(0)) return undefined
    let bytes: Buffer = carried.length === 0 ? chunk : Buffer.concat([carried, chunk])
    for (; skipped < skipLines; skipped++) {
      const end = bytes.indexOf(LF)
      if (end < 0) return undefined
      // DuckDB takes the line ends of the whole file from its first.
      lineEnding = bytes[end - 1] === CR ? 'CRLF' : 'LF'
      bytes = bytes.subarray(end + 1)
    }
    const left = work(bytes, false)
    if (left === undefined || left.length > MAX_CARRIED_BYTES) return undefined
    carried = left
  }
  if (work(carried, true) === undefined) return undefined
  return { lineOfRow, lineEnding, longest, suspicious }
}

interface ScanOne {
  readonly delimiter: number
  readonly atEnd: boolean
  readonly found: Found
}

/** Finds the end of the record at `start`. */
const scanOne = (
  bytes: Buffer,
  start: number,
  { delimiter, atEnd, found }: ScanOne,
): 'found' | 'more' | 'odd' => {
  const length = bytes.length
  let fields = 1
  let innerBreaks = 0
  let fieldStart = start
  let index = start
  while (index < length) {
    const byte = bytes[index]!
    if (byte === delimiter) {
      fields++
      fieldStart = ++index
    } else if (byte === QUOTE) {
      if (index !== fieldStart) return 'odd'
      index++
      for (;;) {
        if (index >= length) return atEnd ? 'odd' : 'more'
        const inner = bytes[index]!
        if (inner === QUOTE) {
          if (index + 1 === length && !atEnd) return 'more'
          if (bytes[index + 1] !== QUOTE) break
          index++
        } else if (inner === LF) innerBreaks++
        index++
      }
      index++
      if (index === length) break
      const after = bytes[index]!
      if (after !== delimiter && after !== LF && after !== CR) return 'odd'
    } else if (byte === LF || byte === CR) {
      if (byte === CR) {
        if (index + 1 === length) return atEnd ? 'odd' : 'more'
        if (bytes[index + 1] !== LF) return 'odd'
      }
      found.contentEnd = index
      found.next = index + (byte === CR ? 2 : 1)
      found.fields = fields
      found.innerBreaks = innerBreaks
      return 'found'
    } else index++
  }
  if (!atEnd) return 'more'
  found.contentEnd = length
  found.next = length
  found.fields = fields
  found.innerBreaks = innerBreaks
  return 'found'
}

/** Whether a record may be white space only; some white space is not ASCII. */
const looksBlank = (bytes: Buffer, start: number, end: number): boolean => {
  for (let index = start; index < end; index++) {
    const byte = bytes[index]!
    if (byte > 32 && byte < 127) return false
  }
  return true
}
