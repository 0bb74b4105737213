// Reads pretrained word vectors: GloVe, word2vec (text and binary) and fastText (text and models), plain or gzipped, of
// any size. The file is streamed once; memory holds one block and the kept vectors. The only part of `text/` that needs
// Node.
import { open } from 'node:fs/promises'
import { pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'

import { MedleyError } from '../../../base/errors.ts'
import { collector, examplesOf } from './collect.ts'
import { vectorErrors } from './errors.ts'
import { FASTTEXT_MAGIC } from './fasttext/header.ts'
import { readFastText } from './fasttext/model.ts'
import { detectFormat, formatNames, startsWith } from './format.ts'
import { openForward } from './forward.ts'
import { recordReaders } from './records.ts'
import { printable } from './values.ts'

import type { Listener } from '../../../base/events.ts'
import type { Collected, Examples } from './collect.ts'
import type { FastTextVectors } from './fasttext/model.ts'
import type { RecordFormat, VectorFormat } from './format.ts'

/** Large enough that cutting records at block ends costs nothing, and for the first line of any real file. */
const BLOCK_BYTES = 4 * 2 ** 20
const GZIP_MAGIC = [0x1f, 0x8b]

export interface VectorProgress {
  /** Bytes of the file read so far; of the compressed file, where it is compressed. */
  readonly bytes: number
  readonly totalBytes: number
  readonly words: number
}

export interface LoadVectorsOptions {
  readonly onProgress?: Listener<VectorProgress>
  readonly signal?: AbortSignal
  /** Keep at most this many words when all are wanted. Files list frequent words first. */
  readonly limit?: number
  /** A vector with NaN or an infinity becomes zero and is reported, or is refused. */
  readonly nonFinite?: 'zero' | 'refuse'
}

export interface VectorReport {
  /** The format, for people. */
  readonly format: string
  readonly kept: number
  /** Wanted words that the file does not know and whose vectors are means of pieces. */
  readonly composed: Examples
  /** Wanted words for which another case stands in. */
  readonly variants: Examples
  readonly duplicates: Examples
  readonly zeroed: Examples
  readonly notUtf8: Examples
  /** Sentences for people: what was unusual. */
  readonly notes: readonly string[]
}

export interface LoadedVectors {
  readonly format: VectorFormat
  readonly dimensions: number
  readonly wordsInFile: number
  readonly vectors: Map<string, Float32Array>
  readonly report: VectorReport
}

/** Loads the vectors of the wanted words; of all words when `wanted` is undefined. */
export const loadVectors = async (
  file: string,
  wanted: ReadonlySet<string> | undefined,
  options: LoadVectorsOptions = {},
): Promise<LoadedVectors> => {
  const { onProgress, signal, limit = Infinity, nonFinite = 'zero' } = options
  const fromModel = await loadFastText(file, wanted, options)
  if (fromModel !== undefined) return fromModel
  const words = collector({ wanted, limit, nonFinite, file })
  let read: Read | undefined
  let position = 0
  let rest: Uint8Array = new Uint8Array(0)
  for await (const { bytes, isLast, readBytes, totalBytes } of blocksOf(file, signal)) {
    if (read === undefined) {
      const detected = detectFormat(bytes, file)
      read = { detected, reader: recordReaders[detected.format](detected, file) }
      position = detected.start
      rest = bytes.subarray(detected.start)
    } else rest = rest.length === 0 ? bytes : Buffer.concat([rest, bytes])
    const taken = read.reader.take({ bytes: rest, position, isLast }, words.add)
    position += taken
    rest = rest.subarray(taken)
    onProgress?.({ bytes: readBytes, totalBytes, words: read.reader.found() })
  }
  if (read === undefined) throw vectorErrors.error('empty', {}, { file })
  const { format, dimensions } = read.detected
  const { vectors, ...found } = words.collected()
  const composed = examplesOf([])
  const report = reportOf(
    { ...found, composed },
    { format: formatNames[format], kept: vectors.size },
  )
  return { format, dimensions, wordsInFile: read.reader.found(), vectors, report }
}

/** The vectors of a fastText model; undefined when the file is none. */
const loadFastText = async (
  file: string,
  wanted: ReadonlySet<string> | undefined,
  { onProgress, signal, limit = Infinity, nonFinite = 'zero' }: LoadVectorsOptions,
): Promise<LoadedVectors | undefined> => {
  const format = 'fasttext-model'
  const words = collector({ wanted, limit, nonFinite, file })
  const reading = async (): Promise<FastTextVectors | undefined> => {
    const forward = await openForward(file)
    try {
      const magic = await forward.read(FASTTEXT_MAGIC.length)
      if (!startsWith(magic, FASTTEXT_MAGIC)) return undefined
      forward.unread(magic)
      const onRows = (): void => {
        const bytes = forward.position()
        onProgress?.({ bytes, totalBytes: forward.sizeBytes ?? bytes, words: words.count() })
      }
      return await readFastText(forward, { file, wanted, words, nonFinite, signal, onRows })
    } finally {
      await forward.close()
    }
  }
  const read = await reading().catch((error: unknown) => {
    throw signal?.aborted === true ? error : readError(error, file)
  })
  if (read === undefined) return undefined
  const { vectors: known, ...found } = words.collected()
  const vectors = new Map([...known, ...read.composed])
  const report = reportOf(
    {
      ...found,
      composed: examplesOf([...read.composed.keys()]),
      zeroed: examplesOf(read.zeroed),
    },
    { format: formatNames[format], kept: vectors.size },
  )
  return { format, dimensions: read.dimensions, wordsInFile: read.wordsInFile, vectors, report }
}

interface Read {
  readonly detected: ReturnType<typeof detectFormat>
  readonly reader: ReturnType<(typeof recordReaders)[RecordFormat]>
}

interface FileBlock {
  readonly bytes: Uint8Array
  readonly isLast: boolean
  readonly readBytes: number
  readonly totalBytes: number
}

/** The unpacked bytes of a file in blocks of at least `BLOCK_BYTES`, but the last; an empty file has none. */
async function* blocksOf(file: string, signal: AbortSignal | undefined): AsyncGenerator<FileBlock> {
  try {
    await using handle = await open(file)
    const totalBytes = (await handle.stat()).size
    const head = await handle.read(new Uint8Array(GZIP_MAGIC.length), 0, GZIP_MAGIC.length, 0)
    const source = handle.createReadStream({
      start: 0,
      highWaterMark: BLOCK_BYTES,
      autoClose: false,
    })
    const isGzip = GZIP_MAGIC.every((byte, index) => head.buffer[index] === byte)
    const parts: AsyncIterable<Uint8Array> = isGzip
      ? pipeline(source, createGunzip({ chunkSize: BLOCK_BYTES }), () => undefined)
      : source
    let block: Uint8Array[] = []
    let size = 0
    const made = (isLast: boolean): FileBlock => ({
      bytes: Buffer.concat(block),
      isLast,
      readBytes: source.bytesRead,
      totalBytes,
    })
    for await (const part of parts) {
      signal?.throwIfAborted()
      if (size >= BLOCK_BYTES) {
        yield made(false)
        block = []
        size = 0
      }
      block.push(part)
      size += part.length
    }
    if (size > 0) yield made(true)
  } catch (error) {
    throw signal?.aborted === true ? error : readError(error, file)
  }
}

const readError = (error: unknown, file: string): unknown => {
  if (!(error instanceof Error) || error instanceof MedleyError) return error
  const isMissing = 'code' in error && error.code === 'ENOENT'
  return isMissing
    ? vectorErrors.error('missing', { file }, { file, cause: error })
    : vectorErrors.error('unreadable', { reason: error.message }, { file, cause: error })
}

const reportOf = (
  { variants, ...examples }: Omit<Collected, 'vectors'> & Pick<VectorReport, 'composed'>,
  { format, kept }: Pick<VectorReport, 'format' | 'kept'>,
): VectorReport => {
  const forms = [...variants.values()]
  const all = { ...examples, variants: { count: forms.length, words: forms.slice(0, 10) } }
  const note = ({ count, words }: Examples, text: string): string[] =>
    count === 0
      ? []
      : [
          `${count} ${text}: ${words.map(printable).join(', ')}${count > words.length ? ', ...' : '.'}`,
        ]
  return {
    format,
    kept,
    ...all,
    notes: [
      ...note(all.composed, 'words are unknown there and got the mean of their pieces'),
      ...note(all.variants, 'words are known only in another case'),
      ...note(all.duplicates, 'repeated words were left out, the first of each was kept'),
      ...note(all.zeroed, 'vectors held NaN or an infinity and were set to zero'),
      ...note(all.notUtf8, 'words were not UTF-8 and were read as Windows-1252'),
    ],
  }
}
