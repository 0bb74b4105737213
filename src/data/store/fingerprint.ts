// The fingerprint of prepared data: what it was made from and how. Pictures enter by size and time of change, because
// hashing gigabytes at every start would take longer than what the store saves.
import { createHash } from 'node:crypto'
import { stat } from 'node:fs/promises'

import { exactJson, type JsonValue } from '../../files/json.ts'

/** Size and time of change of one input file; `sizeBytes` is null where there is no such file. */
export interface FileStamp {
  readonly path: string
  readonly sizeBytes: number | null
  readonly mtimeMs: number | null
}

export interface FingerprintParts {
  /** Everything that changes what is stored: columns, sizes, tokenizer, decoder version. Key order does not matter. */
  readonly settings: JsonValue
  /** SHA-256 of the table's file. */
  readonly tableHash: string
  readonly images: readonly FileStamp[]
}

/** SHA-256, in hex, of all parts. */
export const fingerprint = ({ settings, tableHash, images }: FingerprintParts): string => {
  const hash = createHash('sha256')
  hash.update(`${exactJson(sorted(settings))}\n${JSON.stringify(tableHash)}\n`)
  for (const { path, sizeBytes, mtimeMs } of images)
    hash.update(`${JSON.stringify([path, sizeBytes, mtimeMs])}\n`)
  return hash.digest('hex')
}

/** Files asked at once; enough to hide the delay of a network file system. */
const STATS_AT_ONCE = 64

/** The stamp of each file, in order; a missing file has one too, so that its arrival changes the fingerprint. */
export const stampFiles = async (paths: readonly string[]): Promise<FileStamp[]> => {
  const stamps: FileStamp[] = []
  for (let from = 0; from < paths.length; from += STATS_AT_ONCE) {
    const some = paths.slice(from, from + STATS_AT_ONCE)
    stamps.push(...(await Promise.all(some.map(stampOf))))
  }
  return stamps
}

const stampOf = async (path: string): Promise<FileStamp> =>
  await stat(path).then(
    ({ size, mtimeMs }) => ({ path, sizeBytes: size, mtimeMs }),
    () => ({ path, sizeBytes: null, mtimeMs: null }),
  )

/** The same value with the keys of every object in one order. */
const sorted = (value: JsonValue): JsonValue => {
  if (value === null || typeof value !== 'object') return value
  if (isArray(value)) return value.map(sorted)
  const entries = Object.entries(value).map(([name, field]) => [name, sorted(field)] as const)
  // Code units, not locale: the same everywhere.
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** `Array.isArray` does not narrow readonly arrays. */
const isArray = (value: JsonValue): value is readonly JsonValue[] => Array.isArray(value)
