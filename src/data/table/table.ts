// Reads a table of text cells from a file, several files, or a folder of classes. Every record is used, repaired or
// reported, never lost; rows keep the order of the file.

import { createHash } from 'node:crypto'

import { sha256File } from '../../files/hash.ts'
import { readClassFolder } from './class-folder.ts'
import { combineFiles, type Combined } from './combine.ts'
import { lockDatabase, openDatabase, type Database } from './database.ts'
import { tableErrors } from './errors.ts'
import { missingColumn } from './names.ts'
import { questionsTo } from './questions.ts'
import { databaseReaders, findSource, readerOf, type Source } from './source.ts'
import { openStore } from './store.ts'
import { filterRows } from './where.ts'

import type { DuckDBConnection } from '@duckdb/node-api'
import type { Cell } from './append.ts'
import type { ReadTableOptions } from './reader.ts'
import type { ReadReport } from './report.ts'

export interface Table {
  /** What was read, as the user named it: a file, a pattern or a folder. */
  readonly file: string
  /** The table files, in order; none for a folder of classes. */
  readonly files: readonly string[]
  /** Folder that relative paths in cells start from. */
  readonly folder: string
  readonly columns: readonly string[]
  /** Columns of which some cells are bytes; their text only says what they are: `<JPEG, 1234 bytes>`. */
  readonly binaryColumns: readonly string[]
  readonly rowCount: number
  readonly report: ReadReport
  /** Cells of a column in row order; empty and missing cells are null. */
  column(name: string): Promise<readonly (string | null)[]>
  /** The same, in pieces that need no room for all. */
  columnChunks(name: string, options?: ChunkOptions): AsyncGenerator<readonly (string | null)[]>
  /** Cells of some 0-based rows, in this order, column by column; of bytes, the text that says what they are. */
  texts(
    names: readonly string[],
    rows: readonly number[],
  ): Promise<readonly (readonly (string | null)[])[]>
  /** Rows in which the cell is empty or white space. */
  countBlank(name: string): Promise<number>
  /** 0-based rows that say the same in all columns but these: each group ascending, by its first row. */
  repeatedRows(except?: readonly string[]): Promise<readonly (readonly number[])[]>
  /** Cells of some 0-based rows, in this order; bytes as they are. */
  cells(name: string, rows: readonly number[]): Promise<readonly Cell[]>
  /** Cells of a column in row order, in pieces; bytes as they are. */
  cellChunks(name: string, options?: ChunkOptions): AsyncGenerator<readonly Cell[]>
  /** 1-based line number, in its file, of a 0-based row. */
  line(row: number): number
  /** File of a 0-based row. */
  fileOf(row: number): string
  /** SHA-256 of what the rows were made from: bytes of the files, names in a folder, the table chosen and the filter. */
  hash(): Promise<string>
  /** Frees the memory that holds the columns. */
  close(): Promise<void>
}

export interface ChunkOptions {
  /** Rows in a piece; the last has fewer. */
  readonly rows?: number | undefined
}

/** Text of so many rows is handed over at once; few enough of bytes, which may be pictures. */
const TEXT_ROWS = 8192
const BYTE_ROWS = 256

/**
 * Reads a table: CSV (any delimiter and encoding in use), TSV, JSON Lines, a JSON array of objects, also as the data of an
 * object, each also packed with gzip; Parquet; a table of an SQLite or DuckDB file; a pattern such as `data/*.csv`; or a
 * folder with pictures in a folder per class.
 *
 * @example
 * const table = await readTable('films.csv', { where: "year > 1990 and language = 'en'" })
 * const overviews = await table.column('overview')
 * await table.close()
 */
export const readTable = async (source: string, options: ReadTableOptions = {}): Promise<Table> => {
  const found = await findSource(source)
  const database = await openDatabase()
  try {
    const { connection } = database
    const combined = await readSource(connection, found, options)
    await lockDatabase(
      connection,
      combined.parts.flatMap(({ part }) => part.byteFiles ?? []),
    )
    return await openTable(combined, { source, found, options, database })
  } catch (error) {
    database.close()
    throw error
  }
}

