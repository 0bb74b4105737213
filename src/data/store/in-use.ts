// Marks of who reads a store, so that nobody removes it under them. A mark is a file in the store's folder; making it also
// sets the folder's time of change, which so is the time of last use.
import { readdir, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { isAlive, readOwner, thisProcess } from '../../files/owner.ts'

const MARK = /^\.in-use-[0-9a-f]+$/
/** A mark that names nobody is being written, or its writer was killed in it. */
const WRITING_MS = 10_000

/** Marks a store; gives what takes the mark away. A folder that cannot be written to has no mark, and is used all the same. */
export const markInUse = async (folder: string): Promise<() => Promise<void>> => {
  const owner = await thisProcess()
  const mark = join(folder, `.in-use-${owner.token}`)
  await writeFile(mark, JSON.stringify(owner)).catch(() => undefined)
  return () => rm(mark, { force: true }).catch(() => undefined)
}

/** Whether anybody who is alive has marked a store. Marks of the dead are removed. */
export const isInUse = async (folder: string): Promise<boolean> => {
  let isUsed = false
  for (const name of await readdir(folder)) {
    if (!MARK.test(name)) continue
    const mark = join(folder, name)
    const owner = await readOwner(mark)
    if (owner === undefined) continue
    const isHeld = owner.pid === 0 ? await isYoung(mark) : await isAlive(owner)
    if (isHeld) isUsed = true
    else await rm(mark, { force: true })
  }
  return isUsed
}

const isYoung = (mark: string): Promise<boolean> =>
  stat(mark).then(
    ({ mtimeMs }) => Date.now() - mtimeMs < WRITING_MS,
    () => false,
  )
