// Parquet files, through DuckDB: every value as text, nested ones as JSON. A record cannot be broken on its own here.

import { tableErrors } from './errors.ts'
import { columnNames } from './names.ts'
import { loadParquet } from './store.ts'

import type { Reader } from './reader.ts'

export const readParquet: Reader = async (file) => {
  const { store, names: given } = await loadParquet(file).catch((error: unknown) => {
    const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)
    throw tableErrors.error('parquet-broken', { file, reason }, { file, cause: error })
  })
  const { names, warnings } = columnNames(given)
  if (store.rowCount === 0) {
    store.close()
    throw tableErrors.error('no-rows', { file, columns: names.join(', ') }, { file })
  }
  return {
    columns: names,
    store,
    lineOfRow: undefined,
    report: {
      format: 'parquet',
      encoding: 'binary',
      bom: false,
      delimiter: '',
      lineEnding: 'none',
      hasHeader: true,
      records: store.rowCount,
      used: store.rowCount,
      repaired: [],
      reported: [],
      blankLines: 0,
      warnings,
    },
  }
}
