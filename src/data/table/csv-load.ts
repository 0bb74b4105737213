// A CSV file in perfect order into DuckDB. Its reader is told everything (no sniffing) and must count the rows that our
// scanner counts.

import { countRows, quoted, quotedPath } from './database.ts'

import type { DuckDBConnection } from '@duckdb/node-api'

export interface CsvLayout {
  /** Name of the table to make. */
  readonly into: string
  readonly delimiter: string
  readonly hasHeader: boolean
  /** Lines above header and rows. */
  readonly skipLines: number
  readonly columns: number
  /** Length of the longest record, in bytes. */
  readonly longest: number
}

const MEBIBYTE = 2 ** 20
/** DuckDB's own default for the longest line. */
export const DEFAULT_LINE_BYTES = 2 * MEBIBYTE

/** Loads a clean UTF-8 file and counts its rows; undefined when DuckDB rejects one. The table is the caller's to drop. */
export const loadCsv = async (
  connection: DuckDBConnection,
  file: string,
  { into, delimiter, hasHeader, skipLines, columns, longest }: CsvLayout,
): Promise<number | undefined> => {
  const lineBytes = Math.max(DEFAULT_LINE_BYTES, longest) + MEBIBYTE
  const types = Array.from({ length: columns }, (_, index) => `'c${index}': 'VARCHAR'`)
  const options = [
    'auto_detect = false',
    `header = ${hasHeader}, skip = ${skipLines}`,
    `columns = {${types.join(', ')}}`,
    `delim = ${quoted(delimiter)}`,
    `quote = '"', escape = '"', comment = '', nullstr = ''`,
    // No `new_line`: told that lines end in CRLF, it finds no row at all.
    'strict_mode = true, store_rejects = true, rejects_limit = 1, null_padding = false',
    `max_line_size = ${lineBytes}, buffer_size = ${2 * lineBytes}`,
    // One reader: cutting a file between threads inside quoted line breaks is where counts have gone wrong.
    'parallel = false',
  ].join(', ')
  try {
    await connection.run(
      `create or replace table ${into} as select * from read_csv(${quotedPath(file)}, ${options})`,
    )
    const rejected = await countRows(connection, 'reject_errors')
    return rejected === 0 ? await countRows(connection, into) : undefined
  } finally {
    await connection.run('drop table if exists reject_errors; drop table if exists reject_scans')
  }
}
