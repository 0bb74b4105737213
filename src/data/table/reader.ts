// The shape of a table reader, one per file format.

import type { DuckDBConnection } from '@duckdb/node-api'
import type { Encoding } from './encoding.ts'
import type { ReadReport } from './report.ts'

export interface ReadTableOptions {
  /** Character between fields; found by itself when left out. */
  readonly delimiter?: ',' | ';' | '\t' | '|' | undefined
  /** Whether the first record names the columns; found by itself when left out. */
  readonly hasHeader?: boolean | undefined
  readonly encoding?: Encoding | undefined
  /** Which table of a database file; not needed when it has only one. */
  readonly table?: string | undefined
  /**
   * Keeps the rows for which this SQL expression is true, such as `year > 1990 and language = 'en'`. A column counts as
   * numbers, dates or times where all its cells are such, else as text; an empty cell is null.
   */
  readonly where?: string | undefined
  readonly signal?: AbortSignal | undefined
}

/** Where a reader puts what it reads. */
export interface Target {
  readonly connection: DuckDBConnection
  /** Name of the table to make, with text columns c0, c1, ... */
  readonly into: string
}

/** One file that has been read. */
export interface Part {
  readonly columns: readonly string[]
  readonly rowCount: number
  readonly report: ReadReport
  /** 1-based line of each row; undefined where the format has no lines and rows count from 1. */
  readonly lineOfRow: readonly number[] | undefined
  /** By column: a query for the row `n` and the bytes `b` of cells that are bytes. */
  readonly bytes?: ReadonlyMap<number, string>
  /** Files that those queries read. */
  readonly byteFiles?: readonly string[]
}

export type Reader = (file: string, options: ReadTableOptions, target: Target) => Promise<Part>
