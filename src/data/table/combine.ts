// Several files as one table: columns are matched by name, and what a file lacks is empty and said.

import { basename } from 'node:path'

import { MedleyError } from '../../base/errors.ts'
import { cellNames } from './database.ts'
import { tableErrors } from './errors.ts'
import { listNames } from './names.ts'

import type { DuckDBConnection } from '@duckdb/node-api'
import type { Part } from './reader.ts'
import type { ReadReport } from './report.ts'

export interface FilePart {
  readonly file: string
  readonly part: Part
}

export interface Combined {
  readonly columns: readonly string[]
  /** In the order of their rows, with their bytes by column of the whole table. */
  readonly parts: readonly (FilePart & { readonly start: number })[]
  readonly report: ReadReport
}

/** Reads files one after the other into the table `rows`; `read` puts a file into the table that it is told. */
export const combineFiles = async (
  connection: DuckDBConnection,
  files: readonly string[],
  read: (file: string, into: string) => Promise<Part>,
): Promise<Combined> => {
  const columns: string[] = []
  const parts: (FilePart & { start: number })[] = []
  const missing: string[] = []
  let firstEmpty: MedleyError | undefined
  let start = 0
  for (const [number, file] of files.entries()) {
    const into = `part${number}`
    let part: Part
    try {
      part = await read(file, into)
    } catch (error) {
      // A part without rows is common, and takes nothing away.
      if (
        !(error instanceof MedleyError) ||
        !/^table\.(empty|no-rows)$/.test(error.code) ||
        files.length === 1
      )
        throw error
      firstEmpty ??= error
      missing.push(`${basename(file)} has no rows`)
      await connection.run(`drop table if exists ${into}`)
      continue
    }
    const first = parts[0]
    const places = part.columns.map((name) => columns.indexOf(name))
    if (first !== undefined && places.every((place) => place < 0)) {
      const details = { file, first: first.file, columns: listNames(first.part.columns) }
      throw tableErrors.error('pattern-columns', details, { file })
    }
    if (first === undefined) {
      columns.push(...part.columns)
      await connection.run(`alter table ${into} rename to rows`)
      parts.push({ file, part, start })
    } else {
      const lacks = columns.filter((name) => !part.columns.includes(name))
      if (lacks.length > 0)
        missing.push(`${basename(file)} has no column ${listNames(lacks)}; its cells are empty`)
      const added = part.columns.filter((name) => !columns.includes(name))
      if (added.length > 0)
        missing.push(
          `the column ${listNames(added)} begins with ${basename(file)}; it is empty above`,
        )
      for (const name of added) {
        await connection.run(`alter table rows add column c${columns.length} varchar`)
        columns.push(name)
      }
      const order = part.columns.map((name) => columns.indexOf(name))
      const cells = cellNames(part.columns.length).join(', ')
      await connection.run(
        `insert into rows (${order.map((place) => `c${place}`).join(', ')}) select ${cells} from ${into}`,
      )
      await connection.run(`drop table ${into}`)
      parts.push({ file, part: { ...part, bytes: moveBytes(part, order) }, start })
    }
    start += part.rowCount
  }
  if (parts.length === 0 && firstEmpty !== undefined) throw firstEmpty
  return { columns, parts, report: joinReports(parts, missing) }
}

const moveBytes = (part: Part, order: readonly number[]): ReadonlyMap<number, string> =>
  new Map([...(part.bytes ?? [])].map(([index, query]) => [order[index] ?? index, query]))

const joinReports = (parts: readonly FilePart[], missing: readonly string[]): ReadReport => {
  const [first] = parts
  if (first === undefined) throw new TypeError('a table has at least one file')
  if (parts.length === 1) {
    const { report } = first.part
    return { ...report, warnings: [...report.warnings, ...missing] }
  }
  const reports = parts.map(({ part }) => part.report)
  const sum = (count: (report: ReadReport) => number): number =>
    reports.reduce((total, report) => total + count(report), 0)
  const notes = (which: 'repaired' | 'reported'): ReadReport['reported'] =>
    parts.flatMap(({ file, part }) => part.report[which].map((note) => ({ file, ...note })))
  return {
    ...first.part.report,
    records: sum(({ records }) => records),
    used: sum(({ used }) => used),
    repaired: notes('repaired'),
    reported: notes('reported'),
    blankLines: sum(({ blankLines }) => blankLines),
    warnings: [
      ...missing,
      ...parts.flatMap(({ file, part }) =>
        part.report.warnings.map((warning) => `${basename(file)}: ${warning}`),
      ),
    ],
  }
}
