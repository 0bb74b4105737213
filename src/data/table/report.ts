// What was found while a table was read: the account of every record.

import type { Encoding } from './encoding.ts'
import type { LineEnding, RecordNote } from './scan.ts'

export interface ReadReport {
  readonly format: 'csv' | 'jsonl' | 'parquet'
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
  readonly blankLines: number
  readonly warnings: readonly string[]
}
