// Whether every byte of a store is as it was written. Opening one looks only at headers and lengths, because reading
// gigabytes at every start would take longer than what the store saves.
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import { MedleyError } from '../../base/errors.ts'
import { sha256File } from '../../files/hash.ts'
import { acquireLock } from '../../files/lock.ts'
import { hasIndex, INDEX, readIndex } from './layout.ts'
import { markInUse } from './in-use.ts'
import { openStore } from './open.ts'

import type { FileSum } from './layout.ts'

export interface StoreProblem {
  readonly file: string
  /** What is wrong with it, to follow its name. */
  readonly problem: string
}

export interface StoreCheck {
  readonly folder: string
  /**
   * `unsummed` was made before there were checksums: its structure is sound. `unfinished` is what a killed preparation left;
   * the next one removes it.
   */
  readonly state: 'sound' | 'damaged' | 'unsummed' | 'unfinished' | 'in-preparation'
  readonly rows: number
  readonly bytes: number
  readonly problems: readonly StoreProblem[]
}

export const checkStore = async (
  folder: string,
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): Promise<StoreCheck> => {
  const found = { folder, rows: 0, bytes: 0, problems: [] }
  if (!(await hasIndex(folder)))
    return { ...found, state: (await isLocked(folder)) ? 'in-preparation' : 'unfinished' }
  const unmark = await markInUse(folder)
  try {
    const index =
      (await readIndex(folder)) ??
      (await lookLocked(folder, async () =>
        (await hasIndex(folder)) ? readIndex(folder) : 'removed',
      ))
    if (index === 'locked') return { ...found, state: 'in-preparation' }
    if (index === 'removed') return { ...found, state: 'unfinished' }
    if (index === undefined) {
      const problems = [{ file: INDEX, problem: 'cannot be read' }]
      return { ...found, state: 'damaged', problems }
    }
    const problems: StoreProblem[] = []
    let bytes = 0
    for (const [file, sum] of Object.entries(index.files ?? {})) {
      signal?.throwIfAborted()
      const problem = await fileProblem(join(folder, file), sum)
      if (problem !== undefined) problems.push({ file, problem })
      bytes += sum.bytes
    }
    const open = (): ReturnType<typeof openStore> =>
      openStore(folder, undefined, { countsAsUse: false })
    const store = (await open()) ?? (await lookLocked(folder, open))
    if (store === 'locked') return { ...found, state: 'in-preparation' }
    await store?.close()
    if (store === undefined && problems.length === 0)
      problems.push({ file: INDEX, problem: 'does not fit its other files' })
    const isSummed = Object.keys(index.files ?? {}).length > 0
    const state = problems.length > 0 ? 'damaged' : isSummed ? 'sound' : 'unsummed'
    return { folder, state, rows: index.rows, bytes, problems }
  } finally {
    await unmark()
  }
}

const fileProblem = async (path: string, sum: FileSum): Promise<string | undefined> => {
  const size = await stat(path).then(
    (found) => found.size,
    () => undefined,
  )
  if (size === undefined) return 'is not there'
  if (size !== sum.bytes) return `has ${size} bytes instead of ${sum.bytes}`
  try {
    return (await sha256File(path)) === sum.sha256 ? undefined : 'has changed since it was written'
  } catch (error) {
    if (error instanceof MedleyError) return `cannot be read (${error.message})`
    throw error
  }
}

const LOOKS = 20
const LOOK_MS = 50

/**
 * What `look` finds while nobody else has the lock: who removes stores hides an index for a moment under it, and puts it back
 * where the store is in use. Looks without the lock where there can be none.
 */
const lookLocked = async <Found>(
  folder: string,
  look: () => Promise<Found>,
): Promise<Found | 'locked'> => {
  for (let left = LOOKS; left > 0; left--) {
    try {
      const lock = await acquireLock(folder)
      return await look().finally(() => lock.release())
    } catch (error) {
      if (!(error instanceof MedleyError)) throw error
      if (error.code !== 'files.locked') return look()
      await sleep(LOOK_MS)
    }
  }
  return 'locked'
}

const isLocked = async (folder: string): Promise<boolean> => {
  try {
    await (await acquireLock(folder)).release()
    return false
  } catch (error) {
    if (error instanceof MedleyError && error.code === 'files.locked') return true
    throw error
  }
}