const readSource = async (
  connection: DuckDBConnection,
  { kind, files, folder }: Source,
  options: ReadTableOptions,
): Promise<Combined> => {
  if (kind === 'class-folder')
    return combineFiles(connection, [folder], (path, into) =>
      readClassFolder(path, options, { connection, into }),
    )
  return combineFiles(connection, files, async (file, into) => {
    const read = await readerOf(file)
    if (options.table !== undefined && !databaseReaders.includes(read))
      throw tableErrors.error('table-unused', { file, table: options.table }, { file })
    return read(file, options, { connection, into })
  })
}

interface Opened {
  readonly source: string
  readonly found: Source
  readonly options: ReadTableOptions
  readonly database: Database
}

const openTable = async (
  { columns, parts, report }: Combined,
  { source, found, options, database }: Opened,
): Promise<Table> => {
  const rowCount = parts.reduce((sum, { part }) => sum + part.rowCount, 0)
  const { where } = options
  const origin =
    where === undefined
      ? undefined
      : await filterRows(database, { where, columns, file: source, rowCount })
  const store = openStore(database, {
    rowCount: origin?.length ?? rowCount,
    parts: parts.map(({ start, part }) => ({ start, bytes: part.bytes ?? new Map() })),
    origin,
  })
  const questions = questionsTo(database)
  const indexOf = (name: string): number => {
    const index = columns.indexOf(name)
    if (index < 0) throw missingColumn(name, columns, source)
    return index
  }
  const placeOf = (row: number): { file: string; line: number } => {
    const original = origin?.[row] ?? row
    const { file, part, start } = parts.findLast((each) => each.start <= original)!
    return { file, line: part.lineOfRow?.[original - start] ?? original - start + 1 }
  }

  async function* columnChunks(
    name: string,
    { rows = TEXT_ROWS }: ChunkOptions = {},
  ): AsyncGenerator<readonly (string | null)[]> {
    yield* store.chunks(indexOf(name), rows)
  }
  async function* cellChunks(
    name: string,
    { rows = BYTE_ROWS }: ChunkOptions = {},
  ): AsyncGenerator<readonly Cell[]> {
    const index = indexOf(name)
    if (!store.binaryColumns.has(index)) yield* store.chunks(index, rows)
    else
      for (let start = 0; start < store.rowCount; start += rows) {
        const length = Math.min(rows, store.rowCount - start)
        yield await store.cells(
          index,
          Array.from({ length }, (_, row) => start + row),
        )
      }
  }

  return {
    file: source,
    files: found.files,
    folder: found.folder,
    columns,
    binaryColumns: columns.filter((_, index) => store.binaryColumns.has(index)),
    report: { ...report, leftOut: rowCount - store.rowCount },
    rowCount: store.rowCount,
    column: async (name) => {
      const cells: (string | null)[] = []
      for await (const chunk of columnChunks(name)) for (const cell of chunk) cells.push(cell)
      return cells
    },
    columnChunks,
    texts: async (names, rows) => store.texts(names.map(indexOf), rows),
    countBlank: async (name) => questions.countBlank(indexOf(name)),
    repeatedRows: async (except = []) =>
      questions.repeatedRows(
        [...columns.keys()].filter((index) => !except.includes(columns[index]!)),
      ),
    cells: async (name, rows) => store.cells(indexOf(name), rows),
    cellChunks,
    line: (row) => placeOf(row).line,
    fileOf: (row) => placeOf(row).file,
    hash: () => hashOf(found, options, columnChunks),
    close: () => {
      database.close()
      return Promise.resolve()
    },
  }
}

const hashOf = async (
  { files }: Source,
  { table, where }: ReadTableOptions,
  columnChunks: Table['columnChunks'],
): Promise<string> => {
  const [first] = files
  // One whole file has its own hash, as `sha256sum` gives it.
  if (first !== undefined && files.length === 1 && table === undefined && where === undefined)
    return sha256File(first)
  const hash = createHash('sha256')
  for (const file of files) hash.update(`${await sha256File(file)}\n`)
  if (files.length === 0)
    for await (const images of columnChunks('image')) hash.update(JSON.stringify(images))
  return hash.update(JSON.stringify([table ?? null, where ?? null])).digest('hex')
}
