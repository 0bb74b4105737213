// What could not be read of a table, as sentences and as JSON: the same for train, predict and evaluate.
import type { BadCell } from '../model/preprocessing.ts'

/** How many rows are named one by one. */
const NAMED_ROWS = 5

/** How many rows have cells that cannot be read, as a clause. */
export const countProblems = (bad: readonly BadCell[]): string => {
  const rows = new Set(bad.map(({ row }) => row)).size
  return rows === 1
    ? '1 row has a cell that cannot be read'
    : `${rows} rows have a cell that cannot be read`
}

/**
 * The first rows with a problem, each with all of its problems, and how many more there are.
 *
 * @param where - ends the last sentence: where the others are named
 */
export const describeProblems = (bad: readonly BadCell[], where = ''): readonly string[] => {
  const messages = new Map<number, string[]>()
  for (const { row, message } of bad) {
    const own = messages.get(row)
    if (own) own.push(message)
    else messages.set(row, [message])
  }
  const more = messages.size - NAMED_ROWS
  return [
    ...[...messages].slice(0, NAMED_ROWS).map(([row, own]) => `Row ${row + 1}: ${own.join('; ')}.`),
    ...(more > 0
      ? [`${more} more ${more === 1 ? 'row has' : 'rows have'} a problem${where && `; ${where}`}.`]
      : []),
  ]
}

/** Rows and pictures are counted from 1 where people read them. */
export const countedFromOne = ({ row, slot, ...bad }: BadCell): BadCell => ({
  row: row + 1,
  ...(slot !== undefined && { slot: slot + 1 }),
  ...bad,
})
