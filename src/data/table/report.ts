// What was found while a table was read: the account of every record.

import type { Encoding } from './encoding.ts'
import type { LineEnding, RecordNote } from './scan.ts'

export type TableFormat = 'csv' | 'jsonl' | 'json' | 'parquet' | 'sqlite' | 'duckdb' | 'folder'

export interface ReadReport {
  readonly format: TableFormat
  readonly encoding: Encoding | 'binary'
  readonly bom: boolean
  /** Empty when the format has none. */
  readonly delimiter: string
  readonly lineEnding: LineEnding
  readonly hasHeader: boolean
  /** Records of the file, without header and blank lines; always used + repaired + reported. */
  readonly records: number
  /** Records taken as they are. */
  readonly used: number
  /** Records that are rows now, but needed a repair. */
  readonly repaired: readonly RecordNote[]
  /** Records that are not rows: nobody can say which cell belongs to which column. */
  readonly reported: readonly RecordNote[]
  /** Rows that the filter left out: used + repaired - leftOut are in the table. */
  readonly leftOut: number
  readonly blankLines: number
  readonly warnings: readonly string[]
}

/** The report of a format whose records cannot be broken one by one. */
export const binaryReport = (
  format: TableFormat,
  rows: number,
  warnings: readonly string[],
): ReadReport => ({
  format,
  encoding: 'binary',
  bom: false,
  delimiter: '',
  lineEnding: 'none',
  hasHeader: true,
  records: rows,
  used: rows,
  repaired: [],
  reported: [],
  leftOut: 0,
  blankLines: 0,
  warnings,
})
