// The columns of an open table. Text is read from DuckDB in pieces; bytes (pictures in Parquet files and databases) are
// fetched where they lie when they are asked for, so that a table of pictures never is in memory.

import { cellOf, streamColumns } from './database.ts'
import { tableErrors } from './errors.ts'

import type { DuckDBValue } from '@duckdb/node-api'
import type { Cell } from './append.ts'
import type { Database } from './database.ts'

export interface ColumnStore {
  readonly rowCount: number
  /** Columns of which some cells are bytes. */
  readonly binaryColumns: ReadonlySet<number>
  /** Cells in row order, `rows` at a time; the text of a cell of bytes only says what it is. */
  chunks(index: number, rows: number): AsyncGenerator<(string | null)[]>
  /** Cells of these rows, in this order, column by column; the text of a cell of bytes only says what it is. */
  texts(indices: readonly number[], rows: readonly number[]): Promise<(string | null)[][]>
  /** Cells of these rows, in this order, bytes as they are. */
  cells(index: number, rows: readonly number[]): Promise<Cell[]>
}

/** Where the rows of one file begin, and where its bytes are. */
export interface PartBytes {
  readonly start: number
  /** By column: a query for `n`, the row within the part, and its bytes `b`. */
  readonly bytes: ReadonlyMap<number, string>
}

export interface StoreOptions {
  readonly rowCount: number
  readonly parts: readonly PartBytes[]
  /** Row of the unfiltered table, of each row; undefined where nothing was filtered. */
  readonly origin: Int32Array | undefined
}

/** Rows of the table `rows`, whose columns are c0, c1, ... */
export const openStore = (
  database: Database,
  { rowCount, parts, origin }: StoreOptions,
): ColumnStore => {
  const binaryColumns = new Set(parts.flatMap(({ bytes }) => [...bytes.keys()]))

  const textCells = async (
    indices: readonly number[],
    rows: readonly number[],
  ): Promise<(string | null)[][]> => {
    const columns = indices.map(() => new Array<string | null>(rows.length).fill(null))
    if (rows.length === 0 || indices.length === 0) return columns
    const places = new Map<number, number[]>()
    for (const [place, row] of rows.entries()) places.set(row, [...(places.get(row) ?? []), place])
    const names = indices.map((index) => `c${index}`).join(', ')
    const sql = `select rowid, ${names} from rows where ${among('rowid', rows)}`
    for await (const [numbers = [], ...values] of streamColumns(database, sql))
      for (const [at, number] of numbers.entries())
        for (const place of places.get(Number(number)) ?? [])
          for (const [column, cells] of columns.entries())
            cells[place] = cellOf(values[column]?.[at])
    return columns
  }

  const byteCells = async (
    cells: Cell[],
    { index, rows }: { index: number; rows: readonly number[] },
  ): Promise<void> => {
    const places = new Map<number, { row: number; at: number }[]>()
    for (const [at, row] of rows.entries()) {
      const original = origin?.[row] ?? row
      const part = parts.findLastIndex(({ start }) => start <= original)
      const list = places.get(part) ?? []
      list.push({ row: original - (parts[part]?.start ?? 0), at })
      places.set(part, list)
    }
    for (const [part, list] of places) {
      const query = parts[part]?.bytes.get(index)
      if (query === undefined) continue
      const wanted = list.map(({ row }) => row)
      const found = await valuesByRow(
        database,
        `select n, b from (${query}) where ${among('n', wanted)}`,
      )
      for (const { row, at } of list) {
        const bytes = bytesOf(found.get(row))
        if (bytes !== undefined) cells[at] = bytes
      }
    }
  }

  return {
    rowCount,
    binaryColumns,
    chunks: async function* (index, rows) {
      let piece: (string | null)[] = []
      let count = 0
      for await (const [values = []] of streamColumns(database, `select c${index} from rows`)) {
        count += values.length
        for (const value of values) {
          piece.push(cellOf(value))
          if (piece.length < rows) continue
          yield piece
          piece = []
        }
      }
      if (count !== rowCount)
        throw tableErrors.error('count-mismatch', {
          file: `column ${index + 1}`,
          what: 'cells',
          expected: rowCount,
          received: count,
        })
      if (piece.length > 0) yield piece
    },
    texts: textCells,
    cells: async (index, rows) => {
      const [cells = []]: Cell[][] = await textCells([index], rows)
      if (rows.length > 0 && binaryColumns.has(index)) await byteCells(cells, { index, rows })
      return cells
    },
  }
}

/** A condition that row groups can be skipped by. */
const among = (name: string, rows: readonly number[]): string => {
  let least = Infinity
  let most = -Infinity
  for (const row of rows) {
    least = Math.min(least, row)
    most = Math.max(most, row)
  }
  const range = `${name} between ${least} and ${most}`
  return most - least + 1 <= rows.length ? range : `${range} and ${name} in (${rows.join(', ')})`
}

const valuesByRow = async (database: Database, sql: string): Promise<Map<number, DuckDBValue>> => {
  const found = new Map<number, DuckDBValue>()
  for await (const [numbers = [], values = []] of streamColumns(database, sql))
    for (const [index, number] of numbers.entries())
      found.set(Number(number), values[index] ?? null)
  return found
}

const bytesOf = (value: DuckDBValue | undefined): Uint8Array | undefined =>
  typeof value === 'object' && value !== null && 'bytes' in value ? value.bytes : undefined
