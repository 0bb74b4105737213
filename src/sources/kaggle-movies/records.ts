// movies_metadata.csv as records. The published file has three records that a line break in the overview cuts in two;
// the table reader joins them. In copies saved by pandas the halves are rows of their own, filled up with empty cells:
// these are joined here.
import { tableErrors } from '../../data/table/errors.ts'
import { readTable } from '../../data/table/table.ts'
import { sourceErrors } from '../errors.ts'

import type { RecordNote } from '../../data/table/scan.ts'
import type { ReadReport } from '../../data/table/report.ts'
import type { Table } from '../../data/table/table.ts'

export const METADATA_FILE = 'movies_metadata.csv'

/** Without these there is no film; the others may be missing. */
const NEEDED = ['id', 'title', 'overview', 'genres'] as const
const OPTIONAL = [
  'imdb_id',
  'original_title',
  'original_language',
  'release_date',
  'runtime',
  'budget',
  'revenue',
  'vote_average',
  'vote_count',
  'popularity',
  'tagline',
  'poster_path',
  'adult',
] as const

type Column = (typeof NEEDED)[number] | (typeof OPTIONAL)[number]

export interface MovieRecord {
  /** Where it begins in the file. */
  readonly line: number
  readonly cells: Readonly<Record<Column, string | null>>
}

export interface MovieRecords {
  readonly records: readonly MovieRecord[]
  /** Records of the file, also those that could not be read; a joined pair is one. */
  readonly count: number
  readonly repaired: readonly RecordNote[]
  readonly unreadable: readonly RecordNote[]
  readonly read: ReadReport
}

export const readRecords = async (
  file: string,
  signal: AbortSignal | undefined,
): Promise<MovieRecords> => {
  const table = await readTable(file, { signal })
  try {
    assertColumns(table)
    const columns = new Map<string, readonly (string | null)[]>()
    for (const name of table.columns) columns.set(name, await table.column(name))
    return joinHalves(table, columns)
  } finally {
    await table.close()
  }
}

const assertColumns = ({ file, columns }: Table): void => {
  const missing = NEEDED.filter((name) => !columns.includes(name))
  if (missing.length === 0) return
  const details = { file, missing: missing.join(', '), found: columns.slice(0, 30).join(', ') }
  throw sourceErrors.error('columns-missing', details, { file })
}

const joinHalves = (
  table: Table,
  columns: ReadonlyMap<string, readonly (string | null)[]>,
): MovieRecords => {
  const order = table.columns
  const rowCells = (row: number): (string | null)[] =>
    order.map((name) => columns.get(name)?.[row] ?? null)
  const records: MovieRecord[] = []
  const repaired: RecordNote[] = [...table.report.repaired]
  for (let row = 0; row < table.rowCount; row++) {
    const line = table.line(row)
    const joined =
      row + 1 < table.rowCount ? joinedCells(order, rowCells(row), () => rowCells(row + 1)) : null
    const cells = joined ?? rowCells(row)
    if (joined !== null) {
      row++
      const reason = 'cut into 2 rows by a line break in its overview'
      repaired.push({ line, reason, excerpt: cells.join(',').slice(0, EXCERPT_CHARS) })
    }
    const named = [...NEEDED, ...OPTIONAL].map(
      (name) => [name, order.includes(name) ? (cells[order.indexOf(name)] ?? null) : null] as const,
    )
    // Every column is in one of the two lists.
    records.push({ line, cells: Object.fromEntries(named) as MovieRecord['cells'] })
  }
  const { reported } = table.report
  if (records.length === 0) {
    const details = { file: table.file, columns: order.join(', ') }
    throw tableErrors.error('no-rows', details, { file: table.file })
  }
  return {
    records,
    count: records.length + reported.length,
    repaired: repaired.toSorted((a, b) => a.line - b.line),
    unreadable: reported,
    read: table.report,
  }
}

const EXCERPT_CHARS = 80

/**
 * Two rows as one when the first ends after its overview and the second has the rest of it, in the first columns.
 * Those begin at `adult`: a copy may have row numbers before it.
 */
const joinedCells = (
  order: readonly string[],
  first: readonly (string | null)[],
  next: () => readonly (string | null)[],
): (string | null)[] | null => {
  const at = order.indexOf('overview')
  const isCut = first[at] !== null && first.slice(at + 1).every((cell) => cell === null)
  if (!isCut) return null
  const rest = next().slice(Math.max(0, order.indexOf('adult')))
  const length = order.length - at
  const date = rest[order.indexOf('release_date') - at] ?? ''
  const isRest = /^\d{4}-\d{2}-\d{2}$|^\d{1,2}\/\d{1,2}\/\d{4}$/.test(date)
  if (!isRest || rest.slice(length).some((cell) => cell !== null)) return null
  return [...first.slice(0, at), `${first[at] ?? ''}\n${rest[0] ?? ''}`, ...rest.slice(1, length)]
}
