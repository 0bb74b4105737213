// Rows that are the same but for their name. A copy in the test rows makes scores look better than they are.
import type { Table } from '../../data/table/table.ts'

export interface Duplicates {
  /** Rows that repeat an earlier one. */
  readonly rows: number
  /** The first few, as 1-based rows: [first, copy, ...]. */
  readonly groups: readonly (readonly number[])[]
}

const MOST_GROUPS = 5
const FNV_PRIME = 0x01000193
/** Two hashes of 32 bits, of which 53 bits fit a number: a chance collision in ten million rows is unlikely. */
const STARTS = [0x811c9dc5, 0x2b5ad1c3] as const
/** Between cells, so that "ab","c" and "a","bc" differ. */
const CELL_END = 0x1f

/** Compares all columns but `id`. */
export const findDuplicates = async (table: Table, id: string | undefined): Promise<Duplicates> => {
  const hashes = STARTS.map((start) => new Uint32Array(table.rowCount).fill(start))
  const [first, second] = hashes as [Uint32Array, Uint32Array]
  for (const name of table.columns) {
    if (name === id) continue
    let row = -1
    for await (const cells of table.columnChunks(name))
      for (const cell of cells) {
        row += 1
        let a = first[row]!
        let b = second[row]!
        const text = cell ?? ''
        for (let index = 0; index < text.length; index++) {
          const unit = text.charCodeAt(index)
          a = Math.imul(a ^ unit, FNV_PRIME)
          b = Math.imul(b ^ (unit + 1), FNV_PRIME)
        }
        first[row] = Math.imul(a ^ CELL_END, FNV_PRIME)
        second[row] = Math.imul(b ^ CELL_END, FNV_PRIME)
      }
  }
  const keys = Float64Array.from(first, (a, row) => a * 2 ** 21 + (second[row]! >>> 11))
  const seen = new Map<number, number>()
  const groups = new Map<number, number[]>()
  for (const [row, key] of keys.entries()) {
    const earlier = seen.get(key)
    if (earlier === undefined) seen.set(key, row + 1)
    else (groups.get(key) ?? setNew(groups, key, [earlier])).push(row + 1)
  }
  const repeated = [...groups.values()]
  return {
    rows: repeated.reduce((total, rows) => total + rows.length - 1, 0),
    groups: repeated.slice(0, MOST_GROUPS),
  }
}

const setNew = <Key, Value>(map: Map<Key, Value>, key: Key, value: Value): Value => {
  map.set(key, value)
  return value
}
