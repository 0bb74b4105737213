// Columns of text in DuckDB, which may be larger than memory. It gets files that our own scanner has found to be in
// order, is told everything (no sniffing), and must count the same rows.

import { randomUUID } from 'node:crypto'
import { rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api'

export interface ColumnStore {
  readonly rowCount: number
  /** Cells of the column at `index` in row order; empty and missing cells are null. */
  column(index: number): Promise<readonly (string | null)[]>
  close(): void
}

export interface CsvLayout {
  readonly delimiter: string
  readonly hasHeader: boolean
  readonly newLine: 'LF' | 'CRLF'
  readonly columns: number
  /** Length of the longest record, in characters. */
  readonly longest: number
}

const MEBIBYTE = 2 ** 20
/** DuckDB's own default for the longest line, and the longest that Medley passes on. */
const DEFAULT_LINE_BYTES = 2 * MEBIBYTE
const MAX_LINE_BYTES = 64 * MEBIBYTE
/** Cells are handed over as JSON lists of so many rows: far faster than value by value. */
const BATCH_ROWS = 1024
/** With longer records than this a list could pass the longest string of JavaScript. */
const MAX_BATCHED_CHARS = 16_384

/** Loads a clean UTF-8 CSV file; undefined when DuckDB does not count `rows` rows or rejects one. */
export const loadCsv = async (
  file: string,
  layout: CsvLayout,
  rows: number,
): Promise<ColumnStore | undefined> => {
  const { delimiter, columns, longest } = layout
  const lineBytes = Math.max(DEFAULT_LINE_BYTES, Math.min(4 * longest, MAX_LINE_BYTES)) + MEBIBYTE
  const types = Array.from({ length: columns }, (_, index) => `'c${index}': 'VARCHAR'`)
  const options = [
    'auto_detect = false',
    `header = ${layout.hasHeader}`,
    `columns = {${types.join(', ')}}`,
    `delim = ${quoted(delimiter)}`,
    `quote = '"', escape = '"', comment = '', nullstr = ''`,
    `new_line = '${layout.newLine === 'LF' ? '\\n' : '\\r\\n'}'`,
    'strict_mode = true, store_rejects = true, null_padding = false',
    `max_line_size = ${lineBytes}, buffer_size = ${2 * lineBytes}`,
    // One reader: cutting a file between threads inside quoted line breaks is where counts have gone wrong.
    'parallel = false',
  ].join(', ')
  return openStore(async (connection) => {
    await connection.run(
      `create table rows as select * from read_csv(${quotedPath(file)}, ${options})`,
    )
    const counted = await firstRow(connection, 'select count(*)::integer from rows')
    const rejected = await firstRow(connection, 'select count(*)::integer from reject_errors')
    return counted === rows && rejected === 0 ? { rowCount: rows, longest } : undefined
  })
}

/** Loads a Parquet file: every value as text, lists and structures as JSON. */
export const loadParquet = async (
  file: string,
): Promise<{ readonly store: ColumnStore; readonly names: readonly string[] }> => {
  const names: string[] = []
  const store = await openStore(async (connection) => {
    const source = `read_parquet(${quotedPath(file)})`
    const described = await connection.runAndReadAll(`describe select * from ${source}`)
    const casts = described.getRows().map(([name, type], index) => {
      names.push(textOf(name))
      const column = `"${textOf(name).replaceAll('"', '""')}"`
      const isNested = /\[|^STRUCT|^MAP/.test(textOf(type))
      return `${isNested ? `to_json(${column})` : column}::varchar as c${index}`
    })
    await connection.run(`create table rows as select ${casts.join(', ')} from ${source}`)
    const rowCount = Number(await firstRow(connection, 'select count(*)::integer from rows'))
    return { rowCount, longest: Infinity }
  })
  if (store === undefined) throw new TypeError('a Parquet store is never refused')
  return { store, names }
}

const openStore = async (
  fill: (
    connection: DuckDBConnection,
  ) => Promise<{ readonly rowCount: number; readonly longest: number } | undefined>,
): Promise<ColumnStore | undefined> => {
  // Loaded on first use: the native library takes a while, and not every command reads a table.
  const { DuckDBInstance } = await import('@duckdb/node-api')
  // Made by DuckDB only when memory runs short, and not always removed by it.
  const overflow = join(tmpdir(), `medley-duckdb-${randomUUID()}`)
  const instance = await DuckDBInstance.create(':memory:', { temp_directory: overflow })
  const connection = await instance.connect()
  const close = (): void => {
    connection.closeSync()
    instance.closeSync()
    rmSync(overflow, { recursive: true, force: true })
  }
  try {
    const filled = await fill(connection)
    if (filled === undefined) {
      close()
      return undefined
    }
    const { rowCount, longest } = filled
    const column = longest <= MAX_BATCHED_CHARS ? batchedColumn : plainColumn
    return { rowCount, column: (index) => column(connection, `c${index}`, rowCount), close }
  } catch (error) {
    close()
    throw error
  }
}

const orNull = (value: string | null): string | null => (value === '' ? null : value)

const batchedColumn = async (
  connection: DuckDBConnection,
  name: string,
  rowCount: number,
): Promise<(string | null)[]> => {
  const cells: (string | null)[] = []
  // A query each: one that groups all rows holds three times the table in memory.
  for (let start = 0; start < rowCount; start += BATCH_ROWS) {
    const list = await firstRow(
      connection,
      `select to_json(list(${name} order by rowid))::varchar from rows where rowid >= ${start} and rowid < ${start + BATCH_ROWS}`,
    )
    for (const cell of JSON.parse(textOf(list)) as (string | null)[]) cells.push(orNull(cell))
  }
  return cells
}

const plainColumn = async (
  connection: DuckDBConnection,
  name: string,
): Promise<(string | null)[]> => {
  const result = await connection.runAndReadAll(`select ${name} from rows order by rowid`)
  return result.getRows().map(([value]) => (value === null ? null : orNull(textOf(value))))
}

const firstRow = async (connection: DuckDBConnection, sql: string): Promise<DuckDBValue> =>
  (await connection.runAndReadAll(sql)).getRows()[0]?.[0] ?? null

const textOf = (value: DuckDBValue | undefined): string => (typeof value === 'string' ? value : '')

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`

/** A path as DuckDB takes it: its globbing characters stand for themselves. */
const quotedPath = (file: string): string => quoted(resolve(file).replace(/[*?[]/g, '[$&]'))
