// The split of the rows that can teach something, as the experiment asks, and what copies among them mean for it.
import { groupsByColumn, joinGroups } from '../../data/duplicates/groups.ts'
import { describeLeaks, leakReport } from '../../data/duplicates/report.ts'
import { splitByFold } from '../../data/split/folds.ts'
import { splitByTime } from '../../data/split/by-time.ts'
import { splitByColumn, splitRows } from '../../data/split/split.ts'
import { strataOf } from '../../data/target/parse.ts'
import { copiesOf } from './copies.ts'

import type { Duplicates } from '../../data/duplicates/find.ts'
import type { LeakReport } from '../../data/duplicates/report.ts'
import type { ImageRoot } from '../../data/image/root.ts'
import type { FileStamp } from '../../data/store/fingerprint.ts'
import type { Split } from '../../data/split/split.ts'
import type { Table } from '../../data/table/table.ts'
import type { Target } from '../../data/target/parse.ts'
import type { Experiment } from '../../experiment/schema.ts'

export interface SplitOptions {
  /** Where the pictures are. */
  readonly folder: ImageRoot
  /** The picture files that the rows name. */
  readonly images: readonly FileStamp[]
  /** Folder of prepared data; copies that were found are kept there. */
  readonly cache: string
  readonly signal?: AbortSignal | undefined
}

interface SplitContext extends SplitOptions {
  readonly target: Target
  /** Rows to split, ascending. */
  readonly usable: Int32Array
}

export interface SplitRows {
  readonly split: Split
  /** Null where nobody looked. */
  readonly leaks: LeakReport | null
  /** Sentences for people. */
  readonly notes: readonly string[]
}

/** @throws split.* and table.* errors */
export const splitTable = async (
  table: Table,
  experiment: Experiment,
  context: SplitContext,
): Promise<SplitRows> => {
  const { usable } = context
  const settings = experiment.data.split
  const duplicates =
    settings.checkDuplicates === true ? await copiesOf(table, experiment, context) : undefined
  const { split, plain, notes } = await placed(table, experiment, { ...context, duplicates })
  const pick = (part: Int32Array): Int32Array => part.map((index) => usable[index]!)
  const leaks = duplicates
    ? leakReport(duplicates, { rows: usable, split: plain, isPrevented: plain !== split })
    : null
  return {
    split: { train: pick(split.train), validation: pick(split.validation), test: pick(split.test) },
    leaks,
    notes: [...notes, ...(leaks ? describeLeaks(leaks) : [])],
  }
}

interface Placed {
  /** In places of usable rows. */
  readonly split: Split
  /** The split without regard to copies; the same one where it has none. */
  readonly plain: Split
  readonly notes: readonly string[]
}

const placed = async (
  table: Table,
  { data: { split: settings }, seed }: Experiment,
  { target, usable, duplicates }: SplitContext & { readonly duplicates: Duplicates | undefined },
): Promise<Placed> => {
  const cellsOf = async (name: string): Promise<readonly (string | null)[]> => {
    const cells = await table.column(name)
    return Array.from(usable, (row) => cells[row] ?? null)
  }
  if ('column' in settings) {
    const split = splitByColumn(await cellsOf(settings.column))
    return { split, plain: split, notes: [] }
  }
  if ('time' in settings) {
    const { time, fractions } = settings
    const { split, undated, from } = splitByTime(await cellsOf(time), { column: time, fractions })
    const without = undated === 0 ? '' : `; ${undated} rows without a readable date train`
    const note = `Split by ${time}: validation rows from ${from.validation}, test rows from ${from.test} on${without}.`
    return { split, plain: split, notes: [note] }
  }
  const matrix = strataOf(target, usable)
  const make = (groups: Int32Array | undefined): Split =>
    'fold' in settings
      ? splitByFold(matrix, { ...settings, seed, groups })
      : splitRows(matrix, { fractions: settings.fractions, seed, groups })
  const named = settings.group === undefined ? [] : [groupsByColumn(await cellsOf(settings.group))]
  const [own] = named
  const all = duplicates ? [...named, duplicates.groups] : named
  const plain = make(own)
  const groups = all.length === 0 ? undefined : all.reduce(joinGroups)
  const isPlain = duplicates === undefined || duplicates.groups.every((first, row) => first === row)
  const notes =
    own === undefined
      ? []
      : [
          `Rows with the same ${settings.group!} stay on one side of the split: ${new Set(own).size} groups.`,
        ]
  return { split: isPlain ? plain : make(groups), plain, notes }
}
