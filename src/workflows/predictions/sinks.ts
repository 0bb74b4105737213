// Where predicted rows go. A file has its name only when it is complete.
import { AtomicFile } from '../../files/atomic.ts'
import { csvFormat } from './csv.ts'
import { jsonlFormat } from './jsonl.ts'
import { parquetSink } from './parquet.ts'

import type { PredictedRow, PredictionColumns, PredictionFormat } from './format.ts'

export interface Sink {
  start(columns: PredictionColumns): Promise<void>
  rows(rows: readonly PredictedRow[]): Promise<void>
  end(): Promise<void>
  /** Leaves nothing behind. */
  abort(): Promise<void>
}

/** Text that goes on as it comes. */
export const textSink = (
  format: PredictionFormat,
  write: (text: string) => Promise<void>,
): Sink => {
  let columns: PredictionColumns = { id: '', labels: [], hasLabels: true }
  return {
    start: async (given) => {
      columns = given
      await write(format.head(columns))
    },
    rows: (rows) => write(rows.map((row) => format.row(row, columns)).join('')),
    end: () => Promise.resolve(),
    abort: () => Promise.resolve(),
  }
}

const fileSink = async (format: PredictionFormat, path: string): Promise<Sink> => {
  const file = await AtomicFile.open(path)
  let offset = 0
  const text = textSink(format, async (piece) => {
    const bytes = Buffer.from(piece)
    await file.write(offset, bytes)
    offset += bytes.length
  })
  return { ...text, end: () => file.commit(), abort: () => file.abort() }
}

/** By file name extension. */
export const sinks: Readonly<Record<string, (path: string) => Promise<Sink>>> = {
  '.csv': (path) => fileSink(csvFormat, path),
  '.jsonl': (path) => fileSink(jsonlFormat, path),
  '.parquet': (path) => parquetSink(path, (file) => fileSink(jsonlFormat, file)),
}
