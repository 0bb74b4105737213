// A table in memory, for guesses about its columns.
import type { ColumnSource } from '../facts.ts'

export const columnSource = (
  columns: Readonly<Record<string, readonly (string | null)[]>>,
): ColumnSource => ({
  columns: Object.keys(columns),
  rowCount: Math.max(0, ...Object.values(columns).map((cells) => cells.length)),
  texts: (names, rows) =>
    Promise.resolve(names.map((name) => rows.map((row) => columns[name]?.[row] ?? null))),
  countBlank: (name) =>
    Promise.resolve((columns[name] ?? []).filter((cell) => (cell ?? '').trim() === '').length),
})
