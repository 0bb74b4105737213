// Rows that are the same but for their name. A copy in the test rows makes scores look better than they are.
import type { Table } from '../../data/table/table.ts'

export interface Duplicates {
  /** Rows that repeat an earlier one. */
  readonly rows: number
  /** The first few, as 1-based rows: [first, copy, ...]. */
  readonly groups: readonly (readonly number[])[]
}

const MOST_GROUPS = 5

/** Compares all columns but `id`. */
export const findDuplicates = async (table: Table, id: string | undefined): Promise<Duplicates> => {
  const repeated = await table.repeatedRows(id === undefined ? [] : [id])
  return {
    rows: repeated.reduce((total, rows) => total + rows.length - 1, 0),
    groups: repeated.slice(0, MOST_GROUPS).map((rows) => rows.map((row) => row + 1)),
  }
}
