// What a table says about the answers: the target of every row, the split of those rows that can teach something, and what
// the training rows say on average.
import { parseTarget } from '../../data/target/parse.ts'
import { describeWeights, parseWeights } from '../../data/target/weights.ts'
import { dataErrors } from '../errors.ts'
import { countAnswers, describeUnlearnable } from './answers.ts'
import { splitTable } from './split.ts'

import type { Split } from '../../data/split/split.ts'
import type { Table } from '../../data/table/table.ts'
import type { Target } from '../../data/target/parse.ts'
import type { Experiment } from '../../experiment/schema.ts'
import type { ModelFacts } from '../facts.ts'
import type { SplitOptions, SplitRows } from './split.ts'

export interface TargetOptions extends SplitOptions {
  /** [rows], 1 where a row has any input. */
  readonly hasInput: Uint8Array
}

export interface TargetRows extends SplitRows {
  readonly target: Target
  readonly withoutLabels: number
  readonly withoutInputs: number
}

/** Targets of all rows, and the split of those rows that have one and an input. */
export const readTarget = async (
  table: Table,
  experiment: Experiment,
  { hasInput, ...options }: TargetOptions,
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
  // Before the search for copies, which leaves a file.
  assertVaried(table, target, usable)
  const split = await splitTable(table, experiment, { target, usable, ...options })
  assertParts(table, split.split)
  assertVaried(table, target, split.split.train)
  const notes = [...split.notes, ...describeUnlearnable(target, split.split)]
  return { target, ...split, notes, withoutLabels, withoutInputs }
}

const assertParts = (table: Table, split: Split): void => {
  const parts = Object.entries(split) as [string, Int32Array][]
  const rows = parts.reduce((sum, [, { length }]) => sum + length, 0)
  for (const [part, { length }] of parts)
    if (length === 0) throw dataErrors.error('too-few-rows', { rows, part }, { file: table.file })
}

/** Rows that all have the same answer teach nothing. */
const assertVaried = (table: Table, target: Target, rows: Int32Array): void => {
  const { task, names, values, width } = target
  const first = values.subarray(rows[0]! * width, (rows[0]! + 1) * width)
  const isSame = (row: number): boolean =>
    first.every((value, index) => value === values[row * width + index])
  if (!rows.every(isSame)) return
  const counts = countAnswers(target, [rows[0]!])
  const said = names.filter((_, index) => counts[index]! > 0).join(', ')
  const place = { file: table.file }
  if (task === 'multi-label')
    throw dataErrors.error('one-label', { rows: rows.length, labels: said || 'none' }, place)
  // Stored in 32 bits: later digits are not those of the table.
  const answer = task === 'regression' ? Number(first[0]!.toPrecision(7)) : said
  throw dataErrors.error('one-answer', { rows: rows.length, answer }, place)
}

interface NotedWeights {
  readonly values: Float32Array
  readonly notes: readonly string[]
}

/**
 * How much each row counts; undefined without a column of weights.
 *
 * @throws target.weight-negative, target.weight-zero
 */
export const weightsOf = async (
  table: Table,
  { data: { weight } }: Experiment,
  { train }: Split,
): Promise<NotedWeights | undefined> => {
  if (weight === undefined) return undefined
  const weights = parseWeights(await table.column(weight), weight)
  return { values: weights.values, notes: describeWeights(weights, train, weight) }
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
