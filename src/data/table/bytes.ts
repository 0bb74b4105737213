// The bytes of a file in pieces, unpacked where it is a gzip archive.

import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'

import { tableErrors } from './errors.ts'

const READ_BYTES = 1 << 20
const GZIP = '\x1f\x8b'

/** The first bytes of a file, as Latin-1 text. */
export const readHead = async (file: string, length: number): Promise<string> => {
  const handle = await open(file)
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, 0)
    return buffer.toString('latin1', 0, bytesRead)
  } finally {
    await handle.close()
  }
}

export const isGzip = async (file: string): Promise<boolean> =>
  (await readHead(file, GZIP.length)) === GZIP

/** Bytes of a file, unpacked, in pieces of about 1 MB. */
export async function* byteChunks(file: string): AsyncGenerator<Buffer> {
  const isPacked = await isGzip(file)
  const raw = createReadStream(file, { highWaterMark: READ_BYTES })
  if (!isPacked) {
    yield* raw as AsyncIterable<Buffer>
    return
  }
  const unpacked = createGunzip({ chunkSize: READ_BYTES })
  // Its failure comes out of `unpacked` too; a reader that stops early is none.
  pipeline(raw, unpacked).catch(() => undefined)
  try {
    yield* unpacked as AsyncIterable<Buffer>
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    if (!code.startsWith('Z_')) throw error
    const reason = code === 'Z_BUF_ERROR' ? 'it ends too early' : (error as Error).message
    throw tableErrors.error('gzip-broken', { file, reason }, { file, cause: error })
  }
}
