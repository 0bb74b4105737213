// Copies among the rows of a table, and how many test rows would have one in training. As training would find them, but for
// rows that training leaves out, and for what a look at a large table leaves to it.
import { MedleyError } from '../../base/errors.ts'
import { duplicatesOfTable } from '../../data/duplicates/of-table.ts'
import { describeLeaks, leakReport } from '../../data/duplicates/report.ts'
import { splitByColumn, splitRows } from '../../data/split/split.ts'
import { strataOf } from '../../data/target/parse.ts'

import type { ImageRoot } from '../../data/image/root.ts'
import type { TrainingColumns } from '../../data/columns/training-columns.ts'
import type { LeakReport } from '../../data/duplicates/report.ts'
import type { Split } from '../../data/split/split.ts'
import type { Table } from '../../data/table/table.ts'

/** Pictures of a larger table are left to training: comparing them means decoding all of them. */
const MOST_PICTURES = 20_000
/** Texts of a larger table are compared in part, which takes a second or two. */
const MOST_NEAR_TEXTS = 50_000
/** The usual one. */
const SEED = 1

export interface LeakSearch {
  readonly texts: readonly string[]
  readonly pictures: readonly string[]
  /** Null where there is nothing to train on. */
  readonly training: TrainingColumns | null
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
  { texts, pictures, training, folder, signal }: LeakSearch,
): Promise<LeakedRows> => {
  const isLarge = table.rowCount > MOST_PICTURES
  const rows = Int32Array.from({ length: table.rowCount }, (_, row) => row)
  const duplicates = await duplicatesOfTable(table, {
    rows,
    texts,
    pictures: isLarge ? [] : pictures,
    mostNear: MOST_NEAR_TEXTS,
    folder,
    signal,
  })
  const split = training && (await splitOf(table, training))
  const report = leakReport(duplicates, {
    rows,
    split: split ?? undefined,
    isPrevented: training?.roles.split === undefined,
  })
  const left =
    isLarge && pictures.length > 0
      ? [`Copies of the pictures in ${pictures.join(', ')} were not looked for in so many rows.`]
      : []
  return { ...report, notes: [...describeLeaks(report), ...left] }
}

/** Undefined where training would refuse the table too, with a reason. */
const splitOf = async (
  table: Table,
  { roles, target }: TrainingColumns,
): Promise<Split | undefined> => {
  try {
    if (roles.split !== undefined) return splitByColumn(await table.column(roles.split))
    const rows = [...target.known.keys()].filter((row) => target.known[row] === 1)
    const labelled = Int32Array.from(rows)
    const split = splitRows(strataOf(target, labelled), { seed: SEED })
    const pick = (part: Int32Array): Int32Array => part.map((index) => labelled[index]!)
    return { train: pick(split.train), validation: pick(split.validation), test: pick(split.test) }
  } catch (error) {
    if (error instanceof MedleyError) return undefined
    throw error
  }
}
