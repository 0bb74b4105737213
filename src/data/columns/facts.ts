// What can be said about a column from a sample of its cells; every kind judges by the same facts.

import { access } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'

import { detectLabels, type DetectedLabels } from '../labels/detect.ts'

export interface ColumnFacts {
  readonly name: string
  /** Non-empty cells of the sampled rows. */
  readonly cells: readonly string[]
  /** Share of all rows without a value. */
  readonly missing: number
  readonly distinct: number
  readonly meanWords: number
  /** Several labels per cell, if that is what the cells look like. */
  readonly labels: DetectedLabels | undefined
  /** Share of the sampled cells that match. */
  readonly share: (pattern: RegExp) => number
  /** How many of these files exist in the table's folder. */
  readonly countFiles: (names: readonly string[]) => Promise<number>
}

export interface FactsOptions {
  /** Folder that relative file names start from. */
  readonly folder: string
}

/** Rows looked at, spread evenly over the table. */
const SAMPLE_ROWS = 4000

/** The part of a table that guessing needs. */
export interface ColumnSource {
  readonly columns: readonly string[]
  readonly rowCount: number
  /** Cells of a column in row order, in pieces: a column may be larger than memory. */
  columnChunks(name: string): AsyncIterable<readonly (string | null)[]>
}

export const columnFacts = async (
  source: ColumnSource,
  name: string,
  { folder }: FactsOptions,
): Promise<ColumnFacts> => {
  const step = Math.max(1, source.rowCount / SAMPLE_ROWS)
  const cells: string[] = []
  let missing = 0
  let row = 0
  let next = 0
  for await (const chunk of source.columnChunks(name))
    for (const cell of chunk) {
      const isMissing = cell === null || cell.trim() === ''
      if (isMissing) missing++
      if (row++ < Math.floor(next)) continue
      next += step
      if (!isMissing) cells.push(cell)
    }
  return {
    name,
    cells,
    missing: row === 0 ? 0 : missing / row,
    distinct: new Set(cells).size,
    meanWords:
      cells.length === 0
        ? 0
        : cells.reduce((sum, cell) => sum + countWords(cell), 0) / cells.length,
    labels: detectLabels(cells),
    share: (pattern) =>
      cells.length === 0
        ? 0
        : cells.filter((cell) => pattern.test(cell.trim())).length / cells.length,
    countFiles: async (names) => {
      const found = await Promise.all(names.map((file) => exists(folder, file)))
      return found.filter(Boolean).length
    },
  }
}

/** Words, counting each ideograph of scripts without spaces as half a word. */
const countWords = (cell: string): number => {
  const spaced = cell.trim().split(/\s+/).length
  const ideographs = cell.match(/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/gu)
  return Math.max(spaced, (ideographs?.length ?? 0) / 2)
}

const exists = (folder: string, file: string): Promise<boolean> =>
  access(isAbsolute(file) ? file : join(folder, file)).then(
    () => true,
    () => false,
  )

/** A share for a sentence: `98 %`. */
export const percent = (share: number): string =>
  `${share > 0.99 && share < 1 ? '> 99' : Math.round(100 * share)} %`

/** The first cells, cut short, in quotes. */
export const quoteSome = (cells: Iterable<string>, count: number): string =>
  [...cells]
    .slice(0, count)
    .map((cell) => `"${shorten(cell, 24)}"`)
    .join(', ')

export const shorten = (text: string, chars: number): string =>
  text.length <= chars ? text : `${text.slice(0, chars).replace(/[\ud800-\udbff]$/, '')}…`
