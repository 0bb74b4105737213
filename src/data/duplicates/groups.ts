// Groups of rows as a column names them, and the groups of two sources in one. A group is named by its first row.
import { rowSets } from './sets.ts'

/** Groups of rows with the same non-empty cell. */
export const groupsByColumn = (cells: readonly (string | null)[]): Int32Array => {
  const firstOf = new Map<string, number>()
  return Int32Array.from(cells, (cell, row) => {
    const key = cell?.trim() ?? ''
    if (key === '') return row
    const first = firstOf.get(key)
    if (first === undefined) firstOf.set(key, row)
    return first ?? row
  })
}

/** Groups that hold both: rows together in one of the two stay together. */
export const joinGroups = (a: Int32Array, b: Int32Array): Int32Array => {
  const sets = rowSets(a.length)
  for (const groups of [a, b]) for (const [row, first] of groups.entries()) sets.join(row, first)
  return sets.firsts()
}
