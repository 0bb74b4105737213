// What can be said about a column from a sample of its cells; every kind judges by the same facts.

import { access } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'

import { spellings } from '../image/path.ts'
import { detectLabels, type DetectedLabels } from '../labels/detect.ts'
import { labelNameWeight } from './label-name.ts'

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

/** Rows that guesses look at. */
export const guessedRows = (rowCount: number): readonly number[] =>
  spreadRows(rowCount, SAMPLE_ROWS)

/** At most so many rows, spread evenly over all. */
export const spreadRows = (rowCount: number, most: number): readonly number[] => {
  const step = Math.max(1, rowCount / most)
  return Array.from({ length: Math.min(rowCount, most) }, (_, index) => Math.floor(index * step))
}

/** The part of a table that guessing needs: not all cells, which may be larger than memory. */
export interface ColumnSource {
  readonly columns: readonly string[]
  readonly rowCount: number
  /** Cells of some 0-based rows, in this order, column by column. */
  texts(
    names: readonly string[],
    rows: readonly number[],
  ): Promise<readonly (readonly (string | null)[])[]>
  /** Rows in which the cell is empty or white space. */
  countBlank(name: string): Promise<number>
}

/** @param texts - cells of `guessedRows` */
export const columnFacts = async (
  source: ColumnSource,
  name: string,
  { folder, texts }: FactsOptions & { readonly texts: readonly (string | null)[] },
): Promise<ColumnFacts> => {
  const { rowCount } = source
  const cells = texts.filter((cell) => cell !== null && cell.trim() !== '') as string[]
  return {
    name,
    cells,
    missing: rowCount === 0 ? 0 : (await source.countBlank(name)) / rowCount,
    distinct: new Set(cells).size,
    meanWords:
      cells.length === 0
        ? 0
        : cells.reduce((sum, cell) => sum + countWords(cell), 0) / cells.length,
    labels: detectLabels(cells, { isNamed: labelNameWeight(name) > 0 }),
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

const exists = async (folder: string, file: string): Promise<boolean> => {
  for (const spelling of spellings(file)) {
    const isThere = await access(isAbsolute(spelling) ? spelling : join(folder, spelling)).then(
      () => true,
      () => false,
    )
    if (isThere) return true
  }
  return false
}

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
