// DuckDB, where the cells of an open table live as text. It is told everything (no sniffing), and what passes its memory
// limit goes to a temporary folder, so a table may be larger than memory.

import { randomUUID } from 'node:crypto'
import { rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api'

export interface Database {
  readonly connection: DuckDBConnection
  /** Another connection to the same tables, for the caller to close. */
  connect(): Promise<DuckDBConnection>
  close(): void
}

/** Enough to read fast; a table that needs more is written to disk in part. */
const MEMORY_LIMIT = '1GB'

const INTERRUPT_MS = 10

export const openDatabase = async (): Promise<Database> => {
  // Loaded on first use: the native library takes a while, and not every command reads a table.
  const { DuckDBInstance } = await import('@duckdb/node-api')
  // Made by DuckDB only when memory runs short, and not always removed by it.
  const overflow = join(tmpdir(), `medley-duckdb-${randomUUID()}`)
  const instance = await DuckDBInstance.create(':memory:', {
    temp_directory: overflow,
    memory_limit: MEMORY_LIMIT,
  })
  const connection = await instance.connect()
  let isOpen = true
  return {
    connection,
    connect: () => instance.connect(),
    close: () => {
      if (!isOpen) return
      isOpen = false
      connection.closeSync()
      instance.closeSync()
      rmSync(overflow, { recursive: true, force: true })
    },
  }
}

/** From here on no statement may touch a file, but for reading `files`; there is no way back. */
export const lockDatabase = async (
  connection: DuckDBConnection,
  files: readonly string[],
): Promise<void> => {
  const paths = files.map((file) => quoted(resolve(file))).join(', ')
  await connection.run(`set allowed_paths = [${paths}]`)
  await connection.run('set enable_external_access = false')
  await connection.run('set lock_configuration = true')
}

/** Ends what is running, which must not reject. Nobody hears an interrupt before a statement has begun, so it is repeated. */
export const interrupt = async (
  connection: DuckDBConnection,
  running: Promise<unknown>,
): Promise<void> => {
  const timer = setInterval(() => {
    connection.interrupt()
  }, INTERRUPT_MS)
  await running
  clearInterval(timer)
}

export const firstRow = async (
  connection: DuckDBConnection,
  sql: string,
): Promise<readonly DuckDBValue[]> => (await connection.runAndReadAll(sql)).getRows()[0] ?? []

export const countRows = async (connection: DuckDBConnection, table: string): Promise<number> =>
  Number((await firstRow(connection, `select count(*) from ${table}`))[0])

/** Results in pieces of about 2,000 rows, each a list of columns. */
export async function* streamColumns(
  database: Database,
  sql: string,
): AsyncGenerator<readonly (readonly DuckDBValue[])[]> {
  // A connection of its own: the next statement on a connection ends the stream before it, without an error.
  const connection = await database.connect()
  try {
    const result = await connection.stream(sql)
    for (;;) {
      const chunk = await result.fetchChunk()
      if (chunk === null || chunk.rowCount === 0) return
      yield chunk.getColumns()
    }
  } finally {
    connection.closeSync()
  }
}

/**
 * A text from DuckDB; empty cells and missing cells are the same thing. A byte order mark at the beginning of a cell, left
 * over where files were put together, has been dropped by DuckDB's own binding.
 */
export const cellOf = (value: DuckDBValue | undefined): string | null =>
  typeof value === 'string' && value !== '' ? value : null

export const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`

export const quotedName = (name: string): string => `"${name.replaceAll('"', '""')}"`

/** A path as DuckDB takes it: its globbing characters stand for themselves. */
export const quotedPath = (file: string): string => quoted(resolve(file).replace(/[*?[]/g, '[$&]'))

/** `c0, c1, ...`: the names of `count` text columns. */
export const cellNames = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `c${index}`)

/** What a database says is wrong, in one line, without the class of its error. */
export const reasonOf = (error: unknown): string => {
  const message = error instanceof Error ? error.message : String(error)
  const line = message.split('\n').find((each) => each.trim() !== '') ?? 'no reason given'
  return line.replace(/^([A-Z][\w-]* )*Error: /, '').trim()
}
