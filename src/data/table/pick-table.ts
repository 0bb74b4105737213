// Which table of a database file is meant.

import { tableErrors } from './errors.ts'
import { listNames } from './names.ts'

/** The table named, or the only one there is. */
export const pickTable = (
  file: string,
  names: readonly string[],
  wanted: string | undefined,
): string => {
  const [first] = names
  if (first === undefined) throw tableErrors.error('no-tables', { file }, { file })
  if (wanted !== undefined) {
    const found =
      names.find((name) => name === wanted) ??
      names.find((name) => name.toLowerCase() === wanted.toLowerCase())
    if (found !== undefined) return found
    const details = { file, table: wanted, found: listNames(names) }
    throw tableErrors.error('table-missing', details, { file })
  }
  if (names.length > 1) {
    const details = { file, count: names.length, found: listNames(names) }
    throw tableErrors.error('table-choice', details, { file })
  }
  return first
}
