// How a store lies on disk: shards of consecutive rows, each a plain safetensors file with one tensor per field, and
// `index.json`, which is written last. Without a sound index there is no store, so a killed preparation never looks done.
import { access } from 'node:fs/promises'
import { join } from 'node:path'

import { z } from 'zod'

import { dataTypes, sizeOf, type DataType } from '../../base/arrays.ts'
import { MedleyError } from '../../base/errors.ts'
import { sha256 } from '../../files/hash.ts'
import { readJson, writeJson } from '../../files/json.ts'

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

export interface FileSum {
  readonly bytes: number
  readonly sha256: string
}

export interface StoreIndex extends StorePlan {
  readonly version: 1
  readonly rowsPerShard: number
  /** Every other file of the store; absent in stores of before there were sums. */
  readonly files?: Readonly<Record<string, FileSum>> | undefined
}

/** Inside a folder of prepared data a store is named by the start of its fingerprint. */
export const STORE_FOLDER = /^[0-9a-f]{16}$/

const natural = z.number().int().nonnegative()

const schema = z.object({
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
  files: z.record(z.string(), z.object({ bytes: natural, sha256: z.string() })).optional(),
  /** Of everything above. */
  sum: z.string().optional(),
})

export const INDEX = 'index.json'
export const indexPath = (folder: string): string => join(folder, INDEX)

export const hasIndex = (folder: string): Promise<boolean> =>
  access(indexPath(folder)).then(
    () => true,
    () => false,
  )

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

/** Does not depend on how JSON is laid out. */
const sumOf = ({
  version,
  rows,
  rowsPerShard,
  fields,
  fingerprint,
  metadata,
  files = {},
}: StoreIndex): string => {
  const shapes = fields.map(({ name, type, shape }) => [name, type, shape])
  const found = Object.entries(metadata)
  const sums = Object.entries(files).map(([name, file]) => [name, file.bytes, file.sha256])
  return sha256(JSON.stringify([version, rows, rowsPerShard, shapes, fingerprint, found, sums]))
}

export const writeIndex = (folder: string, index: StoreIndex): Promise<void> =>
  writeJson(indexPath(folder), { ...index, files: index.files ?? {}, sum: sumOf(index) })

/** The index of a store; undefined if it is not there or not sound. */
export const readIndex = async (folder: string): Promise<StoreIndex | undefined> => {
  let value: unknown
  try {
    value = await readJson(indexPath(folder))
  } catch (error) {
    if (isAbsentOrDamaged(error)) return undefined
    throw error
  }
  const parsed = schema.safeParse(value)
  if (!parsed.success) return undefined
  const { sum, ...index } = parsed.data
  return sum === undefined || sum === sumOf(index) ? index : undefined
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
