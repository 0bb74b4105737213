// Fields of categories: one feature per frequent level. Spellings that differ in case or spaces are one level, named by the
// commonest. Rare and unseen levels share a feature, if the training rows have enough rare ones to learn it from.
import * as z from 'zod'

import { isBlank, keyOf, saysNoValue } from './cells.ts'
import { commonFieldSchema, commonOf, countMissing, countsOf } from './field.ts'

import type { FieldKind } from './field.ts'

export const categoryFieldSchema = commonFieldSchema.extend({
  kind: z.literal('category'),
  /** From frequent to rare; features in this order. */
  levels: z.array(z.string()),
  hasOther: z.boolean(),
  /** Training rows with a rarer level. */
  otherRows: z.number(),
})
type CategoryField = Readonly<z.infer<typeof categoryFieldSchema>>

const MOST_LEVELS = 64
/** A level needs this many training rows, or 1 % of a small table, but never a single one. */
const ROWS_PER_LEVEL = 5
const FEWEST_ROWS = 2
const SMALL_SHARE = 0.01
/** Spellings remembered while reading; a column has few. */
const MOST_SPELLINGS = 20_000

interface Level {
  readonly spellings: Map<string, number>
  rows: number
}

const byCodePoint = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

const nameOf = ({ spellings }: Level): string =>
  [...spellings]
    .sort(([a, rowsOfA], [b, rowsOfB]) => rowsOfB - rowsOfA || byCodePoint(a, b))[0]![0]
    .trim()

export const category: FieldKind<CategoryField> = {
  fit: (field, cells) => {
    const counts = countsOf(cells)
    const spellings = new Map<string, number>()
    for (const cell of cells) {
      if (isBlank(cell) || saysNoValue(cell.trim())) countMissing(counts, cell, 'missing')
      else spellings.set(cell, (spellings.get(cell) ?? 0) + 1)
    }
    const byKey = new Map<string, Level>()
    for (const [spelling, rows] of spellings) {
      const key = keyOf(spelling)
      const level = byKey.get(key) ?? { spellings: new Map<string, number>(), rows: 0 }
      level.spellings.set(spelling, rows)
      level.rows += rows
      byKey.set(key, level)
    }
    const needed = Math.min(
      ROWS_PER_LEVEL,
      Math.max(FEWEST_ROWS, Math.ceil(SMALL_SHARE * counts.rows)),
    )
    const frequent = [...byKey]
      .filter(([, { rows }]) => rows >= needed)
      .sort(([a, left], [b, right]) => right.rows - left.rows || byCodePoint(a, b))
      .slice(0, MOST_LEVELS)
      .map(([, level]) => level)
    const otherRows =
      counts.rows - counts.missing - frequent.reduce((sum, { rows }) => sum + rows, 0)
    const hasOther = frequent.length > 0 && otherRows >= needed
    const isConstant = frequent.length + (hasOther ? 1 : 0) < 2
    const levels = isConstant ? [] : frequent.map(nameOf)
    const features = levels.map((level) => `${field.name}=${level}`)
    const rare = byKey.size > 1 && frequent.length === 0
    return {
      ...commonOf(field, {
        counts,
        features: [...features, ...(hasOther && !isConstant ? [`${field.name}=(other)`] : [])],
        notes: rare ? [`none of the ${byKey.size} values is in ${needed} training rows`] : [],
        plural: 'categories',
      }),
      kind: 'category',
      levels,
      hasOther: hasOther && !isConstant,
      otherRows,
    }
  },
  writer: ({ levels, hasOther }) => {
    const places = new Map(levels.map((level, index) => [keyOf(level), index]))
    const known = new Map<string, number>()
    const placeOf = (cell: string): number => {
      if (saysNoValue(cell.trim())) return MISSING
      return places.get(keyOf(cell)) ?? (hasOther ? levels.length : UNSEEN)
    }
    return (cell, { into, offset }) => {
      let place = known.get(cell)
      if (place === undefined) {
        place = placeOf(cell)
        if (known.size < MOST_SPELLINGS) known.set(cell, place)
      }
      if (place >= 0) into[offset + place] = 1
      return place === MISSING ? 'missing' : 'value'
    }
  },
  describe: ({ levels, hasOther, otherRows }) =>
    levels.length === 0
      ? 'a category'
      : `one of ${levels.length} categories (${levels.slice(0, 3).join(', ')}${levels.length > 3 ? ', …' : ''})` +
        (hasOther ? `, rarer ones together (${otherRows} rows)` : ''),
}

const MISSING = -2
const UNSEEN = -1
