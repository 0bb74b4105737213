// The bytes of a picture file. The kind of file is asked first: opening a FIFO for reading would wait for a writer.
import { constants, type Stats } from 'node:fs'
import { open, stat } from 'node:fs/promises'

import { imageErrors } from './errors.ts'

/** Twice what the pixel limit leaves of an uncompressed picture would need. */
const MAX_FILE_BYTES = 256e6

export const readImageFile = async (path: string): Promise<Uint8Array> => {
  try {
    const status = await stat(path)
    if (!status.isFile())
      throw imageErrors.error('not-a-file', { path, kind: kindOf(status) }, { file: path })
    if (status.size > MAX_FILE_BYTES) {
      const details = { path, size: Math.round(status.size / 1e6), limit: MAX_FILE_BYTES / 1e6 }
      throw imageErrors.error('too-large', details, { file: path })
    }
    // Not blocking, in case the file has become a FIFO since.
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
    try {
      const bytes = new Uint8Array(status.size)
      let done = 0
      while (done < bytes.length) {
        const { bytesRead } = await file.read(bytes, done, bytes.length - done, done)
        if (bytesRead === 0) break
        done += bytesRead
      }
      return bytes.subarray(0, done)
    } finally {
      await file.close()
    }
  } catch (error) {
    throw imageFileError(error, path)
  }
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'no permission',
  EPERM: 'no permission',
  ELOOP: 'its symbolic links lead in a circle',
  ENAMETOOLONG: 'the name is too long for this file system',
}

/** Turns an error of the operating system into an `image.*` error; other errors pass through. */
export const imageFileError = (cause: unknown, path: string): Error => {
  if (!(cause instanceof Error)) return new Error(String(cause))
  if (!('code' in cause) || !('syscall' in cause)) return cause
  const code = String(cause.code)
  if (code === 'ENOENT' || code === 'ENOTDIR')
    return imageErrors.error('missing', { path }, { file: path, cause })
  const reason = reasons[code] ?? cause.message
  return imageErrors.error('unreadable', { path, reason }, { file: path, cause })
}

const kindOf = (status: Stats): string => {
  if (status.isDirectory()) return 'a folder'
  if (status.isFIFO()) return 'a named pipe'
  if (status.isSocket()) return 'a socket'
  return 'a device'
}
