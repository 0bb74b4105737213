// The model on rows that have the same inputs: how it does where something is missing.
import { bootstrapInterval, subsetStatistic } from '../metrics/index.ts'

import type { BootstrapOptions, Statistic } from '../metrics/index.ts'
import type { Pattern } from './schema.ts'

/** By input: [rows], 1 where a row has it. */
export type Presence = Readonly<Record<string, Uint8Array>>

/** With fewer rows a percentile interval is far too narrow, and most labels have no row. */
const FEWEST_ROWS = 30

interface PatternOptions extends BootstrapOptions {
  /** Of all rows. */
  readonly statistic: Statistic
  /** Labels of which some of the rows are true and some are not. */
  readonly labelsUsed: (rows: readonly number[]) => number | null
}

/** Scores by which inputs the rows have; the most frequent first. */
export const scorePatterns = (
  present: Presence,
  { statistic, labelsUsed, ...bootstrap }: PatternOptions,
): Pattern[] => {
  const names = Object.keys(present)
  const total = present[names[0] ?? '']?.length ?? 0
  const groups = new Map<string, number[]>()
  for (let row = 0; row < total; row++) {
    const key = names.map((name) => present[name]![row]).join('')
    const group = groups.get(key)
    if (group) group.push(row)
    else groups.set(key, [row])
  }
  return [...groups.values()]
    .toSorted((a, b) => b.length - a.length)
    .map((rows) => {
      const inputs = names.filter((name) => present[name]![rows[0]!] === 1)
      const labels_used = labelsUsed(rows)
      if (rows.length < FEWEST_ROWS) return { inputs, rows: rows.length, labels_used, score: null }
      const { value, low, high } = bootstrapInterval(
        rows.length,
        subsetStatistic(statistic, rows, total),
        bootstrap,
      )
      return { inputs, rows: rows.length, labels_used, score: { value, low, high } }
    })
}
