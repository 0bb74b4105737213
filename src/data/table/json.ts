// JSON: one object per line, or one array of objects, which may be within an object. Records are parsed one by one, so that a broken one is counted and
// named; columns are the keys in order of first appearance. Lists and objects stay JSON text.

import { createTextTable, openWriter, type RowWriter } from './append.ts'
import { countRows } from './database.ts'
import { openText, withoutStart } from './decode.ts'
import { detectEncoding } from './encoding.ts'
import { tableErrors } from './errors.ts'
import { layoutOf } from './json-layout.ts'
import { elementsOf, linesOf, type StructureProblem } from './json-records.ts'

import type { TextSource } from './decode.ts'
import type { JsonLayout } from './json-layout.ts'
import type { JsonRecord } from './json-records.ts'
import type { Part, Reader, Target } from './reader.ts'
import type { RecordNote } from './scan.ts'

const EXCERPT_CHARS = 80

export const readJson: Reader = async (file, options, target) => {
  const detected = await detectEncoding(file)
  const source = openText(file, options.encoding ?? detected.encoding, options.signal)
  const layout = await layoutOf(file, () => source.chunks())
  const table = openGrowingTable(target)
  const reported: RecordNote[] = []
  const lineOfRow: number[] = []
  let blankLines = 0
  let hasCarriageReturns = false
  try {
    const problem: StructureProblem = (line, reason) =>
      tableErrors.error('json-broken', { file, line, reason }, { file })
    for await (const { text, line } of recordsOf(source, layout, problem)) {
      hasCarriageReturns ||= text.endsWith('\r')
      const parsed = parseRecord(text)
      if (parsed === 'blank') blankLines++
      else if (typeof parsed === 'string')
        reported.push({ line, reason: parsed, excerpt: text.slice(0, EXCERPT_CHARS) })
      else {
        await table.write(parsed)
        lineOfRow.push(line)
      }
    }
  } finally {
    table.close()
  }
  const used = lineOfRow.length
  const records = used + reported.length
  const columns = [...table.names.keys()]
  checkRecords(file, { records, reported, columns: columns.length })
  const stored = await countRows(target.connection, target.into)
  if (stored !== used)
    throw tableErrors.error(
      'count-mismatch',
      { file, what: 'rows', expected: used, received: stored },
      { file },
    )
  const nulCount = source.nulCount()
  return {
    columns,
    rowCount: used,
    lineOfRow,
    report: {
      format: layout.kind === 'lines' ? 'jsonl' : 'json',
      encoding: options.encoding ?? detected.encoding,
      bom: detected.bom,
      delimiter: '',
      lineEnding: hasCarriageReturns ? 'CRLF' : 'LF',
      hasHeader: false,
      records,
      used,
      repaired: [],
      reported,
      leftOut: 0,
      blankLines,
      warnings: [
        ...detected.warnings,
        ...(layout.kind === 'inner'
          ? [`the rows are the list "${layout.list.name}" of its one object`]
          : []),
        ...(nulCount > 0 ? [`${nulCount} NUL characters were taken out`] : []),
      ],
    },
  } satisfies Part
}

const recordsOf = (
  source: TextSource,
  layout: JsonLayout,
  problem: StructureProblem,
): AsyncGenerator<JsonRecord> => {
  if (layout.kind === 'lines') return linesOf(source.chunks())
  if (layout.kind === 'array') return elementsOf(source.chunks(), { problem })
  const { offset, line } = layout.list
  return elementsOf(withoutStart(source.chunks(), offset), {
    problem,
    firstLine: line,
    isInner: true,
  })
}

interface CountedRecords {
  readonly records: number
  readonly reported: readonly RecordNote[]
  readonly columns: number
}

const checkRecords = (file: string, { records, reported, columns }: CountedRecords): void => {
  if (records === 0) throw tableErrors.error('empty', { file }, { file })
  const [first] = reported
  if (first !== undefined && reported.length > records / 2)
    throw tableErrors.error(
      'json-records',
      { file, reported: reported.length, records, line: first.line, reason: first.reason },
      { file },
    )
  if (columns === 0) throw tableErrors.error('no-rows', { file, columns: 'none' }, { file })
}

interface GrowingTable {
  /** Column names in order of first appearance, with their places. */
  readonly names: ReadonlyMap<string, number>
  write(cells: ReadonlyMap<string, string | null>): Promise<void>
  close(): void
}

/** A table that gets a column whenever a new name comes; there is none before the first name. */
const openGrowingTable = ({ connection, into }: Target): GrowingTable => {
  const names = new Map<string, number>()
  let writer: RowWriter | undefined
  let rowsBefore = 0
  const grow = async (added: readonly string[]): Promise<void> => {
    writer?.close()
    writer = undefined
    const isFirst = names.size === 0
    for (const name of added) {
      if (!isFirst) await connection.run(`alter table ${into} add column c${names.size} varchar`)
      names.set(name, names.size)
    }
    if (!isFirst) return
    await createTextTable(connection, into, names.size)
    if (rowsBefore > 0)
      await connection.run(`insert into ${into} (c0) select null from range(${rowsBefore})`)
  }
  return {
    names,
    write: async (cells) => {
      const added = [...cells.keys()].filter((name) => !names.has(name))
      if (added.length > 0) await grow(added)
      if (names.size === 0) {
        rowsBefore++
        return
      }
      writer ??= await openWriter(connection, into, names.size)
      const row: (string | null)[] = []
      for (const [name, cell] of cells) row[names.get(name)!] = cell
      writer.write(row)
    },
    close: () => {
      writer?.close()
    },
  }
}

/** Cells by name, or what is wrong with the record. */
const parseRecord = (text: string): ReadonlyMap<string, string | null> | string => {
  if (text.trim() === '') return 'blank'
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return 'not valid JSON'
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return 'not a JSON object'
  return new Map(Object.entries(value).map(([name, cell]) => [name, cellText(cell)]))
}

const cellText = (cell: unknown): string | null => {
  if (cell === null || cell === undefined) return null
  const text = typeof cell === 'string' ? cell : JSON.stringify(cell)
  // `\u0000` and half surrogate pairs survive JSON but not UTF-8 text.
  return /[\0\ud800-\udfff]/.test(text) ? Buffer.from(text.replaceAll('\0', '')).toString() : text
}
