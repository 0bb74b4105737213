// Predictions as Parquet: JSON Lines first, which DuckDB then turns into columns.
import { mkdtemp, rename, rm } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'

import { filesError } from '../../files/errors.ts'
import { scoreNames } from './format.ts'

import type { PredictionColumns } from './format.ts'
import type { Sink } from './sinks.ts'

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`
const named = (name: string): string => `"${name.replaceAll('"', '""')}"`

/** A path as DuckDB takes it: its globbing characters stand for themselves. */
const quotedPath = (file: string): string => quoted(file.replace(/[*?[]/g, '[$&]'))

const convert = async (from: string, to: string, columns: PredictionColumns): Promise<void> => {
  // Loaded on first use: the native library takes a while.
  const { DuckDBInstance } = await import('@duckdb/node-api')
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  try {
    const names = scoreNames(columns)
    const struct = columns.labels.map((label) => `${named(label)} FLOAT`).join(', ')
    const scores = columns.labels.map(
      (label, index) => `struct_extract(scores, ${quoted(label)}) as ${named(names[index]!)}`,
    )
    const types = `{id: 'VARCHAR', labels: 'VARCHAR[]', scores: ${quoted(`STRUCT(${struct})`)}, missing: 'VARCHAR[]'}`
    await connection.run(
      `copy (select id as ${named(columns.id)}, labels, ${scores.join(', ')}, missing
         from read_json(${quotedPath(from)}, format = 'newline_delimited', columns = ${types}, maximum_object_size = 67108864))
       to ${quoted(to)} (format parquet)`,
    )
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}

/** Works in a folder beside the file, so that the last step is a rename. */
export const parquetSink = async (
  path: string,
  open: (file: string) => Promise<Sink>,
): Promise<Sink> => {
  const target = resolve(path)
  const folder = await mkdtemp(join(dirname(target), `.medley-${process.pid}-`)).catch(
    (error: unknown) => {
      throw filesError(error, { path })
    },
  )
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true })
  const rows = join(folder, 'rows.jsonl')
  const sink = await open(rows)
  let columns: PredictionColumns = { id: '', labels: [], hasLabels: true }
  return {
    start: (given) => {
      columns = given
      return sink.start(given)
    },
    rows: (some) => sink.rows(some),
    end: async () => {
      await sink.end()
      const made = join(folder, basename(target))
      await convert(rows, made, columns)
      await rename(made, target)
      await remove()
    },
    abort: async () => {
      await sink.abort()
      await remove()
    },
  }
}
