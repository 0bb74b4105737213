// A split by date: the oldest rows train, the newest test, as a model in use will meet rows that are newer than those
// that it has learned from.
import { isBlank } from '../tabular/cells.ts'
import { findDateOrder, parseDate } from '../tabular/parse-date.ts'
import { splitErrors } from './errors.ts'
import { DEFAULT_FRACTIONS, partSizes } from './split.ts'

import type { DateParts } from '../tabular/parse-date.ts'
import type { Split } from './split.ts'

export interface TimeSplit {
  readonly split: Split
  /** Rows without a readable date; they train. */
  readonly undated: number
  /** The first cell of the validation and of the test rows. */
  readonly from: { readonly validation: string; readonly test: string }
}

export interface TimeSplitOptions {
  /** The column, for messages. */
  readonly column: string
  readonly fractions?: readonly [number, number, number] | undefined
}

/**
 * Splits rows by a column of dates. Rows of equal dates stay together, so part sizes are the nearest that dates allow.
 *
 * @throws split.too-few-dates, split.bad-fractions
 */
export const splitByTime = (
  cells: readonly (string | null)[],
  { column, fractions = DEFAULT_FRACTIONS }: TimeSplitOptions,
): TimeSplit => {
  const [, validation, test] = partSizes(cells.length, fractions)
  const times = timesOf(cells)
  const dated = [...times.keys()].filter((row) => !Number.isNaN(times[row]))
  dated.sort((a, b) => times[a]! - times[b]! || a - b)
  /** Where the date changes: the only places to cut. */
  const cuts = [...dated.keys()].filter(
    (index) => index > 0 && times[dated[index]!] !== times[dated[index - 1]!],
  )
  const dates = cuts.length + Math.min(1, dated.length)
  if (cuts.length < 2) throw splitErrors.error('too-few-dates', { column, dates })
  const wanted = [dated.length - validation! - test!, dated.length - test!] as const
  const first = nearest(cuts.slice(0, -1), wanted[0])
  const second = nearest(
    cuts.filter((cut) => cut > first),
    wanted[1],
  )
  const isUndated = [...times.keys()].filter((row) => Number.isNaN(times[row]))
  const from = (cut: number): string => cells[dated[cut]!]!.trim()
  return {
    split: {
      train: Int32Array.from([...dated.slice(0, first), ...isUndated]).sort(),
      validation: Int32Array.from(dated.slice(first, second)).sort(),
      test: Int32Array.from(dated.slice(second)).sort(),
    },
    undated: isUndated.length,
    from: { validation: from(first), test: from(second) },
  }
}

const nearest = (cuts: readonly number[], wanted: number): number =>
  cuts.reduce((best, cut) => (Math.abs(cut - wanted) < Math.abs(best - wanted) ? cut : best))

/** Numbers in the order of time; NaN where there is no readable date. */
const timesOf = (cells: readonly (string | null)[]): Float64Array => {
  const { order } = findDateOrder(cells)
  const dates = Float64Array.from(cells, (cell) => {
    const date = isBlank(cell) ? null : parseDate(cell, { order })
    return date ? comparable(date) : NaN
  })
  // Seconds since 1970, day numbers and the like are in order as they are, whatever they count.
  const numbers = Float64Array.from(cells, (cell) => (isBlank(cell) ? NaN : Number(cell)))
  return known(numbers) > known(dates) ? numbers : dates
}

const known = (times: Float64Array): number =>
  times.reduce((count, time) => count + (Number.isNaN(time) ? 0 : 1), 0)

/** What a date does not tell counts as its start: 1999 is before 1999-02. */
const comparable = ({ year, month = 1, day = 1, hour = 0 }: DateParts): number =>
  ((year * 12 + month) * 31 + day) * 24 + hour
