// A table in memory, for guesses about its columns.
import type { ColumnSource } from '../facts.ts'

export const columnSource = (
  columns: Readonly<Record<string, readonly (string | null)[]>>,
): ColumnSource => ({
  columns: Object.keys(columns),
  rowCount: Math.max(0, ...Object.values(columns).map((cells) => cells.length)),
  // eslint-disable-next-line @typescript-eslint/require-await -- a table's pieces come one by one
  columnChunks: async function* (name) {
    yield columns[name] ?? []
  },
})
