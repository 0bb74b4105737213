// Which characters the bytes of a file mean. The whole file is checked, because one Windows-1252 letter in the last
// row is enough to break a reader that trusted the first kilobytes.

import { isUtf8 } from 'node:buffer'

import { byteChunks } from './bytes.ts'
import { tableErrors } from './errors.ts'

export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252'

export interface DetectedEncoding {
  readonly encoding: Encoding
  readonly bom: boolean
  readonly warnings: readonly string[]
}

const HEAD_BYTES = 1 << 16

/** First bytes of files that people take for tables, and what to call them. */
const signatures: readonly (readonly [bytes: string, what: string])[] = [
  ['PK\x03\x04', 'a zip archive or an Excel workbook (.xlsx)'],
  ['\xd0\xcf\x11\xe0', 'an old Excel workbook (.xls)'],
  ['\x1f\x8b', 'a gzip archive'],
  ['%PDF', 'a PDF'],
  ['SQLite format 3', 'an SQLite database'],
  ['\x89PNG', 'a PNG picture'],
  ['\xff\xd8\xff', 'a JPEG picture'],
  ['GIF8', 'a GIF picture'],
  ['ARROW1', 'an Arrow file'],
]

const byteOrderMarks: readonly (readonly [bytes: string, encoding: Encoding])[] = [
  ['\xef\xbb\xbf', 'utf-8'],
  ['\xff\xfe', 'utf-16le'],
  ['\xfe\xff', 'utf-16be'],
]

/** Finds the encoding of a text file, or throws `table.binary-file`. */
export const detectEncoding = async (file: string): Promise<DetectedEncoding> => {
  let head: Buffer | undefined
  const found = { isValid: true }
  const check = wholeSequences((bytes) => {
    found.isValid &&= isUtf8(bytes)
  })
  for await (const chunk of byteChunks(file)) {
    if (head === undefined) {
      head = chunk.subarray(0, HEAD_BYTES)
      const byHead = encodingFromHead(file, head)
      if (byHead !== undefined) return byHead
    }
    check.add(chunk)
    if (!found.isValid) break
  }
  check.end()
  const bom = head !== undefined && startsWith(head, '\xef\xbb\xbf')
  if (found.isValid) return { encoding: 'utf-8', bom, warnings: [] }
  // Looked at byte by byte only now: the usual file is valid, and the native check is many times faster.
  const { sequences, invalid, firstInvalid } = await utf8Tally(file)
  if (bom || sequences > invalid) {
    const warning = `${invalid} bytes are not valid UTF-8, the first at byte ${firstInvalid}; they read as \uFFFD`
    return { encoding: 'utf-8', bom, warnings: [warning] }
  }
  const warning = `not UTF-8 (first invalid byte at ${firstInvalid}); read as Windows-1252`
  return { encoding: 'windows-1252', bom: false, warnings: [warning] }
}

const startsWith = (bytes: Buffer, prefix: string): boolean =>
  bytes.toString('latin1', 0, prefix.length) === prefix

const encodingFromHead = (file: string, head: Buffer): DetectedEncoding | undefined => {
  for (const [bytes, encoding] of byteOrderMarks)
    if (startsWith(head, bytes))
      return encoding === 'utf-8' ? undefined : { encoding, bom: true, warnings: [] }
  for (const [bytes, what] of signatures)
    if (startsWith(head, bytes)) throw tableErrors.error('binary-file', { file, what }, { file })

  const nulls = [0, 0]
  let controls = 0
  for (let index = 0; index < head.length; index++) {
    const byte = head[index]!
    if (byte === 0) nulls[index & 1]!++
    if (byte < 9 || (byte > 13 && byte < 32)) controls++
  }
  const half = head.length / 2
  // Latin text in UTF-16 has a zero in nearly every second byte.
  for (const [side, encoding] of [
    [1, 'utf-16le'],
    [0, 'utf-16be'],
  ] as const)
    if (half >= 2 && nulls[side]! > 0.5 * half && nulls[1 - side]! < 0.05 * half)
      return { encoding, bom: false, warnings: [`no byte order mark; read as ${encoding}`] }
  if (controls >= 8 && controls > 0.02 * head.length)
    throw tableErrors.error('binary-file', { file, what: 'binary data' }, { file })
  return undefined
}

/** Counts valid multi-byte sequences and invalid bytes. */
const utf8Tally = async (
  file: string,
): Promise<{ sequences: number; invalid: number; firstInvalid: number }> => {
  const counts = { sequences: 0, invalid: 0, firstInvalid: -1 }
  let offset = 0
  const count = wholeSequences((bytes) => {
    for (let index = 0; index < bytes.length;) {
      const length = sequenceLength(bytes, index)
      if (length > 1) counts.sequences++
      if (length === 0) {
        counts.invalid++
        if (counts.firstInvalid < 0) counts.firstInvalid = offset + index
      }
      index += Math.max(1, length)
    }
    offset += bytes.length
  })
  for await (const chunk of byteChunks(file)) count.add(chunk)
  count.end()
  return counts
}

/** Hands chunks on in such pieces that no sequence is cut between two. */
const wholeSequences = (
  use: (bytes: Buffer) => void,
): { add: (chunk: Buffer) => void; end: () => void } => {
  let carried: Buffer = Buffer.alloc(0)
  return {
    add: (chunk) => {
      const bytes = carried.length === 0 ? chunk : Buffer.concat([carried, chunk])
      let end = bytes.length
      for (let back = 1; back <= 3 && back <= bytes.length; back++)
        if (bytes[bytes.length - back]! >= 0xc0) {
          end = bytes.length - back
          break
        }
      use(bytes.subarray(0, end))
      carried = bytes.subarray(end)
    },
    end: () => {
      use(carried)
      carried = Buffer.alloc(0)
    },
  }
}

/** Length in bytes of the UTF-8 sequence at `index`; 0 when it is not one. */
const sequenceLength = (bytes: Buffer, index: number): number => {
  const first = bytes[index]!
  if (first < 0x80) return 1
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2
  return first >= 0xc2 && first < 0xf5 && isUtf8(bytes.subarray(index, index + length)) ? length : 0
}
