// How a store lies on disk: shards of consecutive rows, each a plain safetensors file with one tensor per field, and
// `index.json`, which is written last. Without a sound index there is no store, so a killed preparation never looks done.
import { join } from 'node:path'

import { z } from 'zod'

import { dataTypes, sizeOf, type DataType } from '../../base/arrays.ts'
import { MedleyError } from '../../base/errors.ts'
import { readJson } from '../../files/json.ts'

/** One value per row: its element type and the shape of one row, `[]` for a scalar. */
export interface StoreField {
  readonly name: string
  readonly type: DataType
  readonly shape: readonly number[]
}

export interface StorePlan {
  readonly rows: number
  readonly fields: readonly StoreField[]
  /** Says what the store was made from, see `fingerprint`. */
  readonly fingerprint: string
  readonly metadata: Readonly<Record<string, string>>
}

export interface StoreIndex extends StorePlan {
  readonly version: 1
  readonly rowsPerShard: number
}

const natural = z.number().int().nonnegative()

const schema: z.ZodType<StoreIndex> = z.object({
  version: z.literal(1),
  rows: natural,
  rowsPerShard: natural.positive(),
  fields: z.array(
    z.object({
      name: z.string(),
      // The keys of a constant table, in a tuple as zod wants them.
      type: z.enum(Object.keys(dataTypes) as [DataType, ...DataType[]]),
      shape: z.array(natural),
    }),
  ),
  fingerprint: z.string(),
  metadata: z.record(z.string(), z.string()),
})

export const indexPath = (folder: string): string => join(folder, 'index.json')

export const shardPath = (folder: string, shard: number): string =>
  join(folder, `shard-${String(shard).padStart(5, '0')}.safetensors`)

export const SHARD_NAME = /^shard-\d{5,}\.safetensors$/

export const shardCount = ({ rows, rowsPerShard }: StoreIndex): number =>
  Math.ceil(rows / rowsPerShard)

export const shardRows = ({ rows, rowsPerShard }: StoreIndex, shard: number): number =>
  Math.min(rowsPerShard, rows - shard * rowsPerShard)

export const rowBytes = (fields: readonly StoreField[]): number =>
  fields.reduce(
    (bytes, { type, shape }) => bytes + sizeOf(shape) * dataTypes[type].BYTES_PER_ELEMENT,
    0,
  )

/** The index of a store; undefined if it is not there or not sound. */
export const readIndex = async (folder: string): Promise<StoreIndex | undefined> => {
  let value: unknown
  try {
    value = await readJson(indexPath(folder))
  } catch (error) {
    if (isAbsentOrDamaged(error)) return undefined
    throw error
  }
  return schema.safeParse(value).data
}

const ABSENT_OR_DAMAGED = new Set([
  'files.not-found',
  'files.not-a-folder',
  'files.json-invalid',
  'files.safetensors-invalid',
])

/** A store that cannot be read is made again; a disk that cannot be read is an error. */
export const isAbsentOrDamaged = (error: unknown): boolean =>
  error instanceof MedleyError && ABSENT_OR_DAMAGED.has(error.code)
