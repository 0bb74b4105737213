// What each column of a table holds, with the evidence, so that a wrong guess can be seen and overridden.

import { oneHotValue, type LabelFormat } from '../labels/format.ts'
import { columnFacts, guessedRows, shorten } from './facts.ts'
import { kinds } from './kinds.ts'

import type { ColumnFacts, ColumnSource, FactsOptions } from './facts.ts'
import type { ColumnKind } from './kind.ts'

export interface ColumnGuess {
  readonly name: string
  readonly kind: ColumnKind
  /** A sentence with the evidence. */
  readonly reason: string
  /** Three cells, cut short. */
  readonly samples: readonly string[]
  /** Share of rows without a value. */
  readonly missing: number
  /** How to read the column as labels; on other kinds, how it would be read if it were chosen. */
  readonly labels?: LabelFormat
  /** How good a column of its kind it is; more is better. */
  readonly weight: number
}

const SAMPLE_CHARS = 80
/** A query for some rows looks through all of them: fewer queries, but not all columns of a wide table in memory. */
const COLUMNS_AT_ONCE = 16
/** Fewer 0/1 columns in a row are flags, not labels. */
const MIN_ONE_HOT = 3

/** Guesses the kind of every column of `table`; file names are looked up in `folder`. */
export const guessColumns = async (
  table: ColumnSource,
  options: FactsOptions,
): Promise<readonly ColumnGuess[]> => {
  const guesses: ColumnGuess[] = []
  const areFlags: boolean[] = []
  const rows = guessedRows(table.rowCount)
  for (let start = 0; start < table.columns.length; start += COLUMNS_AT_ONCE) {
    const names = table.columns.slice(start, start + COLUMNS_AT_ONCE)
    const columns = await table.texts(names, rows)
    for (const [index, name] of names.entries()) {
      const facts = await columnFacts(table, name, { ...options, texts: columns[index]! })
      guesses.push(await guessColumn(facts))
      areFlags.push(isFlags(facts))
    }
  }
  return markOneHot(guesses, areFlags)
}

const guessColumn = async (facts: ColumnFacts): Promise<ColumnGuess> => {
  const { name, cells, missing } = facts
  const middle = Math.floor(cells.length / 2)
  const picked = [...new Set([cells[0], cells[middle], cells.at(-1)])]
  const samples = picked
    .filter((cell) => cell !== undefined)
    .map((cell) => shorten(cell, SAMPLE_CHARS))
  const labels: LabelFormat = facts.labels?.format ?? { kind: 'single' }
  for (const { kind, judge } of kinds) {
    const verdict = await judge(facts)
    if (verdict !== undefined)
      return { name, kind, samples, missing, labels, weight: 0, ...verdict }
  }
  throw new TypeError('the last kind claims every column')
}

const isFlags = ({ cells }: ColumnFacts): boolean =>
  cells.length > 0 &&
  cells.every((cell) => /^[01](\.0)?$/.test(cell.trim()) && oneHotValue(cell) !== undefined)

/** What something has or is, in the way of a feature and not of a label. */
const FEATURE_NAME = /^(is|has|had|was|can|with|allows?|includes?)(?=[_\s-]|[A-Z])/

/** Three or more 0/1 columns side by side are one target, a column per label, unless their names say that they are features. */
const markOneHot = (
  guesses: readonly ColumnGuess[],
  areFlags: readonly boolean[],
): readonly ColumnGuess[] =>
  guesses.map((guess, index) => {
    if (areFlags[index] !== true) return guess
    let first = index
    while (areFlags[first - 1] === true) first--
    let last = index
    while (areFlags[last + 1] === true) last++
    const size = last - first + 1
    const labels = { kind: 'one-hot' } as const
    const run = guesses.slice(first, last + 1)
    const features = run.filter(({ name }) => FEATURE_NAME.test(name)).length
    if (size < MIN_ONE_HOT || 2 * features > size) return { ...guess, labels }
    const from = guesses[first]?.name ?? ''
    const reason = `one of ${size} columns of 0 and 1, from ${from} to ${guesses[last]?.name ?? ''}`
    return { ...guess, kind: 'labels', reason, labels, weight: 0 }
  })
