// What a name stands for: one table file, several by a pattern, or a folder of classes; and how each file is read.

import { open, readdir, stat } from 'node:fs/promises'
import { dirname, extname } from 'node:path'

import { readHead } from './bytes.ts'
import { readCsv } from './csv.ts'
import { readDuckdb } from './duckdb.ts'
import { tableErrors } from './errors.ts'
import { expandPattern, isPattern, patternFolder } from './glob.ts'
import { readJson } from './json.ts'
import { listNames } from './names.ts'
import { readParquet } from './parquet.ts'
import { readSqlite } from './sqlite.ts'

import type { Stats } from 'node:fs'
import type { Reader } from './reader.ts'

/** Readers by file name extension; anything else is CSV. */
const readers: Readonly<Record<string, Reader>> = {
  '.csv': readCsv,
  '.tsv': readCsv,
  '.txt': readCsv,
  '.jsonl': readJson,
  '.ndjson': readJson,
  '.json': readJson,
  '.parquet': readParquet,
  '.sqlite': readSqlite,
  '.sqlite3': readSqlite,
  '.db': readSqlite,
  '.duckdb': readDuckdb,
}

/** Readers by what a file begins with, whatever its name: `.db` says little. */
const signatures: readonly (readonly [offset: number, bytes: string, reader: Reader])[] = [
  [0, 'SQLite format 3\0', readSqlite],
  [8, 'DUCK', readDuckdb],
  [0, 'PAR1', readParquet],
]
const SIGNATURE_BYTES = 16

export const databaseReaders: readonly Reader[] = [readSqlite, readDuckdb]

export interface Source {
  readonly kind: 'files' | 'class-folder'
  /** Table files in the order in which they are read. */
  readonly files: readonly string[]
  /** Folder that relative paths in cells start from. */
  readonly folder: string
}

/** Finds what `source` names; a file that has the name of a pattern comes first. */
export const findSource = async (source: string): Promise<Source> => {
  const isThere = await stat(source).then(
    () => true,
    () => false,
  )
  if (!isThere && isPattern(source)) {
    const files = await expandPattern(source)
    if (files.length === 0)
      throw tableErrors.error('pattern-empty', { pattern: source }, { file: source })
    return { kind: 'files', files, folder: patternFolder(source) }
  }
  return (await isFolder(source))
    ? { kind: 'class-folder', files: [], folder: source }
    : { kind: 'files', files: [source], folder: dirname(source) }
}

export const readerOf = async (file: string): Promise<Reader> => {
  const head = await readHead(file, SIGNATURE_BYTES)
  for (const [offset, bytes, reader] of signatures)
    if (head.startsWith(bytes, offset)) return reader
  return readers[tableExtension(file)] ?? readCsv
}

/** `.csv` of `films.CSV.gz`. */
const tableExtension = (file: string): string => {
  const extension = extname(file).toLowerCase()
  return extension === '.gz' ? extname(file.slice(0, -extension.length)).toLowerCase() : extension
}

/** What is no file. What another program writes into is a socket where Node.js made it, and a pipe else. */
const kindOf = (found: Stats): string =>
  found.isFIFO() || found.isSocket() ? 'a pipe' : 'a device'

/** Whether it is a folder without tables; throws where there is nothing to read. */
const isFolder = async (file: string): Promise<boolean> => {
  const place = { file }
  try {
    const found = await stat(file)
    if (found.isDirectory()) {
      const tables = (await readdir(file)).filter((name) => tableExtension(name) in readers)
      if (tables.length === 0) return true
      throw tableErrors.error('is-folder', { file, found: listNames(tables.sort()) }, place)
    }
    // Before it is opened: that takes from a pipe what nobody can put back, or waits for a writer for ever.
    if (!found.isFile()) throw tableErrors.error('not-a-file', { file, what: kindOf(found) }, place)
    await (await open(file)).close()
    if (found.size === 0) throw tableErrors.error('empty', { file }, place)
    return false
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    if (code === 'ENOENT' || code === 'ENOTDIR')
      throw tableErrors.error('file-missing', { file }, { ...place, cause: error })
    if (code === 'EACCES' || code === 'EPERM')
      throw tableErrors.error('unreadable', { file, reason: code }, { ...place, cause: error })
    throw error
  }
}
