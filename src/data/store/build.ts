// Makes a prepared store, or opens the one that is there. One process at a time per folder; whoever comes second waits
// and then finds the store done. What a killed or failed preparation left is removed by the next one.
import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import { sizeOf, type TypedArray } from '../../base/arrays.ts'
import { systemClock } from '../../base/clock.ts'
import { MedleyError } from '../../base/errors.ts'
import { probeWritable, removeTemporaryFiles } from '../../files/atomic.ts'
import { makeFolder } from '../../files/folder.ts'
import { sha256File } from '../../files/hash.ts'
import { acquireLock, type Lock } from '../../files/lock.ts'
import { createSafetensors, type SafetensorsWriter } from '../../files/safetensors-writer.ts'
import { storeErrors } from './errors.ts'
import {
  INDEX,
  indexPath,
  isAbsentOrDamaged,
  rowBytes,
  SHARD_NAME,
  shardCount,
  shardPath,
  shardRows,
  writeIndex,
} from './layout.ts'
import { openStore, type Store } from './open.ts'
import type { FileSum, StoreField, StoreIndex, StorePlan } from './layout.ts'

/** Takes the rows of a store, in any order; every row of every field must come. */
export interface StoreWriter {
  /** Writes consecutive rows of a field; `data` is all of them, row-major. */
  writeRows(field: string, startRow: number, data: TypedArray): Promise<void>
  /** Adds what was found on the way to the metadata. */
  describe(found: StorePlan['metadata']): void
}

export interface BuildOptions {
  /** Small enough to copy and to hash in parallel, large enough that opening files costs nothing. */
  readonly shardBytes?: number | undefined
  /** How long to wait for another process that prepares the same folder. */
  readonly waitMs?: number | undefined
  readonly signal?: AbortSignal | undefined
}

const SHARD_BYTES = 256e6
const POLL_MS = 100
const MAKE_RETRIES = 5

/**
 * Opens the store of this fingerprint in `folder`, or makes it by calling `write`. A store of another fingerprint is
 * replaced. If `write` fails, no store is left.
 */
export const buildStore = async (
  folder: string,
  plan: StorePlan,
  write: (writer: StoreWriter) => Promise<void>,
  { shardBytes = SHARD_BYTES, waitMs = 0, signal }: BuildOptions = {},
): Promise<Store> => {
  const present = await openStore(folder, plan.fingerprint)
  if (present !== undefined) return present
  const lock = await lockFolder(folder, { waitMs, signal })
  try {
    const meanwhile = await openStore(folder, plan.fingerprint)
    if (meanwhile !== undefined) return meanwhile
    await writeStore(folder, indexOf(plan, shardBytes), write)
    const store = await openStore(folder, plan.fingerprint)
    if (store === undefined) throw new Error(`the store just written to ${folder} is incomplete`)
    return store
  } finally {
    await lock.release()
  }
}

const indexOf = (
  { rows, fields, fingerprint, metadata }: StorePlan,
  shardBytes: number,
): StoreIndex => {
  const bytes = rowBytes(fields)
  const rowsPerShard = bytes === 0 ? Math.max(1, rows) : Math.max(1, Math.floor(shardBytes / bytes))
  return { version: 1, rows, rowsPerShard, fields, fingerprint, metadata }
}

const lockFolder = async (
  folder: string,
  { waitMs, signal }: { readonly waitMs: number; readonly signal: AbortSignal | undefined },
): Promise<Lock> => {
  const until = systemClock.monotonic() + waitMs
  let retries = MAKE_RETRIES
  for (;;) {
    signal?.throwIfAborted()
    try {
      await makeFolder(folder)
      return await acquireLock(folder)
    } catch (error) {
      // Somebody has just removed the folder to make room.
      if (isAbsentOrDamaged(error) && retries-- > 0) continue
      if (!(error instanceof MedleyError) || error.code !== 'files.locked') throw error
      if (systemClock.monotonic() < until) {
        await sleep(POLL_MS, undefined, { signal })
        continue
      }
      const reason = error.message
      throw storeErrors.error('busy', { reason }, { file: folder, cause: error })
    }
  }
}

