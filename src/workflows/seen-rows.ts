// Which rows of a table a run has learned from: trained on, or stopped, calibrated and fused by (validation). Rows have no
// name that all tables agree on, so they are known by their content.
import { columnsOf } from '../experiment/schema.ts'

import type { Table } from '../data/table/table.ts'
import type { OpenedRun } from './open-run.ts'

/** A text of so many words is not written twice by chance. */
const FEWEST_WORDS = 5

type Cells = readonly (string | null)[]

const wordsOf = (cell: string): readonly string[] =>
  cell.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []

/** What a row is known by: each of its longer texts, and all of its cells together. */
const keysOf = (
  columns: ReadonlyMap<string, Cells>,
  row: number,
  { texts, isWhole }: { readonly texts: ReadonlySet<string>; readonly isWhole: boolean },
): readonly string[] => {
  const keys: string[] = []
  const cells = [...columns.values()].map((column) => column[row] ?? null)
  if (isWhole && cells.some((cell) => cell !== null)) keys.push(JSON.stringify(cells))
  for (const [name, column] of columns) {
    if (!texts.has(name)) continue
    const words = wordsOf(column[row] ?? '')
    if (words.length >= FEWEST_WORDS) keys.push(words.join(' '))
  }
  return keys
}

const read = async (
  table: Table,
  names: readonly string[],
): Promise<ReadonlyMap<string, Cells>> => {
  const columns = new Map<string, Cells>()
  for (const name of names) columns.set(name, await table.column(name))
  return columns
}

/** Tells whether a run has seen a row of a table; undefined when the two have no columns in common to tell by. */
export const seenBy = async (
  table: Table,
  { experiment, prepared, table: own }: OpenedRun,
): Promise<((row: number) => boolean) | undefined> => {
  const { train, validation } = prepared.split
  const learned = [...train, ...validation]
  if ((await own.hash()) === (await table.hash())) {
    const rows = new Set(learned)
    return (row) => rows.has(row)
  }
  const inputs = Object.values(experiment.inputs)
  const wanted = [...new Set(inputs.flatMap((input) => columnsOf(input)))]
  const shared = wanted.filter((name) => table.columns.includes(name))
  const kinds = {
    texts: new Set(inputs.flatMap((input) => (input.kind === 'text' ? [input.column] : []))),
    // Some of the cells may agree by chance.
    isWhole: shared.length === wanted.length,
  }
  if (!kinds.isWhole && !shared.some((name) => kinds.texts.has(name))) return undefined
  const ownCells = await read(own, shared)
  const known = new Set(learned.flatMap((row) => keysOf(ownCells, row, kinds)))
  const cells = await read(table, shared)
  return (row) => keysOf(cells, row, kinds).some((key) => known.has(key))
}
