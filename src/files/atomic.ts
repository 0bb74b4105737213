// Files that are there completely or not at all: bytes go to a temporary name in the same folder, are forced to disk and
// renamed. A full disk is no error to `write`, it only writes less than asked (measured on Node 20), hence the loop.
import { randomBytes } from 'node:crypto'
import { open, readdir, realpath, rename, rm, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'

import { codeOf, filesError, filesErrors, formatBytes, freeSpace } from './errors.ts'
import type { FileHandle } from 'node:fs/promises'

/** Linux writes at most 2 GiB per call; smaller pieces keep the thread pool free for others. */
const MAX_WRITE_BYTES = 64 << 20
const TEMPORARY_NAME = /^\.medley-\d+-[0-9a-f]{12}\.tmp$/

/** A big file written piece by piece; under its own name only after `commit`. */
export class AtomicFile {
  readonly path: string
  readonly #target: string
  readonly #temporary: string
  readonly #handle: FileHandle
  readonly #expectedBytes: number
  #endBytes = 0
  #isOpen = true

  private constructor(path: string, target: string, opened: Opened) {
    this.path = path
    this.#target = target
    this.#temporary = opened.temporary
    this.#handle = opened.handle
    this.#expectedBytes = opened.expectedBytes
  }

  /** `expectedBytes`, where known, is checked against the free space before anything is written. */
  static async open(path: string, { expectedBytes = 0 } = {}): Promise<AtomicFile> {
    try {
      const target = await targetOf(path)
      const folder = dirname(target)
      assertSpace(folder, path, expectedBytes)
      const temporary = temporaryName(folder)
      const handle = await open(temporary, 'wx')
      return new AtomicFile(path, target, { temporary, handle, expectedBytes })
    } catch (error) {
      throw filesError(error, { path, needBytes: expectedBytes })
    }
  }

  /** Writes all of `bytes` at `offset`. After a failure the file is gone; there is nothing left to abort. */
  async write(offset: number, bytes: Uint8Array): Promise<void> {
    this.#endBytes = Math.max(this.#endBytes, offset + bytes.byteLength)
    await this.#orGone(() => writeAll(this.#handle, offset, bytes))
  }

  /** Forces the bytes to disk and gives the file its name. */
  async commit(): Promise<void> {
    await this.#orGone(async () => {
      await this.#handle.sync()
      await this.#handle.close()
      await rename(this.#temporary, this.#target)
      this.#isOpen = false
      await syncFolder(dirname(this.#target))
    })
  }

  /** Drops everything written; after `commit` it does nothing. */
  async abort(): Promise<void> {
    if (!this.#isOpen) return
    this.#isOpen = false
    await this.#handle.close().catch(() => undefined)
    await rm(this.#temporary, { force: true }).catch(() => undefined)
  }

  async #orGone(action: () => Promise<void>): Promise<void> {
    try {
      await action()
    } catch (error) {
      // First remove, then ask for the free space: our own half-written file may be what filled the disk.
      await this.abort()
      const needBytes = Math.max(this.#expectedBytes, this.#endBytes)
      throw filesError(error, { path: this.path, needBytes })
    }
  }
}

interface Opened {
  readonly temporary: string
  readonly handle: FileHandle
  readonly expectedBytes: number
}

/** Writes a whole file; a reader, or a crash at any moment, sees the old file or the new one. */
export const writeFileAtomic = async (
  path: string,
  content: string | Uint8Array | readonly Uint8Array[],
): Promise<void> => {
  const chunks =
    typeof content === 'string'
      ? [new TextEncoder().encode(content)]
      : content instanceof Uint8Array
        ? [content]
        : content
  const expectedBytes = chunks.reduce((total, chunk) => total + chunk.byteLength, 0)
  const file = await AtomicFile.open(path, { expectedBytes })
  let offset = 0
  for (const chunk of chunks) {
    await file.write(offset, chunk)
    offset += chunk.byteLength
  }
  await file.commit()
}

/** Fails now, with a clear error, if files cannot be written to `folder` later; `needBytes` must be free there. */
export const probeWritable = async (folder: string, { needBytes = 0 } = {}): Promise<void> => {
  const path = temporaryName(folder)
  try {
    assertSpace(folder, folder, needBytes)
    const handle = await open(path, 'wx')
    try {
      await writeAll(handle, 0, new Uint8Array(1))
      await handle.sync()
    } finally {
      await handle.close()
      await rm(path, { force: true })
    }
  } catch (error) {
    throw filesError(error, { path: folder, folder, needBytes })
  }
}

/** Removes what killed writers left in `folder`. Only for the owner of the folder's lock. */
export const removeTemporaryFiles = async (folder: string): Promise<void> => {
  try {
    for (const name of await readdir(folder)) {
      if (TEMPORARY_NAME.test(name)) await rm(join(folder, name), { force: true })
    }
  } catch (error) {
    throw filesError(error, { path: folder, folder })
  }
}

const temporaryName = (folder: string): string =>
  join(folder, `.medley-${process.pid}-${randomBytes(6).toString('hex')}.tmp`)

/** A link is written through; a folder or a device (`/dev/null`!) must not be replaced by a rename. */
const targetOf = async (path: string): Promise<string> => {
  try {
    if (!(await stat(path)).isFile())
      throw filesErrors.error('not-a-file', { path }, { file: path })
    return await realpath(path)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return resolve(path)
    throw error
  }
}

const assertSpace = (folder: string, path: string, needBytes: number): void => {
  const free = freeSpace(folder)
  if (free === undefined || free.bytes >= needBytes) return
  throw filesErrors.error(
    'no-space',
    { path, folder, need: formatBytes(needBytes), free: formatBytes(free.bytes) },
    { file: path },
  )
}

const writeAll = async (handle: FileHandle, offset: number, bytes: Uint8Array): Promise<void> => {
  let done = 0
  while (done < bytes.byteLength) {
    const length = Math.min(bytes.byteLength - done, MAX_WRITE_BYTES)
    const { bytesWritten } = await handle.write(bytes, done, length, offset + done)
    if (bytesWritten === 0) throw Object.assign(new Error('nothing written'), { code: 'ENOSPC' })
    done += bytesWritten
  }
}

/** Makes a rename durable. Windows cannot open folders and some network file systems refuse; both order it themselves. */
const syncFolder = async (folder: string): Promise<void> => {
  try {
    const handle = await open(folder, 'r')
    try {
      await handle.sync()
    } finally {
      await handle.close()
    }
  } catch (error) {
    if (!['EINVAL', 'EISDIR', 'EPERM', 'EACCES', 'ENOTSUP'].includes(codeOf(error) ?? ''))
      throw error
  }
}
