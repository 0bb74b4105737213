// Options that say which rows train and which judge.
import { InvalidArgumentError, Option } from 'commander'

import type { Command } from 'commander'
import type { PlanOptions } from '../workflows/plan.ts'

type Fractions = NonNullable<PlanOptions['splitFractions']>
type Fold = NonNullable<PlanOptions['fold']>

export interface SplitFlags {
  readonly splitFractions?: Fractions
  readonly splitByTime?: string
  readonly group?: string
  readonly fold?: Fold
  readonly keepDuplicatesTogether?: true
  readonly duplicateCheck?: boolean
}

/** `0.7,0.15,0.15` */
const fractions = (text: string): Fractions => {
  const [train = NaN, validation = NaN, test = NaN, ...more] = text
    .split(',')
    .map((part) => (part.trim() === '' ? NaN : Number(part)))
  const all = [train, validation, test]
  const isWhole = Math.abs(train + validation + test - 1) < 1e-6
  if (more.length > 0 || !isWhole || !all.every((share) => share > 0))
    throw new InvalidArgumentError(
      'Expected the shares of training, validation and test rows, such as 0.7,0.15,0.15.',
    )
  return [train, validation, test]
}

/** `2/5` */
const fold = (text: string): Fold => {
  const [, first, second] = /^(\d+)\/(\d+)$/.exec(text.trim()) ?? []
  const found = { fold: Number(first), folds: Number(second) }
  if (!(found.fold >= 1 && found.fold <= found.folds && found.folds >= 3))
    throw new InvalidArgumentError('Expected K/N, fold K of N, with at least 3 folds: such as 1/5.')
  return found
}

export const declareSplit = (command: Command): Command =>
  command
    .option(
      '--split-fractions <shares>',
      'of training, validation and test rows (default: 0.8,0.1,0.1)',
      fractions,
    )
    .option('--split-by-time <column>', 'the oldest rows train, the newest test')
    .option('--group <column>', 'rows with the same value stay on one side of the split')
    .option('--fold <k/n>', 'cross-validation: fold K of N tests, the next one validates', fold)
    .addOption(
      new Option(
        '--keep-duplicates-together',
        'copies of a row stay on its side of the split (default)',
      ).conflicts('duplicateCheck'),
    )
    // Declared, so that it is undefined where nobody says anything.
    .addOption(new Option('--duplicate-check').hideHelp())
    .option('--no-duplicate-check', 'look for no copies')

export const splitOf = (flags: SplitFlags): PlanOptions => ({
  splitFractions: flags.splitFractions,
  splitByTime: flags.splitByTime,
  group: flags.group,
  fold: flags.fold,
  checkDuplicates: flags.keepDuplicatesTogether ?? flags.duplicateCheck,
})
