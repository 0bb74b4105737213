// What a program may give for a row to predict, as the cells that a table would have.
import { modelErrors } from './errors.ts'
import { cellOfPictures } from '../data/image/cell.ts'

/**
 * A picture (path or encoded bytes), a list of pictures (paths), a text, a cell of the table, or nothing, by name. Of a list
 * as many count as the model looks at, the first in order; an empty one is nothing. A date is read in UTC.
 */
export type PredictionInput = Readonly<
  Record<
    string,
    string | number | boolean | Date | Uint8Array | readonly string[] | null | undefined
  >
>

// `Array.isArray` does not narrow readonly arrays.
export const isList = (value: unknown): value is readonly string[] => Array.isArray(value)

/** What came, in a few words: programs in plain JavaScript have no types that refuse it. */
const described = (value: unknown): string => {
  if (value === null || value === undefined) return String(value)
  if (isList(value)) return 'a list'
  if (value instanceof Date) return 'an invalid Date'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}

/** @throws model.row-invalid */
export const assertRow = (row: unknown): void => {
  const isRow =
    typeof row === 'object' && row !== null && !isList(row) && !(row instanceof Uint8Array)
  if (!isRow || row instanceof Date)
    throw modelErrors.error('row-invalid', {
      found: row instanceof Date ? 'a Date' : described(row),
    })
}

/** @throws model.cell-invalid */
export const cellOf = (
  name: string,
  value: PredictionInput[string],
): string | Uint8Array | null => {
  if (value === null || value === undefined) return null
  if (typeof value === 'string' || value instanceof Uint8Array) return value
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (isList(value)) return cellOfPictures(value)
  if (value instanceof Date && !Number.isNaN(value.getTime())) return value.toISOString()
  throw modelErrors.error('cell-invalid', { name, found: described(value) })
}
