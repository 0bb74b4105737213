// The shape of a table reader, one per file format.

import type { Encoding } from './encoding.ts'
import type { ReadReport } from './report.ts'
import type { ColumnStore } from './store.ts'

export interface ReadTableOptions {
  /** Character between fields; found by itself when left out. */
  readonly delimiter?: ',' | ';' | '\t' | '|' | undefined
  /** Whether the first record names the columns; found by itself when left out. */
  readonly hasHeader?: boolean | undefined
  readonly encoding?: Encoding | undefined
  readonly signal?: AbortSignal | undefined
}

export interface OpenTable {
  readonly columns: readonly string[]
  readonly store: ColumnStore
  readonly report: ReadReport
  /** 1-based line of each row; undefined where the format has no lines and rows count from 1. */
  readonly lineOfRow: readonly number[] | undefined
}

export type Reader = (file: string, options: ReadTableOptions) => Promise<OpenTable>
