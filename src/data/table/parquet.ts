// Parquet files, through DuckDB: every value as text, nested ones as JSON. Bytes stay in the file until they are asked
// for; that includes pictures as Hugging Face stores them, `{bytes, path}`.

import { MedleyError } from '../../base/errors.ts'
import { countRows, quotedName, quotedPath, reasonOf } from './database.ts'
import { tableErrors } from './errors.ts'
import { columnNames } from './names.ts'
import { binaryReport } from './report.ts'
import { columnExpressions } from './typed-columns.ts'

import type { Part, Reader } from './reader.ts'

export const readParquet: Reader = async (file, _options, { connection, into }) => {
  const source = `read_parquet(${quotedPath(file)}, file_row_number = true)`
  try {
    const described = await connection.runAndReadAll(
      `describe select * from read_parquet(${quotedPath(file)})`,
    )
    const given = described.getRows().map(([name, type]) => ({
      name: typeof name === 'string' ? name : '',
      type: typeof type === 'string' ? type : '',
    }))
    const expressions = given.map(({ name, type }) => columnExpressions(quotedName(name), type))
    const texts = expressions.map(({ text }, index) => `${text} as c${index}`)
    await connection.run(`create table ${into} as select ${texts.join(', ')} from ${source}`)
    const rowCount = await countRows(connection, into)
    const { names, warnings } = columnNames(given.map(({ name }) => name))
    if (rowCount === 0)
      throw tableErrors.error('no-rows', { file, columns: names.join(', ') }, { file })
    const bytes = new Map<number, string>()
    for (const [index, expression] of expressions.entries())
      if (expression.bytes !== undefined)
        bytes.set(index, `select file_row_number as n, ${expression.bytes} as b from ${source}`)
    return {
      columns: names,
      rowCount,
      lineOfRow: undefined,
      report: binaryReport('parquet', rowCount, warnings),
      bytes,
      byteFiles: bytes.size === 0 ? [] : [file],
    } satisfies Part
  } catch (error) {
    if (error instanceof MedleyError) throw error
    throw tableErrors.error(
      'parquet-broken',
      { file, reason: reasonOf(error) },
      { file, cause: error },
    )
  }
}
