// What a table says about the answers: the target of every row, the split of those rows that can teach something, and what
// the training rows say on average.
import { parseTarget, strataOf } from '../../data/target/parse.ts'
import { splitByColumn, splitRows } from '../../data/split/split.ts'
import { dataErrors } from '../errors.ts'

import type { Split } from '../../data/split/split.ts'
import type { Table } from '../../data/table/table.ts'
import type { Target } from '../../data/target/parse.ts'
import type { Experiment } from '../../experiment/schema.ts'
import type { ModelFacts } from '../facts.ts'

export interface TargetRows {
  readonly target: Target
  readonly split: Split
  readonly withoutLabels: number
  readonly withoutInputs: number
}

/**
 * Targets of all rows, and the split of those rows that have one and an input.
 *
 * @param hasInput - [rows], 1 where a row has any input
 */
export const readTarget = async (
  table: Table,
  experiment: Experiment,
  hasInput: Uint8Array,
): Promise<TargetRows> => {
  const cells = await Promise.all(experiment.target.columns.map((name) => table.column(name)))
  const target = parseTarget(cells, experiment.target)
  const labelled = [...target.known.keys()].filter((row) => target.known[row] === 1)
  const usable = Int32Array.from(labelled.filter((row) => hasInput[row] === 1))
  const withoutLabels = table.rowCount - labelled.length
  const withoutInputs = labelled.length - usable.length
  if (usable.length === 0) {
    throw dataErrors.error(
      'no-rows',
      { rows: table.rowCount, withoutLabels, withoutInputs },
      { file: table.file },
    )
  }
  const split = await splitOf(table, experiment, { target, usable })
  assertVaried(table, target, split.train)
  return { target, split, withoutLabels, withoutInputs }
}

const splitOf = async (
  table: Table,
  { data, seed }: Experiment,
  { target, usable }: { readonly target: Target; readonly usable: Int32Array },
): Promise<Split> => {
  const pick = (parts: Split): Split => ({
    train: parts.train.map((index) => usable[index]!),
    validation: parts.validation.map((index) => usable[index]!),
    test: parts.test.map((index) => usable[index]!),
  })
  let split: Split
  if ('column' in data.split) {
    const cells = await table.column(data.split.column)
    split = pick(splitByColumn(Array.from(usable, (row) => cells[row] ?? null)))
  } else {
    split = pick(splitRows(strataOf(target, usable), { seed, fractions: data.split.fractions }))
  }
  for (const [part, rows] of Object.entries(split) as [string, Int32Array][]) {
    if (rows.length === 0) {
      throw dataErrors.error('too-few-rows', { rows: usable.length, part }, { file: table.file })
    }
  }
  return split
}

/** Rows that all have the same answer teach nothing. */
const assertVaried = (
  table: Table,
  { task, names, values, width }: Target,
  rows: Int32Array,
): void => {
  const first = values.subarray(rows[0]! * width, (rows[0]! + 1) * width)
  const isSame = (row: number): boolean =>
    first.every((value, index) => value === values[row * width + index])
  if (!rows.every(isSame)) return
  const said = names.filter((_, index) => first[index] === 1).join(', ')
  const labels = task === 'regression' ? String(first[0]) : said === '' ? 'none' : said
  throw dataErrors.error('one-label', { rows: rows.length, labels }, { file: table.file })
}

/** What the training rows say on average. */
export const averagesOf = (
  { task, values, width }: Target,
  rows: Int32Array,
): Pick<ModelFacts, 'prevalence' | 'scale'> => {
  const sums = new Float64Array(width)
  for (const row of rows)
    for (let index = 0; index < width; index++) sums[index]! += values[row * width + index]!
  const prevalence = Array.from(sums, (sum) => sum / rows.length)
  if (task !== 'regression') return { prevalence, scale: { mean: 0, deviation: 1 } }
  const mean = prevalence[0]!
  let squares = 0
  for (const row of rows) squares += (values[row]! - mean) ** 2
  return { prevalence, scale: { mean, deviation: Math.sqrt(squares / rows.length) } }
}
