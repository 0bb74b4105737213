// One table or view of an SQLite file, through SQLite itself in WebAssembly (Node 20 has none of its own, and DuckDB would
// have to download its reader). The user's folder is never written to: SQLite sees the file through a link or a copy.

import { copyFile, mkdtemp, rm, stat, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

import { appendCell, createTextTable } from './append.ts'
import { readHead } from './bytes.ts'
import { countRows, quotedName, reasonOf } from './database.ts'
import { storedBytes } from './duckdb.ts'
import { tableErrors } from './errors.ts'
import { columnNames } from './names.ts'
import { pickTable } from './pick-table.ts'
import { binaryReport } from './report.ts'
import { bytesText } from './typed-columns.ts'

import type { Database, SQLiteValue } from 'node-sqlite3-wasm'
import type { Part, Reader, Target } from './reader.ts'

const require = createRequire(import.meta.url)

export const readSqlite: Reader = async (file, { table, signal }, target) => {
  try {
    return await withSqlite(file, async (database) => {
      const found = textRows(
        database,
        `select name, type from sqlite_master where type in ('table', 'view') and name not like 'sqlite\\_%' escape '\\' order by type, name`,
      )
      const names = found.map(([name = '']) => name)
      const tables = found.filter(([, type]) => type === 'table').map(([name = '']) => name)
      // A view counts only when it is named, or when there is nothing else.
      const picked = pickTable(
        file,
        table === undefined && tables.length > 0 ? tables : names,
        table,
      )
      const given = textRows(database, 'select name from pragma_table_info(?)', [picked]).map(
        ([name = '']) => name,
      )
      const binary = await copyRows({ database, picked, columns: given, signal }, target)
      const rowCount = await countRows(target.connection, target.into)
      const { names: columns, warnings } = columnNames(given)
      if (rowCount === 0)
        throw tableErrors.error('no-rows', { file, columns: columns.join(', ') }, { file })
      return {
        columns,
        rowCount,
        lineOfRow: undefined,
        report: binaryReport('sqlite', rowCount, warnings),
        bytes: storedBytes(target.into, binary),
      } satisfies Part
    })
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'SQLite3Error') throw error
    const details = { file, what: 'an SQLite database', reason: reasonOf(error) }
    throw tableErrors.error('database-broken', details, { file, cause: error })
  }
}

/** Rows of a query whose columns are all text. */
const textRows = (database: Database, sql: string, values: readonly string[] = []): string[][] =>
  database
    .all(sql, [...values])
    .map((row) => Object.values(row).map((value) => (typeof value === 'string' ? value : '')))

interface Wanted {
  readonly database: Database
  readonly picked: string
  readonly columns: readonly string[]
  readonly signal: AbortSignal | undefined
}

const SIGNAL_ROWS = 4096

/** Copies the rows; gives the columns that have bytes. SQLite's columns have no types, so every cell may be anything. */
const copyRows = async (
  { database, picked, columns, signal }: Wanted,
  { connection, into }: Target,
): Promise<number[]> => {
  const count = columns.length
  const binary = columns.flatMap((column, index) => {
    const sql = `select 1 from ${quotedName(picked)} where typeof(${quotedName(column)}) = 'blob' limit 1`
    return database.get(sql) === null ? [] : [index]
  })
  await createTextTable(connection, into, count)
  const texts = await connection.createAppender(into)
  if (binary.length > 0)
    await connection.run(
      `create table ${into}_bytes (${binary.map((index) => `b${index} blob`).join(', ')})`,
    )
  const bytes = binary.length > 0 ? await connection.createAppender(`${into}_bytes`) : undefined
  // Aliases, because names such as 2020 or __proto__ are no safe keys of an object.
  const aliases = columns.map((column, index) => `${quotedName(column)} as c${index}`)
  const statement = database.prepare(`select ${aliases.join(', ')} from ${quotedName(picked)}`)
  try {
    let row = 0
    for (const values of statement.iterate()) {
      if (++row % SIGNAL_ROWS === 0) signal?.throwIfAborted()
      for (let index = 0; index < count; index++)
        appendCell(texts, textOf(values[`c${index}`] as SQLiteValue))
      texts.endRow()
      if (bytes === undefined) continue
      for (const index of binary) {
        const value = values[`c${index}`]
        appendCell(bytes, value instanceof Uint8Array ? value : null)
      }
      bytes.endRow()
    }
  } finally {
    statement.finalize()
    texts.closeSync()
    bytes?.closeSync()
  }
  return binary
}

const textOf = (value: SQLiteValue): string | null => {
  if (value === null) return null
  if (value instanceof Uint8Array) return bytesText(value)
  return typeof value === 'string' ? value.replaceAll('\0', '') : String(value)
}

/** Bytes 18 and 19 of the file: 2 when it is written through a log beside it. */
const WAL_HEADER = 18

const withSqlite = async <T>(file: string, use: (database: Database) => Promise<T>): Promise<T> => {
  // Loaded on first use: most tables are no SQLite files. Not by `import`, which does not find the names of this package.
  const { Database } = require('node-sqlite3-wasm') as typeof import('node-sqlite3-wasm')
  const folder = await mkdtemp(join(tmpdir(), 'medley-sqlite-'))
  try {
    const place = join(folder, 'table.sqlite')
    const isLogged = (await readHead(file, WAL_HEADER + 2)).endsWith('\x02\x02')
    const companions: string[] = []
    for (const suffix of ['-wal', '-journal'])
      if (await hasBytes(file + suffix)) companions.push(suffix)
    // What a writer has left beside the file belongs to it, and SQLite has to write to take it in.
    const isCopied = isLogged || companions.length > 0
    if (isCopied)
      for (const suffix of ['', ...companions]) await copyFile(file + suffix, place + suffix)
    else await symlink(resolve(file), place)
    const database = new Database(place, isCopied ? {} : { readOnly: true })
    try {
      // Its virtual file system has no shared memory, which a log needs unless one process has all.
      if (isCopied) database.exec('pragma locking_mode = exclusive')
      return await use(database)
    } finally {
      database.close()
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const hasBytes = async (file: string): Promise<boolean> =>
  await stat(file).then(
    ({ size }) => size > 0,
    () => false,
  )
