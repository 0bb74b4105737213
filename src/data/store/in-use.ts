// Who reads a store, and when it was last used. A mark, so that nobody removes the store under its reader, is a file in the
// store's folder; the time of last use is the time of change of its index, which says nothing else.
import { readdir, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'

import { isAlive, readOwner, thisProcess } from '../../files/owner.ts'
import { indexPath } from './layout.ts'

import type { Owner } from '../../files/owner.ts'

const MARK = /^\.in-use-[0-9a-f]+$/
/** A mark that names nobody is being written, or its writer was killed in it. */
const WRITING_MS = 10_000
/** Whether a process of another machine lives cannot be seen, and the name of a container never comes back. */
const FOREIGN_MS = 7 * 24 * 3_600_000

/** Marks a store; gives what takes the mark away. A folder that cannot be written to has no mark, and is used all the same. */
export const markInUse = async (folder: string): Promise<() => Promise<void>> => {
  const owner = await thisProcess()
  const mark = join(folder, `.in-use-${owner.token}`)
  await writeFile(mark, JSON.stringify(owner)).catch(() => undefined)
  return () => rm(mark, { force: true }).catch(() => undefined)
}

/** A store that belongs to somebody else keeps its time. */
export const touchUsed = async (folder: string): Promise<void> => {
  const now = new Date()
  await utimes(indexPath(folder), now, now).catch(() => undefined)
}

/** In milliseconds since 1970; what has no index was last used when it was last written to. */
export const lastUsedMs = async (folder: string): Promise<number> => {
  const { mtimeMs } = await stat(indexPath(folder)).catch(() =>
    stat(folder).catch(() => ({ mtimeMs: 0 })),
  )
  return mtimeMs
}

/** Whether anybody who is alive has marked a store. Marks of the dead are removed. */
export const isInUse = async (folder: string): Promise<boolean> => {
  let isUsed = false
  for (const name of await readdir(folder)) {
    if (!MARK.test(name)) continue
    const mark = join(folder, name)
    const owner = await readOwner(mark)
    if (owner === undefined) continue
    if (await isHeld(owner, mark)) isUsed = true
    else await rm(mark, { force: true })
  }
  return isUsed
}

const isHeld = async (owner: Owner, mark: string): Promise<boolean> => {
  if (owner.pid === 0) return isYounger(mark, WRITING_MS)
  if (owner.host !== hostname() && !(await isYounger(mark, FOREIGN_MS))) return false
  return isAlive(owner)
}

const isYounger = (mark: string, limitMs: number): Promise<boolean> =>
  stat(mark).then(
    ({ mtimeMs }) => Date.now() - mtimeMs < limitMs,
    () => false,
  )
