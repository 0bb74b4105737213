// Rows from our own readers into DuckDB, one by one.

import { cellNames } from './database.ts'

import type { DuckDBAppender, DuckDBConnection } from '@duckdb/node-api'

export type Cell = string | Uint8Array | null

export interface RowWriter {
  /** Adds a row; missing columns at its end are empty. */
  write(cells: readonly (string | null)[]): void
  /** Ends writing; nothing is in the table for sure before. */
  close(): void
}

/** Starts a table of `columns` text columns. */
export const createTextTable = async (
  connection: DuckDBConnection,
  table: string,
  columns: number,
): Promise<void> => {
  await connection.run(
    `create table ${table} (${cellNames(columns)
      .map((name) => `${name} varchar`)
      .join(', ')})`,
  )
}

export const openWriter = async (
  connection: DuckDBConnection,
  table: string,
  columns: number,
): Promise<RowWriter> => {
  const appender = await connection.createAppender(table)
  return {
    write: (cells) => {
      for (let column = 0; column < columns; column++) appendCell(appender, cells[column] ?? null)
      appender.endRow()
    },
    close: () => {
      appender.closeSync()
    },
  }
}

/** Empty text is no value, so it takes no room either. */
export const appendCell = (appender: DuckDBAppender, cell: Cell): void => {
  if (cell === null || cell === '') appender.appendNull()
  else if (typeof cell === 'string') appender.appendVarchar(cell)
  else appender.appendBlob(cell)
}
