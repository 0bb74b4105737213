// One owner per folder. The lock is a file that names its owner by process id, start time and host: the start time tells
// a recycled process id from the owner, so what a killed process left behind is taken over at once.
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { link, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'

import { codeOf, filesError, filesErrors } from './errors.ts'

export const LOCK_FILE = '.medley.lock'
/** Taking over is a handful of system calls; a guard older than this belongs to somebody who was killed in it. */
const GUARD_LIFE_MS = 5_000
const ATTEMPTS = 100
const RETRY_MS = 20

interface Owner {
  readonly pid: number
  /** Start of the process in the words of the system; absent where the system does not tell. */
  readonly started?: string | undefined
  readonly host: string
  /** Tells two locks of the same process apart. */
  readonly token: string
}

export interface Lock {
  /** Gives the folder free; a second call does nothing. */
  release(): Promise<void>
}

/** Locks a folder for this process, or fails with `files.locked` naming the owner. */
export const acquireLock = async (folder: string): Promise<Lock> => {
  const path = join(folder, LOCK_FILE)
  const token = randomBytes(8).toString('hex')
  const started = await startOf(process.pid)
  const own: Owner = { pid: process.pid, started, host: hostname(), token }
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

/** The owner in a lock file; undefined if it is gone. A damaged file names nobody (pid 0), which nobody is. */
const readOwner = async (path: string): Promise<Owner | undefined> => {
  try {
    const value: unknown = JSON.parse(await readFile(path, 'utf8'))
    if (isOwner(value)) return value
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    if (!(error instanceof SyntaxError)) throw error
  }
  return { pid: 0, host: hostname(), token: '' }
}

const isOwner = (value: unknown): value is Owner =>
  typeof value === 'object' &&
  value !== null &&
  'pid' in value &&
  Number.isSafeInteger(value.pid) &&
  'host' in value &&
  typeof value.host === 'string' &&
  'token' in value &&
  typeof value.token === 'string'

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

/** A process of another machine cannot be seen from here and counts as alive. */
const isAlive = async (owner: Owner): Promise<boolean> => {
  if (owner.host !== hostname()) return true
  if (owner.pid <= 0) return false
  try {
    process.kill(owner.pid, 0)
  } catch (error) {
    // EPERM: it lives and belongs to another user.
    if (codeOf(error) === 'ESRCH') return false
  }
  const started = await startOf(owner.pid)
  return started === owner.started || owner.started === undefined
}

/** When a process started, in words that no later process with the same id repeats; undefined if it is dead or unknown. */
const startOf = async (pid: number): Promise<string | undefined> => {
  if (process.platform === 'linux') return await startOnLinux(pid).catch(() => undefined)
  if (process.platform === 'win32') return undefined
  return await promisify(execFile)('ps', ['-o', 'lstart=', '-p', String(pid)]).then(
    ({ stdout }) => stdout.trim(),
    () => undefined,
  )
}

const startOnLinux = async (pid: number): Promise<string | undefined> => {
  const boot = (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim()
  const status = await readFile(`/proc/${pid}/stat`, 'utf8')
  // The second field is the program's name in parentheses and may hold anything, even ")".
  const fields = status.slice(status.lastIndexOf(')') + 2).split(' ')
  // A zombie has ended; only its parent has not asked yet.
  const isZombie = fields[0] === 'Z'
  return isZombie ? undefined : `${boot}/${fields[19]!}`
}
