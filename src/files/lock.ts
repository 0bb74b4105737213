// One owner per folder. The lock is a file that names its owner, so what a killed process left behind is taken over at
// once.
import { link, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import { codeOf, filesError, filesErrors } from './errors.ts'
import { isAlive, readOwner, thisProcess } from './owner.ts'

import type { Owner } from './owner.ts'

export const LOCK_FILE = '.medley.lock'
/** Taking over is a handful of system calls; a guard older than this belongs to somebody who was killed in it. */
const GUARD_LIFE_MS = 5_000
const ATTEMPTS = 100
const RETRY_MS = 20

export interface Lock {
  /** Gives the folder free; a second call does nothing. */
  release(): Promise<void>
}

/** Locks a folder for this process, or fails with `files.locked` naming the owner. */
export const acquireLock = async (folder: string): Promise<Lock> => {
  const path = join(folder, LOCK_FILE)
  const own = await thisProcess()
  const { token } = own
  try {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      if (await createWhole(path, own)) return { release: () => release(path, token) }
      const owner = await readOwner(path)
      if (owner === undefined) continue
      if (await isAlive(owner)) throw lockedBy(owner, folder, path)
      if (!(await removeStale(path, { owner, own }))) await sleep(RETRY_MS)
    }
    throw lockedBy((await readOwner(path)) ?? own, folder, path)
  } catch (error) {
    throw filesError(error, { path })
  }
}

const lockedBy = ({ pid, host }: Owner, folder: string, lock: string): Error =>
  filesErrors.error('locked', { folder, pid, host, lock }, { file: folder })

const release = async (path: string, token: string): Promise<void> => {
  if ((await readOwner(path))?.token === token) await rm(path, { force: true })
}

/** Creates `path` with all its content at once (a link to a finished file), or says that it exists. */
const createWhole = async (path: string, owner: Owner): Promise<boolean> => {
  const draft = `${path}.${owner.token}`
  try {
    await writeFile(draft, JSON.stringify(owner))
    await link(draft, path)
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes(codeOf(error) ?? '')) throw error
    return await createWithoutLink(path, owner) // File systems without hard links, such as FAT.
  } finally {
    await rm(draft, { force: true })
  }
}

const createWithoutLink = async (path: string, owner: Owner): Promise<boolean> => {
  try {
    await writeFile(path, JSON.stringify(owner), { flag: 'wx' })
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    // On a full disk the name is there and its content is not.
    await rm(path, { force: true })
    throw error
  }
}

/**
 * Removes the lock of a dead owner. Of several processes that see it, only one may: otherwise the second would remove the
 * lock that the first has just taken. So removing needs a guard of its own, and the lock is read again under it.
 */
const removeStale = async (
  path: string,
  { owner, own }: { readonly owner: Owner; readonly own: Owner },
): Promise<boolean> => {
  const guard = `${path}.takeover`
  if (!(await createWhole(guard, own))) {
    const age = await stat(guard).then(
      ({ mtimeMs }) => Date.now() - mtimeMs,
      () => 0,
    )
    if (Math.abs(age) > GUARD_LIFE_MS) await rm(guard, { force: true })
    return false
  }
  try {
    if ((await readOwner(path))?.token === owner.token) await rm(path, { force: true })
    return true
  } finally {
    await rm(guard, { force: true })
  }
}
