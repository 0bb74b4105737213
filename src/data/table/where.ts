// The filter: one SQL condition over the cells. Cells are text, so a view gives columns that are entirely numbers, dates
// or times those types; nothing else can be reached, and the filter must give the same rows every time.

import { cellNames, firstRow, quoted, quotedName, reasonOf, streamColumns } from './database.ts'
import { tableErrors } from './errors.ts'
import { listNames, missingColumn } from './names.ts'

import type { DuckDBConnection } from '@duckdb/node-api'
import type { Database } from './database.ts'

export interface Filter {
  readonly where: string
  readonly columns: readonly string[]
  /** The table as the user named it. */
  readonly file: string
  readonly rowCount: number
}

/** Names that no column of the user's has, for the row number and the cells as they are. */
const ROW = '"medley row"'
const cellAlias = (index: number): string => `"medley cell ${index}"`

/**
 * Keeps the rows of the table `rows` for which the condition is true; the connection must be locked.
 * @returns the former number of each row that is left
 */
export const filterRows = async (
  database: Database,
  { where, columns, file, rowCount }: Filter,
): Promise<Int32Array> => {
  const { connection } = database
  const invalid = (reason: string, cause?: unknown): Error =>
    tableErrors.error(
      'where-invalid',
      { where: JSON.stringify(where), reason, found: listNames(columns) },
      { file, cause },
    )
  const condition = await parseCondition(connection, where)
  if (condition.problem !== undefined) throw invalid(condition.problem)

  const names = viewNames(columns)
  const cells = await Promise.all(
    names.map(async (name, index) => {
      const isUsed = condition.names.has(name.toLowerCase())
      const typed = isUsed ? await typedCell(connection, `c${index}`) : `c${index}`
      return `${typed} as ${quotedName(name)}, c${index} as ${cellAlias(index)}`
    }),
  )
  const kept = cellNames(columns.length).map((name, index) => `${cellAlias(index)} as ${name}`)
  try {
    await connection.run(
      `create table kept as select ${kept.join(', ')}, ${ROW} as origin
       from (select rowid as ${ROW}, ${cells.join(', ')} from rows) where (\n${where}\n)`,
    )
  } catch (error) {
    const unknown = /Referenced column "([^"]+)" not found/.exec(String(error))?.[1]
    if (unknown !== undefined && !where.includes(`"${unknown}"`))
      throw missingColumn(unknown, columns, file)
    const hint = unknown === undefined ? '' : ' (text stands in single quotes)'
    throw invalid(reasonOf(error) + hint, error)
  }
  const origin: number[] = []
  for await (const [numbers = []] of streamColumns(database, 'select origin from kept'))
    for (const number of numbers) origin.push(Number(number))
  if (origin.length === 0)
    throw tableErrors.error(
      'where-empty',
      { where: JSON.stringify(where), rows: rowCount, file },
      { file },
    )
  await connection.run('drop table rows')
  await connection.run('alter table kept drop column origin')
  await connection.run('alter table kept rename to rows')
  return Int32Array.from(origin)
}

/** Column names of SQL are the same in capitals; the second of two gets a number. */
const viewNames = (columns: readonly string[]): readonly string[] => {
  const taken = new Set<string>()
  return columns.map((column) => {
    let name = column
    for (let count = 2; taken.has(name.toLowerCase()); count++) name = `${column}.${count}`
    taken.add(name.toLowerCase())
    return name
  })
}

const INTEGER = String.raw`[+-]?\d+`
const NUMBER = String.raw`[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?`
const DATE = String.raw`\d{4}-\d{1,2}-\d{1,2}`
const TIME = String.raw`${DATE}([ T]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?Z?)?`

/** Types in the order in which they are tried: what all cells must look like, and become. */
const types = [
  ['hugeint', INTEGER],
  ['double', NUMBER],
  ['date', DATE],
  ['timestamp', TIME],
] as const

/** Most columns show in so many rows that they are not of a type. */
const SAMPLE_ROWS = 2000

/** SQL for the cell in the first type that all cells of its column have, else as text; empty cells are null. */
const typedCell = async (connection: DuckDBConnection, cell: string): Promise<string> => {
  // What programs write for a missing number. NaN would be greater than every number in SQL.
  const value = `nullif(nullif(upper(trim(${cell})), ''), 'NAN')`
  const fits = async (from: string, [type, pattern]: (typeof types)[number]): Promise<boolean> => {
    const isOther = `not regexp_full_match(v, ${quoted(pattern)}, 'i') or try_cast(v as ${type}) is null`
    const [filled, others] = await firstRow(
      connection,
      `select count(v), count(*) filter (v is not null and (${isOther}))
       from (select ${value} as v from ${from})`,
    )
    return Number(others) === 0 && (from !== 'rows' || Number(filled) > 0)
  }
  for (const each of types)
    if ((await fits(`(from rows limit ${SAMPLE_ROWS})`, each)) && (await fits('rows', each)))
      return `try_cast(${value} as ${each[0]})`
  return `nullif(${cell}, '')`
}

interface Condition {
  /** What forbids its use. */
  readonly problem?: string
  /** Names of columns in it, in lower case. */
  readonly names: ReadonlySet<string>
}

/** Functions that give other rows at the next reading. */
const UNREPEATABLE = /^(random|setseed|uuid\w*|gen_random_uuid|nextval|currval)$/i

const SEVERAL = 'it is more than one condition'

/** Has DuckDB parse the condition, without running it, and looks at what it is made of. */
const parseCondition = async (connection: DuckDBConnection, where: string): Promise<Condition> => {
  const names = new Set<string>()
  if (where.trim() === '') return { problem: 'it is empty', names }
  const sql = `select 1 from rows where (\n${where}\n)`
  const [text] = await firstRow(connection, `select json_serialize_sql(${quoted(sql)})`)
  const parsed = JSON.parse(String(text)) as unknown
  const root = recordOf(parsed)
  if (root['error'] === true) {
    const message = String(root['error_message'])
    return { problem: message.startsWith('Only SELECT') ? SEVERAL : message, names }
  }
  const statements = listOf(root['statements'])
  const node = recordOf(recordOf(statements[0])['node'])
  const isBare =
    statements.length === 1 &&
    node['type'] === 'SELECT_NODE' &&
    recordOf(node['from_table'])['type'] === 'BASE_TABLE' &&
    [node['modifiers'], node['group_expressions']].every((list) => listOf(list).length === 0) &&
    [node['having'], node['qualify'], node['sample']].every((clause) => clause === null)
  if (!isBare) return { problem: SEVERAL, names }
  let problem: string | undefined
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(visit)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return
    const each = recordOf(value)
    const name = typeof each['function_name'] === 'string' ? each['function_name'] : ''
    if (each['class'] === 'SUBQUERY') problem ??= 'it has a query of its own'
    else if (each['class'] === 'STAR') problem ??= 'it names all columns at once'
    else if (UNREPEATABLE.test(name)) problem ??= `${name}() gives other rows every time`
    else if (each['class'] === 'COLUMN_REF')
      for (const part of listOf(each['column_names'])) names.add(String(part).toLowerCase())
    Object.values(each).forEach(visit)
  }
  visit(node['where_clause'])
  return problem === undefined ? { names } : { problem, names }
}

const recordOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
