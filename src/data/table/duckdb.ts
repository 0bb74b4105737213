// One table of a DuckDB file. Views are left alone: they may read other files.

import { MedleyError } from '../../base/errors.ts'
import { countRows, quoted, quotedName, reasonOf } from './database.ts'
import { tableErrors } from './errors.ts'
import { columnNames } from './names.ts'
import { pickTable } from './pick-table.ts'
import { binaryReport } from './report.ts'
import { columnExpressions } from './typed-columns.ts'

import type { Part, Reader } from './reader.ts'

export const readDuckdb: Reader = async (file, { table }, { connection, into }) => {
  const rows = async (sql: string): Promise<string[][]> =>
    (await connection.runAndReadAll(sql)).getRows().map((row) => row.map(String))
  const schema = `${into}_file`
  try {
    await connection.run(`attach ${quoted(file)} as ${schema} (type duckdb, read_only)`)
    const found = await rows(
      `select schema_name, table_name from duckdb_tables()
       where database_name = '${schema}' and not internal order by 1, 2`,
    )
    const nameOf = ([owner = '', name = '']: readonly string[]): string =>
      owner === 'main' ? name : `${owner}.${name}`
    const picked = pickTable(file, found.map(nameOf), table)
    const [owner = '', name = ''] = found.find((each) => nameOf(each) === picked) ?? []
    const source = `${schema}.${quotedName(owner)}.${quotedName(name)}`
    const given = await rows(`describe ${source}`)
    const expressions = given.map(([column = '', type = '']) =>
      columnExpressions(quotedName(column), type),
    )
    const texts = expressions.map(({ text }, index) => `${text} as c${index}`)
    const binary = expressions.flatMap(({ bytes }, index) =>
      bytes === undefined ? [] : [{ index, sql: `${bytes} as b${index}` }],
    )
    await connection.run(`create table ${into} as select ${texts.join(', ')} from ${source}`)
    if (binary.length > 0)
      await connection.run(
        `create table ${into}_bytes as select ${binary.map(({ sql }) => sql).join(', ')} from ${source}`,
      )
    await connection.run(`detach ${schema}`)
    const rowCount = await countRows(connection, into)
    const { names, warnings } = columnNames(given.map(([column = '']) => column))
    if (rowCount === 0)
      throw tableErrors.error('no-rows', { file, columns: names.join(', ') }, { file })
    return {
      columns: names,
      rowCount,
      lineOfRow: undefined,
      report: binaryReport('duckdb', rowCount, warnings),
      bytes: storedBytes(
        into,
        binary.map(({ index }) => index),
      ),
    } satisfies Part
  } catch (error) {
    if (error instanceof MedleyError) throw error
    const details = { file, what: 'a DuckDB database', reason: reasonOf(error) }
    throw tableErrors.error('database-broken', details, { file, cause: error })
  }
}

/** Queries for bytes that were copied to a table of their own. */
export const storedBytes = (
  into: string,
  columns: readonly number[],
): ReadonlyMap<number, string> =>
  new Map(
    columns.map(
      (index) => [index, `select rowid as n, b${index} as b from ${into}_bytes`] as const,
    ),
  )