/** The old index goes first and the new one comes last: in between there is no store. */
const writeStore = async (
  folder: string,
  index: StoreIndex,
  write: (writer: StoreWriter) => Promise<void>,
): Promise<void> => {
  await rm(indexPath(folder), { force: true })
  await removeTemporaryFiles(folder)
  for (const name of await readdir(folder))
    if (SHARD_NAME.test(name)) await rm(join(folder, name), { force: true })
  await probeWritable(folder, { needBytes: index.rows * rowBytes(index.fields) })
  const shards = new ShardWriters(folder, index)
  try {
    await write(shards)
    await shards.commit()
  } catch (error) {
    await shards.abort()
    throw error
  }
  const files = await sumsOf(folder)
  await writeIndex(folder, { ...index, metadata: shards.metadata, files })
}

/** Read back from the disk, so that sums are of what is there. */
const sumsOf = async (folder: string): Promise<Record<string, FileSum>> => {
  const sums: Record<string, FileSum> = {}
  // Hidden files are locks and marks.
  const names = (await readdir(folder)).filter((name) => name !== INDEX && !name.startsWith('.'))
  for (const name of names.sort()) {
    const path = join(folder, name)
    sums[name] = { bytes: (await stat(path)).size, sha256: await sha256File(path) }
  }
  return sums
}

/** Spreads rows over shards, which are created when their first row comes. */
class ShardWriters implements StoreWriter {
  readonly #folder: string
  readonly #index: StoreIndex
  readonly #fields: ReadonlyMap<string, StoreField>
  metadata: StorePlan['metadata']
  readonly #writers = new Map<number, Promise<SafetensorsWriter>>()

  constructor(folder: string, index: StoreIndex) {
    this.#folder = folder
    this.#index = index
    this.metadata = index.metadata
    this.#fields = new Map(index.fields.map((field) => [field.name, field]))
  }

  async writeRows(field: string, startRow: number, data: TypedArray): Promise<void> {
    const shape = this.#fields.get(field)?.shape
    if (shape === undefined) throw new RangeError(`field ${field} is not in the plan`)
    const size = sizeOf(shape)
    const { rowsPerShard, rows } = this.#index
    const count = size === 0 ? 0 : data.length / size
    if (!Number.isInteger(count) || startRow < 0 || startRow + count > rows)
      throw new RangeError(`${data.length} values at row ${startRow} of ${rows} in field ${field}`)
    for (let from = startRow; from < startRow + count;) {
      const shard = Math.floor(from / rowsPerShard)
      const to = Math.min(startRow + count, (shard + 1) * rowsPerShard)
      const part = data.subarray((from - startRow) * size, (to - startRow) * size)
      const writer = await this.#writerOf(shard)
      await writer.writeRows(field, from - shard * rowsPerShard, part)
      from = to
    }
  }

  describe(found: StorePlan['metadata']): void {
    this.metadata = { ...this.metadata, ...found }
  }

  async commit(): Promise<void> {
    for (let shard = 0; shard < shardCount(this.#index); shard++)
      await (await this.#writerOf(shard)).commit()
  }

  async abort(): Promise<void> {
    for (const writer of this.#writers.values())
      await writer.then(
        (opened) => opened.abort(),
        () => undefined, // It never opened.
      )
  }

  #writerOf(shard: number): Promise<SafetensorsWriter> {
    const present = this.#writers.get(shard)
    if (present !== undefined) return present
    const rows = shardRows(this.#index, shard)
    const entries = this.#index.fields.map(({ name, type, shape }) => ({
      name,
      type,
      shape: [rows, ...shape],
    }))
    const { fingerprint } = this.#index
    const opened = createSafetensors(shardPath(this.#folder, shard), entries, { fingerprint })
    this.#writers.set(shard, opened)
    return opened
  }
}
