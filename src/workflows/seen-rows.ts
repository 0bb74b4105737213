// Which rows of a table a run has learned from: trained on, or stopped, calibrated and fused by (validation). Rows have no
// name that all tables agree on, so they are known by their content.
import { createHash } from 'node:crypto'

import { columnsOf } from '../experiment/schema.ts'

import type { Table } from '../data/table/table.ts'
import type { OpenedRun } from './open-run.ts'

/** A text of so many words is not written twice by chance. */
const FEWEST_WORDS = 5

/** Cells that more learned rows than this share with each other name no row. */
const MOST_REPEATED = 0.05

type Cells = readonly (string | null)[]

const wordsOf = (cell: string): readonly string[] =>
  cell.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []

interface Kinds {
  readonly texts: ReadonlySet<string>
  readonly pictures: ReadonlySet<string>
  /** Whether the two tables have all of the model's columns: some of the cells may agree by chance. */
  readonly isWhole: boolean
}

interface Keys {
  /** Each of its longer texts, and all of its cells together where a picture or a longer text is among them. */
  readonly own: readonly string[]
  /** All of its cells together: other rows may have the same by chance. */
  readonly common?: string | undefined
}

/** What a row is known by. */
const keysOf = (
  columns: ReadonlyMap<string, Cells>,
  row: number,
  { texts, pictures, isWhole }: Kinds,
): Keys => {
  const own: string[] = []
  let hasPicture = false
  for (const [name, column] of columns) {
    const cell = column[row] ?? null
    if (cell !== null && pictures.has(name)) hasPicture = true
    if (!texts.has(name)) continue
    const words = wordsOf(cell ?? '')
    if (words.length >= FEWEST_WORDS) own.push(words.join(' '))
  }
  const cells = [...columns.values()].map((column) => column[row] ?? null)
  if (!isWhole || cells.every((cell) => cell === null)) return { own }
  const whole = JSON.stringify(cells)
  return hasPicture || own.length > 0 ? { own: [...own, whole] } : { own, common: whole }
}

/** Bytes by their hash: their kind and length, which are their text, are those of many pictures. */
const read = async (
  table: Table,
  names: readonly string[],
): Promise<ReadonlyMap<string, Cells>> => {
  const columns = new Map<string, Cells>()
  for (const name of names) {
    if (!table.binaryColumns.includes(name)) {
      columns.set(name, await table.column(name))
      continue
    }
    const cells: (string | null)[] = []
    for await (const chunk of table.cellChunks(name))
      for (const cell of chunk)
        cells.push(
          cell instanceof Uint8Array ? createHash('sha256').update(cell).digest('base64') : cell,
        )
    columns.set(name, cells)
  }
  return columns
}

/** Keys of the learned rows; undefined where their cells are such that other rows have the same. */
const knownKeys = (learned: readonly Keys[]): ReadonlySet<string> | undefined => {
  const own = learned.flatMap((keys) => keys.own)
  const common = learned.flatMap((keys) => keys.common ?? [])
  const counts = new Map<string, number>()
  for (const key of common) counts.set(key, (counts.get(key) ?? 0) + 1)
  const repeated = common.filter((key) => counts.get(key)! > 1).length
  const known = new Set([...own, ...common])
  if (known.size === 0) return undefined
  return own.length === 0 && repeated > MOST_REPEATED * common.length ? undefined : known
}

/** Tells whether a run has seen a row of a table; undefined when their cells do not tell. */
export const seenBy = async (
  table: Table,
  {
    experiment,
    prepared,
    table: own,
  }: Pick<OpenedRun, 'experiment' | 'table'> & {
    readonly prepared: Pick<OpenedRun['prepared'], 'split'>
  },
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
  const named = (kind: 'text' | 'image'): ReadonlySet<string> =>
    new Set(inputs.flatMap((input) => (input.kind === kind ? [input.column] : [])))
  const kinds: Kinds = {
    texts: named('text'),
    pictures: named('image'),
    isWhole: shared.length === wanted.length,
  }
  if (!kinds.isWhole && !shared.some((name) => kinds.texts.has(name))) return undefined
  const ownCells = await read(own, shared)
  const known = knownKeys(learned.map((row) => keysOf(ownCells, row, kinds)))
  if (known === undefined) return undefined
  const cells = await read(table, shared)
  return (row) => {
    const keys = keysOf(cells, row, kinds)
    return [...keys.own, ...(keys.common === undefined ? [] : [keys.common])].some((key) =>
      known.has(key),
    )
  }
}
