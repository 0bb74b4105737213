// Keeps a folder of stores within a size: those that were not used for longest go first, never one that anybody reads or
// makes.
import { readdir, rename, rm, rmdir, stat } from 'node:fs/promises'
import { join } from 'node:path'

import { MedleyError } from '../../base/errors.ts'
import { acquireLock } from '../../files/lock.ts'
import { isInUse, lastUsedMs } from './in-use.ts'
import { indexPath, STORE_FOLDER } from './layout.ts'

export interface Limited {
  /** Folders that are gone. */
  readonly removed: readonly string[]
  readonly removedBytes: number
  /** Why stores could not be removed; they stay. */
  readonly failures: readonly string[]
  /** Of all stores that are left. */
  readonly bytes: number
}

interface Candidate {
  readonly folder: string
  readonly bytes: number
  readonly usedMs: number
}

/** Stores in a folder of prepared data, by their names. */
export const storesIn = async (cache: string): Promise<readonly string[]> => {
  const names = await readdir(cache).catch(() => [])
  return names.filter((name) => STORE_FOLDER.test(name)).map((name) => join(cache, name))
}

/**
 * Removes stores of `cache` until the others have at most `limitBytes` together.
 *
 * @param keep - a store that stays in any case
 */
export const limitStores = async (
  cache: string,
  { limitBytes, keep }: { readonly limitBytes: number; readonly keep: string },
): Promise<Limited> => {
  const stores: Candidate[] = []
  for (const folder of await storesIn(cache)) stores.push(await look(folder))
  let bytes = stores.reduce((sum, store) => sum + store.bytes, 0)
  const removed: string[] = []
  const failures: string[] = []
  let removedBytes = 0
  for (const store of stores.sort((a, b) => a.usedMs - b.usedMs)) {
    if (bytes <= limitBytes) break
    if (store.folder === keep) continue
    try {
      if (!(await removeStore(store.folder))) continue
    } catch (error) {
      failures.push(`${store.folder}: ${error instanceof Error ? error.message : String(error)}`)
      continue
    }
    removed.push(store.folder)
    removedBytes += store.bytes
    bytes -= store.bytes
  }
  return { removed, removedBytes, failures, bytes }
}

const look = async (folder: string): Promise<Candidate> => {
  let bytes = 0
  for (const name of await readdir(folder).catch(() => []))
    bytes += await stat(join(folder, name)).then(
      ({ size }) => size,
      () => 0,
    )
  return { folder, bytes, usedMs: await lastUsedMs(folder) }
}

const GONE = '.removed.json'

/**
 * Removes a store unless somebody makes or reads it. Without its index it is no store, so nobody can begin to read it; who
 * began before has left a mark.
 */
const removeStore = async (folder: string): Promise<boolean> => {
  const lock = await acquireLock(folder).catch((error: unknown) => {
    if (error instanceof MedleyError) return undefined
    throw error
  })
  if (lock === undefined) return false
  try {
    const hidden = join(folder, GONE)
    const hasIndex = await rename(indexPath(folder), hidden).then(
      () => true,
      () => false,
    )
    const putBack = async (): Promise<void> => {
      if (hasIndex) await rename(hidden, indexPath(folder))
    }
    const isUsed = await isInUse(folder).catch(async (error: unknown) => {
      await putBack()
      throw error
    })
    if (isUsed) {
      await putBack()
      return false
    }
    for (const name of await readdir(folder))
      if (!name.startsWith('.') || name === GONE)
        await rm(join(folder, name), { recursive: true, force: true })
  } finally {
    await lock.release()
  }
  // Fails where the next owner has come in the meantime.
  await rmdir(folder).catch(() => undefined)
  return true
}
