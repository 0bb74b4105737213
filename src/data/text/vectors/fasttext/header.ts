// The head of a fastText model (.bin, versions 11 and 12): the settings and the words, up to the matrix of vectors.
// Layout: https://github.com/facebookresearch/fastText, fasttext.cc `loadModel`, args.cc and dictionary.cc `load`.
import { vectorErrors } from '../errors.ts'
import { MAX_DIMENSIONS } from '../format.ts'

import type { ForwardFile } from '../forward.ts'
import type { SubwordRules } from './subwords.ts'

/** Little-endian 793712314. */
export const FASTTEXT_MAGIC = [0xba, 0x16, 0x4f, 0x2f]

const OLDEST_VERSION = 11
const NEWEST_VERSION = 12
const SUPERVISED = 3
const HEAD_BYTES = 92
const PRUNED_OFFSET = 84
const MATRIX_HEAD_BYTES = 17
const BLOCK_BYTES = 2 ** 20
const MAX_WORD_BYTES = 65_536
/** After the zero that ends a word: its count (int64) and kind (int8). */
const ENTRY_TAIL_BYTES = 9
const WORD_KIND = 0

export interface FastTextHeader {
  readonly dimensions: number
  /** Words of the dictionary; their rows come first. */
  readonly words: number
  /** Rows of the matrix: the words, then the buckets. */
  readonly rows: number
  readonly subwords: SubwordRules
}

/** A word of the dictionary: `row` is its own row of the matrix. */
export interface FastTextWord {
  readonly bytes: Uint8Array
  readonly row: number
}

const damaged = (file: string, what: string, forward: ForwardFile): Error =>
  vectorErrors.error('fasttext-damaged', { what, byte: forward.position() }, { file })

/** Reads the file up to the first row of its matrix, telling every word (labels of a classifier are none). */
export const readHeader = async (
  forward: ForwardFile,
  file: string,
  onWord: (word: FastTextWord) => void,
): Promise<FastTextHeader> => {
  const head = await forward.read(HEAD_BYTES)
  if (head.length < HEAD_BYTES) throw damaged(file, 'the settings', forward)
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength)
  const int = (index: number): number => view.getInt32(index * 4, true)
  const version = int(1)
  if (version < OLDEST_VERSION || version > NEWEST_VERSION)
    throw vectorErrors.error('fasttext-version', { version }, { file })
  const [dimensions, model, buckets, minLength] = [int(2), int(9), int(10), int(11)]
  // Classifiers of version 11 say a length and use none.
  const maxLength = version === OLDEST_VERSION && model === SUPERVISED ? 0 : int(12)
  // Behind the settings: int32 update rate, float64 sampling, then the sizes of the dictionary.
  const [entries, words] = [int(16), int(17)]
  const pruned = view.getBigInt64(PRUNED_OFFSET, true)
  if (pruned >= 0n) throw vectorErrors.error('fasttext-quantised', {}, { file })
  if (dimensions < 1 || dimensions > MAX_DIMENSIONS || entries < words || words < 0 || buckets < 0)
    throw damaged(file, 'the settings', forward)
  await readDictionary(forward, { entries, file, onWord })
  const matrix = await forward.read(MATRIX_HEAD_BYTES)
  if (matrix.length < MATRIX_HEAD_BYTES) throw damaged(file, 'the size of the matrix', forward)
  if (matrix[0] !== 0) throw vectorErrors.error('fasttext-quantised', {}, { file })
  const size = new DataView(matrix.buffer, matrix.byteOffset + 1, 16)
  const rows = Number(size.getBigInt64(0, true))
  const isExpected =
    rows === words + buckets && Number(size.getBigInt64(8, true)) === dimensions && rows > 0
  if (!isExpected) throw damaged(file, 'the size of the matrix', forward)
  return { dimensions, words, rows, subwords: { minLength, maxLength, buckets } }
}

interface DictionaryOptions {
  readonly entries: number
  readonly file: string
  readonly onWord: (word: FastTextWord) => void
}

const readDictionary = async (
  forward: ForwardFile,
  { entries, file, onWord }: DictionaryOptions,
): Promise<void> => {
  let rest: Uint8Array = new Uint8Array(0)
  let row = 0
  while (row < entries) {
    const block = await forward.read(BLOCK_BYTES)
    const bytes = rest.length === 0 ? block : Buffer.concat([rest, block])
    let at = 0
    while (row < entries) {
      const end = bytes.indexOf(0, at)
      if (end < 0 || end + 1 + ENTRY_TAIL_BYTES > bytes.length) break
      const kind = bytes[end + ENTRY_TAIL_BYTES]!
      if (kind === WORD_KIND) onWord({ bytes: bytes.subarray(at, end), row })
      row++
      at = end + 1 + ENTRY_TAIL_BYTES
    }
    rest = bytes.subarray(at)
    if (row < entries && (block.length === 0 || rest.length > BLOCK_BYTES + MAX_WORD_BYTES))
      throw damaged(file, 'the list of words', forward)
  }
  forward.unread(rest)
}
