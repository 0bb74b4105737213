// A file read from front to back, with parts left out: plain files jump, gzipped ones unpack and drop. This is what lets
// a few rows be gathered from a matrix of many gigabytes.
import { open } from 'node:fs/promises'
import { createGunzip } from 'node:zlib'
import { pipeline } from 'node:stream'

import type { FileHandle } from 'node:fs/promises'

const GZIP_MAGIC = [0x1f, 0x8b]
const CHUNK_BYTES = 2 ** 20

export interface ForwardFile {
  /** The next bytes; fewer than asked for only at the end of the file. */
  readonly read: (count: number) => Promise<Uint8Array>
  readonly skip: (count: number) => Promise<void>
  /** Gives back bytes that were read too many; they come again. */
  readonly unread: (bytes: Uint8Array) => void
  /** Bytes behind the reader, unpacked. */
  readonly position: () => number
  /** Size of an unpacked file; undefined of a gzipped one. */
  readonly sizeBytes: number | undefined
  readonly close: () => Promise<void>
}

type Source = Pick<ForwardFile, 'read' | 'skip'> & { readonly stop?: () => void }

export const openForward = async (path: string): Promise<ForwardFile> => {
  const handle = await open(path)
  try {
    const head = await handle.read(new Uint8Array(GZIP_MAGIC.length), 0, GZIP_MAGIC.length, 0)
    const isGzip = GZIP_MAGIC.every((byte, index) => head.buffer[index] === byte)
    const source = isGzip ? gzipSource(handle) : plainSource(handle)
    return withUnread(source, handle, isGzip ? undefined : (await handle.stat()).size)
  } catch (error) {
    await handle.close()
    throw error
  }
}

const withUnread = (
  source: Source,
  handle: FileHandle,
  sizeBytes: number | undefined,
): ForwardFile => {
  let pending: Uint8Array = new Uint8Array(0)
  let position = 0
  const take = (count: number): Uint8Array => {
    const taken = pending.subarray(0, count)
    pending = pending.subarray(taken.length)
    return taken
  }
  return {
    sizeBytes,
    position: () => position,
    read: async (count) => {
      const first = take(count)
      const rest = first.length < count ? await source.read(count - first.length) : undefined
      const bytes = rest === undefined ? first : Buffer.concat([first, rest])
      position += bytes.length
      return bytes
    },
    skip: async (count) => {
      position += count
      const left = count - take(count).length
      if (left > 0) await source.skip(left)
    },
    unread: (bytes) => {
      position -= bytes.length
      pending = Buffer.concat([bytes, pending])
    },
    close: () => {
      source.stop?.()
      return handle.close()
    },
  }
}

const plainSource = (handle: FileHandle): Source => {
  let at = 0
  return {
    read: async (count) => {
      const bytes = new Uint8Array(count)
      let filled = 0
      while (filled < count) {
        const { bytesRead } = await handle.read(bytes, filled, count - filled, at + filled)
        if (bytesRead === 0) break
        filled += bytesRead
      }
      at += filled
      return bytes.subarray(0, filled)
    },
    skip: (count) => {
      at += count
      return Promise.resolve()
    },
  }
}

const gzipSource = (handle: FileHandle): Source => {
  const packed = handle.createReadStream({
    start: 0,
    highWaterMark: CHUNK_BYTES,
    autoClose: false,
  })
  const unpacked = pipeline(packed, createGunzip({ chunkSize: CHUNK_BYTES }), () => undefined)
  const parts = (unpacked as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]()
  let part: Uint8Array = new Uint8Array(0)
  const next = async (most: number): Promise<Uint8Array | undefined> => {
    while (part.length === 0) {
      const step = await parts.next()
      if (step.done === true) return undefined
      part = step.value
    }
    const taken = part.subarray(0, most)
    part = part.subarray(taken.length)
    return taken
  }
  const walk = async (count: number, onPart: (part: Uint8Array) => void): Promise<void> => {
    for (let left = count; left > 0;) {
      const taken = await next(left)
      if (taken === undefined) return
      onPart(taken)
      left -= taken.length
    }
  }
  return {
    read: async (count) => {
      const taken: Uint8Array[] = []
      await walk(count, (bytes) => taken.push(bytes))
      return Buffer.concat(taken)
    },
    skip: (count) => walk(count, () => undefined),
    stop: () => {
      packed.destroy()
    },
  }
}
