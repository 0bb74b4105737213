// Columns with types of their own (Parquet, DuckDB) as text, and which of them hold bytes.

export interface ColumnExpressions {
  /** SQL for the cell as text; of bytes, what they are. */
  readonly text: string
  /** SQL for the cell's bytes, where it may have some. */
  readonly bytes?: string
}

/** The first 12 bytes of pictures, in hexadecimal, as patterns that DuckDB and JavaScript read alike. */
const pictures = [
  ['^FFD8FF', 'JPEG'],
  ['^89504E47', 'PNG'],
  ['^47494638', 'GIF'],
  ['^52494646.{8}57454250', 'WebP'],
  ['^(49492A00|4D4D002A)', 'TIFF'],
  ['^.{8}66747970617669', 'AVIF'],
] as const
const HEAD_BYTES = 12

/**
 * @param column - the quoted name
 * @param type - as DuckDB describes it
 */
export const columnExpressions = (column: string, type: string): ColumnExpressions => {
  if (type === 'BLOB') return { text: describeBytes(column), bytes: column }
  if (type === 'BLOB[]') return { text: describeBytes(`${column}[1]`), bytes: `${column}[1]` }
  if (type.startsWith('STRUCT(') && /[( ]"?bytes"? BLOB[,)]/.test(type)) {
    // A list of pictures counts as its first, as lists of paths do.
    const first = type.endsWith('[]') ? `${column}[1]` : column
    const bytes = `${first}.bytes`
    const path = /[( ]"?path"? VARCHAR[,)]/.test(type) ? `${first}.path` : 'null'
    return { text: `coalesce(${describeBytes(bytes)}, ${path})`, bytes }
  }
  const isNested = /\[|^STRUCT|^MAP|^UNION/.test(type)
  return { text: `${isNested ? `to_json(${column})` : column}::varchar` }
}

/** `<JPEG, 1234 bytes>`, as `bytesText` writes it. */
const describeBytes = (bytes: string): string => {
  const cases = pictures.map(
    ([pattern, name]) =>
      `when regexp_matches(hex(${bytes}[1:${HEAD_BYTES}]), '${pattern}') then '${name}, '`,
  )
  return `('<' || case ${cases.join(' ')} else '' end || octet_length(${bytes}) || ' bytes>')`
}

/** What a cell of bytes is, as text. */
export const bytesText = (bytes: Uint8Array): string => {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(HEAD_BYTES, bytes.length))
  const hex = head.toString('hex').toUpperCase()
  const found = pictures.find(([pattern]) => new RegExp(pattern).test(hex))
  return `<${found === undefined ? '' : `${found[1]}, `}${bytes.length} bytes>`
}
