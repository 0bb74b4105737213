// A safetensors file read piece by piece, at offsets: a data set larger than memory stays on disk. Every tensor is read
// into memory of its own, so element types are aligned whatever the layout of the file.
import { readSync } from 'node:fs'
import { open } from 'node:fs/promises'

import { sizeOf, type TensorData } from '../base/arrays.ts'
import { filesError, filesErrors } from './errors.ts'
import {
  decodeHeader,
  elementBytes,
  headerLength,
  invalid,
  LENGTH_BYTES,
  type Header,
  type Metadata,
  type StoredTensor,
} from './safetensors-header.ts'
import { arrayOver } from './tensor-bytes.ts'
import type { FileHandle } from 'node:fs/promises'

/** Node refuses reads of 2 GiB and more. */
const MAX_READ_BYTES = 1 << 30
/**
 * Up to here a read happens at once, on this thread: handing it to the thread pool and hearing back takes ten times as long
 * as copying it from the system's cache (measured), and a batch has hundreds of them.
 */
const SMALL_READ_BYTES = 1 << 16
/** Reads in flight at once; the thread pool has 4 threads. */
const MAX_PARALLEL_READS = 64

/** An open safetensors file. Close it. */
export class SafetensorsFile {
  readonly path: string
  /** Name -> element type and shape, in the order of the header. */
  readonly tensors: ReadonlyMap<string, StoredTensor>
  readonly metadata: Metadata
  readonly #handle: FileHandle

  constructor(path: string, handle: FileHandle, { tensors, metadata }: Header) {
    this.path = path
    this.tensors = tensors
    this.metadata = metadata
    this.#handle = handle
  }

  /** One whole tensor. */
  async read(name: string): Promise<TensorData> {
    const { type, shape, startBytes, sizeBytes } = this.#stored(name)
    const bytes = new Uint8Array(sizeBytes)
    await readExactly(this.#handle, { path: this.path, startBytes, into: bytes })
    return { type, shape, data: arrayOver(type, bytes.buffer) }
  }

  /** The given rows (first dimension) in the given order; neighbouring rows are read in one go. */
  async readRows(name: string, rows: ArrayLike<number>): Promise<TensorData> {
    const { type, shape, startBytes } = this.#stored(name)
    const [count = 0, ...rowShape] = shape
    const rowBytes = sizeOf(rowShape) * elementBytes(type)
    const bytes = new Uint8Array(rows.length * rowBytes)
    const reads = neighbours(rows, count).map(({ row, from, to }) => ({
      path: this.path,
      startBytes: startBytes + row * rowBytes,
      into: bytes.subarray(from * rowBytes, to * rowBytes),
    }))
    const large: Read[] = []
    for (const read of reads) {
      if (read.into.byteLength > SMALL_READ_BYTES) large.push(read)
      else readNow(this.#handle.fd, read)
    }
    for (let done = 0; done < large.length; done += MAX_PARALLEL_READS) {
      const batch = large.slice(done, done + MAX_PARALLEL_READS)
      await Promise.all(batch.map((read) => readExactly(this.#handle, read)))
    }
    return { type, shape: [rows.length, ...rowShape], data: arrayOver(type, bytes.buffer) }
  }

  async close(): Promise<void> {
    await this.#handle.close()
  }

  #stored(name: string): StoredTensor {
    const stored = this.tensors.get(name)
    if (stored !== undefined) return stored
    const found = [...this.tensors.keys()].slice(0, 20).join(', ')
    throw filesErrors.error(
      'safetensors-no-tensor',
      { path: this.path, tensor: name, found: found === '' ? 'none' : found },
      { file: this.path },
    )
  }
}

/** Opens a safetensors file and checks its header; no tensor is read yet. */
export const openSafetensors = async (path: string): Promise<SafetensorsFile> => {
  let handle: FileHandle | undefined
  try {
    handle = await open(path, 'r')
    const status = await handle.stat()
    if (!status.isFile()) throw filesErrors.error('not-a-file', { path }, { file: path })
    const first = new Uint8Array(Math.min(LENGTH_BYTES, status.size))
    await readExactly(handle, { path, startBytes: 0, into: first })
    const json = new Uint8Array(headerLength(first, status.size, path))
    await readExactly(handle, { path, startBytes: LENGTH_BYTES, into: json })
    return new SafetensorsFile(path, handle, decodeHeader(json, status.size, path))
  } catch (error) {
    await handle?.close()
    throw filesError(error, { path })
  }
}

interface Run {
  /** First row in the file. */
  readonly row: number
  /** Positions in the list of rows. */
  readonly from: number
  readonly to: number
}

/** Cuts a list of rows into runs of consecutive ones. */
const neighbours = (rows: ArrayLike<number>, count: number): readonly Run[] => {
  const runs: Run[] = []
  for (let from = 0, to = 0; from < rows.length; from = to) {
    const row = rows[from]!
    while (to < rows.length && rows[to] === row + to - from) to++
    if (!Number.isInteger(row) || row < 0 || row + to - from > count)
      throw new RangeError(`rows ${row} to ${row + to - from} of a tensor with ${count} rows`)
    runs.push({ row, from, to })
  }
  return runs
}

interface Read {
  readonly path: string
  readonly startBytes: number
  readonly into: Uint8Array
}

const readNow = (fd: number, { path, startBytes, into }: Read): void => {
  let done = 0
  while (done < into.byteLength) {
    try {
      const bytesRead = readSync(fd, into, done, into.byteLength - done, startBytes + done)
      if (bytesRead === 0) throw endsEarly(path, startBytes + done)
      done += bytesRead
    } catch (error) {
      throw filesError(error, { path })
    }
  }
}

const endsEarly = (path: string, bytes: number): Error =>
  invalid(path, `it ends before byte ${bytes + 1}`)

const readExactly = async (handle: FileHandle, { path, startBytes, into }: Read): Promise<void> => {
  let done = 0
  while (done < into.byteLength) {
    const length = Math.min(into.byteLength - done, MAX_READ_BYTES)
    try {
      const { bytesRead } = await handle.read(into, done, length, startBytes + done)
      if (bytesRead === 0) throw endsEarly(path, startBytes + done)
      done += bytesRead
    } catch (error) {
      throw filesError(error, { path })
    }
  }
}
