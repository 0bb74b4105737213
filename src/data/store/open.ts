// Random rows out of a prepared store. Shards are opened once and read at offsets: memory holds a batch, never the data.
import { sizeOf, zeros, type TensorData } from '../../base/arrays.ts'
import { openSafetensors, type SafetensorsFile } from '../../files/safetensors-file.ts'
import { markInUse, touchUsed } from './in-use.ts'
import {
  hasIndex,
  isAbsentOrDamaged,
  readIndex,
  shardCount,
  shardPath,
  shardRows,
} from './layout.ts'
import type { StoreField, StoreIndex } from './layout.ts'

/** A complete prepared store, open for reading. Close it. */
export interface Store {
  readonly rows: number
  readonly fields: readonly StoreField[]
  readonly fingerprint: string
  readonly metadata: Readonly<Record<string, string>>
  /** The given rows of a field, in the given order: [rows, ...shape of the field]. */
  read(field: string, rows: ArrayLike<number>): Promise<TensorData>
  close(): Promise<void>
}

/**
 * Opens the store in `folder`; undefined if there is none, or an incomplete one, or one of another fingerprint.
 *
 * @param countsAsUse - false for a look that says nothing about who needs the store
 */
export const openStore = async (
  folder: string,
  fingerprint?: string,
  { countsAsUse = true }: { readonly countsAsUse?: boolean } = {},
): Promise<Store | undefined> => {
  if (!(await hasIndex(folder))) return undefined
  // First the mark, then the index: whoever removes stores takes the index away first and then looks for marks.
  const unmark = await markInUse(folder)
  const store = await openMarked(folder, fingerprint, unmark).catch(async (error: unknown) => {
    await unmark()
    throw error
  })
  if (store === undefined) await unmark()
  else if (countsAsUse) await touchUsed(folder)
  return store
}

const openMarked = async (
  folder: string,
  fingerprint: string | undefined,
  unmark: () => Promise<void>,
): Promise<Store | undefined> => {
  const index = await readIndex(folder)
  if (index === undefined) return undefined
  if (fingerprint !== undefined && index.fingerprint !== fingerprint) return undefined
  const shards: SafetensorsFile[] = []
  let isSound = false
  try {
    for (let shard = 0; shard < shardCount(index); shard++) {
      const file = await openSafetensors(shardPath(folder, shard))
      shards.push(file)
      if (!fits(file, index, shard)) return undefined
    }
    isSound = true
    return new ShardedStore(index, shards, unmark)
  } catch (error) {
    if (isAbsentOrDamaged(error)) return undefined
    throw error
  } finally {
    if (!isSound) await closeAll(shards)
  }
}

class ShardedStore implements Store {
  readonly rows: number
  readonly fields: readonly StoreField[]
  readonly fingerprint: string
  readonly metadata: Readonly<Record<string, string>>
  readonly #rowsPerShard: number
  readonly #shards: readonly SafetensorsFile[]
  readonly #unmark: () => Promise<void>

  constructor(index: StoreIndex, shards: readonly SafetensorsFile[], unmark: () => Promise<void>) {
    this.rows = index.rows
    this.fields = index.fields
    this.fingerprint = index.fingerprint
    this.metadata = index.metadata
    this.#rowsPerShard = index.rowsPerShard
    this.#shards = shards
    this.#unmark = unmark
  }

  async read(field: string, rows: ArrayLike<number>): Promise<TensorData> {
    const stored = this.fields.find(({ name }) => name === field)
    if (stored === undefined) throw new RangeError(`the store has no field ${field}`)
    const byShard = this.#byShard(rows)
    for (const [shard, wanted] of byShard)
      if (byShard.size === 1) return await this.#shards[shard]!.readRows(field, wanted.rows)
    const size = sizeOf(stored.shape)
    const data = zeros(stored.type, rows.length * size)
    await Promise.all(
      [...byShard].map(async ([shard, wanted]) => {
        const part = await this.#shards[shard]!.readRows(field, wanted.rows)
        for (let index = 0; index < wanted.positions.length; index++) {
          const values = part.data.subarray(index * size, (index + 1) * size)
          // Both arrays are of the field's type.
          data.set(values as never, wanted.positions[index]! * size)
        }
      }),
    )
    return { type: stored.type, shape: [rows.length, ...stored.shape], data }
  }

  async close(): Promise<void> {
    await closeAll(this.#shards)
    await this.#unmark()
  }

  /** Which rows of which shard, and where in the result they belong. */
  #byShard(rows: ArrayLike<number>): Map<number, Wanted> {
    const wanted = new Map<number, Wanted>()
    for (let position = 0; position < rows.length; position++) {
      const row = rows[position]!
      if (!Number.isInteger(row) || row < 0 || row >= this.rows)
        throw new RangeError(`row ${row} of a store with ${this.rows} rows`)
      const shard = Math.floor(row / this.#rowsPerShard)
      const part = wanted.get(shard) ?? { rows: [], positions: [] }
      wanted.set(shard, part)
      part.rows.push(row - shard * this.#rowsPerShard)
      part.positions.push(position)
    }
    return wanted
  }
}

interface Wanted {
  readonly rows: number[]
  readonly positions: number[]
}

/** Does the shard belong to this index? A copy may have mixed two stores. */
const fits = (file: SafetensorsFile, index: StoreIndex, shard: number): boolean =>
  file.metadata['fingerprint'] === index.fingerprint &&
  index.fields.every(({ name, type, shape }) => {
    const tensor = file.tensors.get(name)
    const wanted = [shardRows(index, shard), ...shape]
    return tensor?.type === type && tensor.shape.join() === wanted.join()
  })

const closeAll = async (shards: readonly SafetensorsFile[]): Promise<void> => {
  await Promise.all(shards.map((shard) => shard.close()))
}
