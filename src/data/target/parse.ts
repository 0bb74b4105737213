// Target cells to a matrix with a column per output of the network, whatever the task.
import { pickRows, sum } from '../../base/arrays.ts'
import { labelErrors } from '../labels/errors.ts'
import { describeFormat } from '../labels/format.ts'
import { parseLabels } from '../labels/labels.ts'
import { tidy } from '../labels/tidy.ts'
import { isBlank, saysNoValue } from '../tabular/cells.ts'
import { findNumberFormat, parseNumber } from '../tabular/parse-number.ts'
import { classKey } from './class-key.ts'
import { outputWidth } from './task.ts'

import type { LabelFormat } from '../labels/format.ts'
import type { LabelMatrix } from '../split/split.ts'
import type { Task } from './task.ts'

type Cells = readonly (string | null)[]

export interface TargetSpec {
  readonly columns: readonly string[]
  readonly task: Task
  readonly format: LabelFormat
  /** Of all tasks but multi-label and regression. */
  readonly classes?: readonly string[] | undefined
}

export interface Target {
  readonly task: Task
  /** Labels, classes in order, or the column of numbers. */
  readonly names: readonly string[]
  /** Outputs of the network. */
  readonly width: number
  /** [rows, width]: 0 or 1, or for regression the numbers themselves. */
  readonly values: Uint8Array | Float32Array
  /** [rows], 1 where a row has an answer. */
  readonly known: Uint8Array
  /** Sentences without their full stops. */
  readonly warnings: readonly string[]
}

const MAX_MATRIX_BYTES = 2 ** 31 - 1
const MOST_LISTED = 5

const multiLabel = (
  columns: readonly Cells[],
  { format, columns: columnNames }: TargetSpec,
  names: readonly string[] | undefined,
): Target => {
  const labels = parseLabels(columns, format, { names, columnNames })
  const width = labels.names.length
  const known = new Uint8Array(columns[0]!.length).fill(1)
  // With one column per label a row of zeros says something: none of them.
  if (format.kind !== 'one-hot')
    for (let row = 0; row < known.length; row++)
      known[row] = labels.values.subarray(row * width, (row + 1) * width).includes(1) ? 1 : 0
  const { warnings } = labels.report
  return { task: 'multi-label', names: labels.names, width, values: labels.values, known, warnings }
}

const listed = (cells: ReadonlySet<string>): string =>
  [...cells].sort().slice(0, MOST_LISTED).join(', ') + (cells.size > MOST_LISTED ? ', …' : '')

const emptyWarning = (empty: number, rows: number, what: string): string[] =>
  empty === 0 ? [] : [`${empty} of ${rows} rows have no ${what}`]

const regression = (cells: Cells, { columns }: TargetSpec): Target => {
  const values = new Float32Array(cells.length)
  const known = new Uint8Array(cells.length)
  const odd = new Set<string>()
  const { format } = findNumberFormat(cells)
  for (const [row, cell] of cells.entries()) {
    if (isBlank(cell)) continue
    const value = parseNumber(cell, format)
    if (value === undefined) odd.add(cell)
    if (typeof value !== 'number') continue
    values[row] = value
    known[row] = 1
  }
  const warnings = [
    ...emptyWarning(known.length - sum(known), cells.length, 'number'),
    ...(odd.size > 0 ? [`${odd.size} different cells are no numbers: ${listed(odd)}`] : []),
  ]
  return { task: 'regression', names: columns, width: 1, values, known, warnings }
}

/** Where a class sets ones: its own column, or all steps below it. */
const setters: Readonly<
  Record<'multi-class' | 'binary' | 'ordinal', (into: Uint8Array, index: number) => void>
> = {
  'multi-class': (into, index) => {
    into[index] = 1
  },
  binary: (into, index) => {
    into[0] = index
  },
  ordinal: (into, index) => {
    into.fill(1, 0, index)
  },
}

const classification = (
  cells: Cells,
  { task, format }: TargetSpec & { readonly task: 'multi-class' | 'binary' | 'ordinal' },
  names: readonly string[],
): Target => {
  const width = outputWidth(task, names)
  if (cells.length * width > MAX_MATRIX_BYTES)
    throw labelErrors.error('too-many', {
      labels: names.length,
      rows: cells.length,
      format: describeFormat(format),
    })
  const values = new Uint8Array(cells.length * width)
  const known = new Uint8Array(cells.length)
  const indexOf = new Map(names.map((name, index) => [classKey(name), index]))
  const unknown = new Set<string>()
  const merged = new Set<string>()
  const counts = new Array<number>(names.length).fill(0)
  let empty = 0
  for (const [row, cell] of cells.entries()) {
    const name = tidy(cell ?? '')
    const index = indexOf.get(classKey(name))
    if (index === undefined) {
      if (name === '' || saysNoValue(name)) empty++
      else unknown.add(name)
      continue
    }
    if (names[index] !== name) merged.add(`${name} → ${names[index]!}`)
    counts[index]! += 1
    known[row] = 1
    setters[task](values.subarray(row * width, (row + 1) * width), index)
  }
  const never = new Set(names.filter((_, index) => counts[index] === 0))
  const warnings = [
    ...emptyWarning(empty, cells.length, 'class'),
    ...(merged.size > 0 ? [`${merged.size} spellings were merged: ${listed(merged)}`] : []),
    ...(unknown.size > 0 ? [`${unknown.size} values are no class: ${listed(unknown)}`] : []),
    ...(never.size > 0 ? [`${never.size} classes have no row: ${listed(never)}`] : []),
  ]
  return { task, names, width, values, known, warnings }
}

/**
 * Reads target columns.
 *
 * @param names - of a trained model: exactly these, in this order
 * @throws labels.* errors
 */
export const parseTarget = (
  columns: readonly Cells[],
  spec: TargetSpec,
  names: readonly string[] | undefined = spec.classes,
): Target => {
  const { task } = spec
  switch (task) {
    case 'multi-label':
      return multiLabel(columns, spec, names)
    case 'regression':
      return regression(columns[0]!, spec)
    case 'multi-class':
    case 'binary':
    case 'ordinal':
      return classification(columns[0]!, { ...spec, task }, names ?? [])
  }
}

/** The class of a row, from its ones. */
export const classOf = (task: Task, outputs: ArrayLike<number>): number => {
  let sum = 0
  for (let index = 0; index < outputs.length; index++) {
    if (task === 'multi-class' && outputs[index] === 1) return index
    sum += outputs[index]!
  }
  return sum
}

/** Numbers are split by where they stand among the others. */
const STRATA = 10

/** What a split keeps in proportion: labels, classes, or tenths of the numbers. */
export const strataOf = ({ values, width }: Target, rows: Int32Array): LabelMatrix => {
  if (values instanceof Uint8Array)
    return { rows: rows.length, labels: width, values: pickRows(values, rows, width) }
  const order = Array.from(rows.keys()).sort((a, b) => values[rows[a]!]! - values[rows[b]!]!)
  const picked = new Uint8Array(rows.length * STRATA)
  order.forEach((index, place) => {
    picked[index * STRATA + Math.floor((place * STRATA) / rows.length)] = 1
  })
  return { rows: rows.length, labels: STRATA, values: picked }
}
