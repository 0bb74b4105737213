// Copies among the rows of a table, and how many test rows would have one in training. As training would find them, but for
// rows that training leaves out.
import { MedleyError } from '../../base/errors.ts'
import { duplicatesOfTable } from '../../data/duplicates/of-table.ts'
import { describeLeaks, leakReport } from '../../data/duplicates/report.ts'
import { splitByColumn, splitRows } from '../../data/split/split.ts'
import { parseTarget, strataOf } from '../../data/target/parse.ts'

import type { ImageRoot } from '../../data/image/root.ts'
import type { ColumnGuess } from '../../data/columns/guess.ts'
import type { Roles } from '../../data/columns/roles.ts'
import type { LeakReport } from '../../data/duplicates/report.ts'
import type { Split } from '../../data/split/split.ts'
import type { Table } from '../../data/table/table.ts'
import type { TargetSummary } from '../inspect.ts'

/** Pictures of a larger table are left to training: a look should take half a minute at most. */
const MOST_PICTURES = 20_000
/** The usual one. */
const SEED = 1

export interface LeakSearch {
  readonly columns: readonly ColumnGuess[]
  readonly roles: Roles | null
  readonly target: TargetSummary | null
  /** Where the pictures are. */
  readonly folder: ImageRoot
  readonly signal?: AbortSignal | undefined
}

export interface LeakedRows extends LeakReport {
  /** The same as sentences. */
  readonly notes: readonly string[]
}

export const findLeakedRows = async (
  table: Table,
  { columns, roles, target, folder, signal }: LeakSearch,
): Promise<LeakedRows> => {
  const guessed = (wanted: string): readonly string[] =>
    columns.filter(({ kind }) => kind === wanted).map(({ name }) => name)
  const pictures = roles?.images ?? guessed('image')
  const rows = Int32Array.from({ length: table.rowCount }, (_, row) => row)
  const duplicates = await duplicatesOfTable(table, {
    rows,
    texts: roles?.texts ?? guessed('text'),
    pictures: table.rowCount > MOST_PICTURES ? [] : pictures,
    folder,
    signal,
  })
  const split = roles && target && (await splitOf(table, roles, target))
  const report = leakReport(duplicates, {
    rows,
    split: split ?? undefined,
    isPrevented: roles?.split === undefined,
  })
  return { ...report, notes: describeLeaks(report) }
}

/** Undefined where training would refuse the table too, with a reason. */
const splitOf = async (
  table: Table,
  { split: column, target: { columns, format } }: Roles,
  { task, classes }: TargetSummary,
): Promise<Split | undefined> => {
  try {
    if (column !== undefined) return splitByColumn(await table.column(column))
    const cells = await Promise.all(columns.map((name) => table.column(name)))
    const spec = { columns, format, task, ...(classes && { classes }) }
    const target = parseTarget(cells, spec)
    const labelled = Int32Array.from(
      [...target.known.keys()].filter((row) => target.known[row] === 1),
    )
    const split = splitRows(strataOf(target, labelled), { seed: SEED })
    const pick = (part: Int32Array): Int32Array => part.map((index) => labelled[index]!)
    return { train: pick(split.train), validation: pick(split.validation), test: pick(split.test) }
  } catch (error) {
    if (error instanceof MedleyError) return undefined
    throw error
  }
}
