// SHA-256 as lower-case hex: fingerprints of data and checks of stored files.
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'

import { filesError } from './errors.ts'

const CHUNK_BYTES = 1 << 20

/** SHA-256 of bytes, or of the UTF-8 form of a string. */
export const sha256 = (content: Uint8Array | string): string =>
  createHash('sha256').update(content).digest('hex')

/** SHA-256 of a file, read piece by piece. */
export const sha256File = async (path: string): Promise<string> => {
  const hash = createHash('sha256')
  try {
    const chunks: AsyncIterable<Buffer> = createReadStream(path, { highWaterMark: CHUNK_BYTES })
    for await (const chunk of chunks) hash.update(chunk)
  } catch (error) {
    throw filesError(error, { path })
  }
  return hash.digest('hex')
}
