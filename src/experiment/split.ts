// How rows are split: settings in an experiment, and what a user's wishes make of them.
import * as z from 'zod'

import { splitErrors } from '../data/split/errors.ts'
import { DEFAULT_FRACTIONS } from '../data/split/split.ts'

const fractions = z.tuple([z.number(), z.number(), z.number()])

/**
 * Whether to look for copies: a split made here keeps them on one side, another one is reported on. Absent in experiments of
 * before there was such a look, which keep their split.
 */
const checkDuplicates = z.boolean().optional()
/** A column; rows with the same cell stay on one side. */
const group = z.string().min(1).optional()

export const splitSettings = z.union([
  z.strictObject({ column: z.string(), checkDuplicates }),
  z.strictObject({ time: z.string().min(1), fractions, checkDuplicates }),
  z.strictObject({
    /** From 1: this fold tests, the next one validates, the rest trains. */
    fold: z.int().positive(),
    folds: z.int().positive(),
    group,
    checkDuplicates,
  }),
  z.strictObject({ fractions, group, checkDuplicates }),
])

export type SplitSettings = Readonly<z.infer<typeof splitSettings>>

export interface SplitWishes {
  /** The column that says train, validation or test. */
  readonly split?: string | undefined
  /** A column of dates: the oldest rows train, the newest test. */
  readonly splitByTime?: string | undefined
  /** Shares of training, validation and test rows. */
  readonly splitFractions?: readonly [number, number, number] | undefined
  readonly fold?: { readonly fold: number; readonly folds: number } | undefined
  /** A column; rows with the same cell stay on one side. */
  readonly group?: string | undefined
  readonly checkDuplicates?: boolean | undefined
}

/** Of a table: as the column says that was found in it, else at random; copies are looked for. */
export const usualSplit = (column: string | undefined): SplitSettings => ({
  ...(column === undefined ? { fractions: [...DEFAULT_FRACTIONS] } : { column }),
  checkDuplicates: true,
})

/** What each wish is called where people can see it. */
const names = {
  split: '--split',
  splitByTime: '--split-by-time',
  fold: '--fold',
  splitFractions: '--split-fractions',
  group: '--group',
} as const
type Named = keyof typeof names

const clashes: readonly (readonly [Named, Named])[] = [
  ['split', 'splitByTime'],
  ['split', 'fold'],
  ['split', 'splitFractions'],
  ['split', 'group'],
  ['splitByTime', 'fold'],
  ['splitByTime', 'group'],
  ['fold', 'splitFractions'],
]

/**
 * The settings that the wishes make of a split that was guessed or is in an experiment file.
 *
 * @throws split.clash
 */
export const chooseSplit = (current: SplitSettings, wishes: SplitWishes): SplitSettings => {
  for (const [first, second] of clashes)
    if (wishes[first] !== undefined && wishes[second] !== undefined)
      throw splitErrors.error('clash', { first: names[first], second: names[second] })
  const isChecked = wishes.checkDuplicates ?? current.checkDuplicates
  return {
    ...chosenSplit(current, wishes),
    ...(isChecked !== undefined && { checkDuplicates: isChecked }),
  }
}

const chosenSplit = (
  current: SplitSettings,
  { split, splitByTime, splitFractions, fold, group: wishedGroup }: SplitWishes,
): SplitSettings => {
  const ownFractions = 'fractions' in current ? current.fractions : DEFAULT_FRACTIONS
  const [train, validation, test] = splitFractions ?? ownFractions
  const shares: [number, number, number] = [train, validation, test]
  const groupName = wishedGroup ?? ('group' in current ? current.group : undefined)
  const grouped = groupName === undefined ? {} : { group: groupName }
  if (split !== undefined) return { column: split }
  if (splitByTime !== undefined) return { time: splitByTime, fractions: shares }
  if (fold !== undefined) return { ...fold, ...grouped }
  if (splitFractions === undefined && wishedGroup === undefined) return current
  if ('time' in current && wishedGroup === undefined) return { ...current, fractions: shares }
  if ('fold' in current && splitFractions === undefined) return { ...current, ...grouped }
  return { fractions: shares, ...grouped }
}
