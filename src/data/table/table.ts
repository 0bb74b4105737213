// Reads a table of text cells from a file. Every record of the file is used, repaired or reported, never lost; rows
// keep the order of the file.

import { open, readdir, stat } from 'node:fs/promises'
import { extname } from 'node:path'

import { readCsv } from './csv.ts'
import { tableErrors } from './errors.ts'
import { readJsonl } from './jsonl.ts'
import { listNames, missingColumn } from './names.ts'
import { readParquet } from './parquet.ts'

import type { Reader, ReadTableOptions } from './reader.ts'
import type { ReadReport } from './report.ts'

export interface Table {
  readonly file: string
  readonly columns: readonly string[]
  readonly rowCount: number
  readonly report: ReadReport
  /** Cells of a column in row order; empty and missing cells are null. */
  column(name: string): Promise<readonly (string | null)[]>
  /** 1-based line number in the file of a 0-based row. */
  line(row: number): number
  /** Frees the memory that holds the columns. */
  close(): Promise<void>
}

/** Readers by file name extension; anything else is CSV. */
const readers: Readonly<Record<string, Reader>> = {
  '.csv': readCsv,
  '.tsv': readCsv,
  '.txt': readCsv,
  '.jsonl': readJsonl,
  '.ndjson': readJsonl,
  '.parquet': readParquet,
}

/**
 * Reads a table file: CSV (any delimiter and encoding in use), TSV, JSON Lines or Parquet.
 *
 * @example
 * const table = await readTable('films.csv')
 * const overviews = await table.column('overview')
 * await table.close()
 */
export const readTable = async (file: string, options: ReadTableOptions = {}): Promise<Table> => {
  await checkFile(file)
  const read = readers[extname(file).toLowerCase()] ?? readCsv
  const { columns, store, report, lineOfRow } = await read(file, options)
  let isOpen = true
  return {
    file,
    columns,
    report,
    rowCount: store.rowCount,
    column: async (name) => {
      const index = columns.indexOf(name)
      if (index < 0) throw missingColumn(name, columns, file)
      return store.column(index)
    },
    line: (row) => lineOfRow?.[row] ?? row + 1,
    close: () => {
      if (isOpen) store.close()
      isOpen = false
      return Promise.resolve()
    },
  }
}

const checkFile = async (file: string): Promise<void> => {
  const place = { file }
  try {
    const found = await stat(file)
    if (found.isDirectory()) {
      const tables = (await readdir(file)).filter((name) => extname(name).toLowerCase() in readers)
      const list = tables.length === 0 ? 'none' : listNames(tables.sort())
      throw tableErrors.error('is-folder', { file, found: list }, place)
    }
    await (await open(file)).close()
    if (found.size === 0) throw tableErrors.error('empty', { file }, place)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    if (code === 'ENOENT' || code === 'ENOTDIR')
      throw tableErrors.error('file-missing', { file }, { ...place, cause: error })
    if (code === 'EACCES' || code === 'EPERM')
      throw tableErrors.error('unreadable', { file, reason: code }, { ...place, cause: error })
    throw error
  }
}
