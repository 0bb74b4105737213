// Rows to training, validation and test: by iterative stratification, or as a column says. Stratified, because a
// plain random tenth often holds no row at all of a rare label.

import { randomStream } from '../../base/rng.ts'
import { splitErrors } from './errors.ts'
import { rowsOfParts } from './parts.ts'
import { stratify } from './stratify.ts'

import type { LabelMatrix } from './stratify.ts'

export type { LabelMatrix } from './stratify.ts'

/** Row numbers of each part, ascending. */
export interface Split {
  readonly train: Int32Array
  readonly validation: Int32Array
  readonly test: Int32Array
}

export interface SplitOptions {
  readonly seed: number
  /** Shares of training, validation and test rows. */
  readonly fractions?: readonly [number, number, number] | undefined
  /** [rows], rows with equal numbers stay on one side: the number of the first row of the row's group. */
  readonly groups?: Int32Array | undefined
}

const parts = ['train', 'validation', 'test'] as const
/** Unless others are asked for. */
export const DEFAULT_FRACTIONS = [0.8, 0.1, 0.1] as const

/** Stratified split. Part sizes are exact, but for groups that do not fit. */
export const splitRows = (
  matrix: LabelMatrix,
  { seed, fractions = DEFAULT_FRACTIONS, groups }: SplitOptions,
): Split => {
  const sizes = partSizes(matrix.rows, fractions)
  const order = randomStream(seed, 'split').permutation(matrix.rows)
  return splitOfParts(stratify(matrix, { sizes, order, groups }))
}

const spellings: Readonly<Record<string, number>> = {
  train: 0,
  training: 0,
  val: 1,
  valid: 1,
  validation: 1,
  dev: 1,
  test: 2,
  testing: 2,
}

/** Part that a cell of a split column names; undefined for other words. */
export const partNamed = (cell: string): (typeof parts)[number] | undefined => {
  const word = cell.trim().toLowerCase()
  return Object.hasOwn(spellings, word) ? parts[spellings[word]!] : undefined
}

/** The split that a column gives, row by row. */
export const splitByColumn = (cells: readonly (string | null)[]): Split => {
  const partOf = Int8Array.from(cells, (cell, row) => {
    const part = partNamed(cell ?? '')
    if (part === undefined)
      throw splitErrors.error('unknown-part', { value: cell ?? 'nothing' }, { row: row + 1 })
    return parts.indexOf(part)
  })
  const split = splitOfParts(partOf)
  for (const part of parts)
    if (split[part].length === 0) throw splitErrors.error('empty-part', { part })
  return split
}

/** Whole part sizes by largest remainder; every wanted part gets a row when there are enough. */
export const partSizes = (rows: number, fractions: readonly [number, number, number]): number[] => {
  const total = fractions[0] + fractions[1] + fractions[2]
  if (!fractions.every((fraction) => fraction >= 0) || Math.abs(total - 1) > 1e-6)
    throw splitErrors.error('bad-fractions', { fractions: fractions.join(', ') })
  const asked = fractions.filter((fraction) => fraction > 0).length
  if (rows < asked) throw splitErrors.error('too-few-rows', { rows })
  const sizes = fractions.map((fraction) => Math.floor(fraction * rows + 1e-9))
  const byRemainder = [0, 1, 2].sort(
    (a, b) => fractions[b]! * rows - sizes[b]! - (fractions[a]! * rows - sizes[a]!) || a - b,
  )
  for (let index = 0; sizes[0]! + sizes[1]! + sizes[2]! < rows; index++)
    sizes[byRemainder[index % 3]!]!++
  for (const part of [0, 1, 2])
    if (fractions[part]! > 0 && sizes[part] === 0) {
      sizes[sizes.indexOf(Math.max(...sizes))]!--
      sizes[part] = 1
    }
  return sizes
}

/** Row numbers of parts 0, 1 and 2, ascending. */
const splitOfParts = (partOf: ArrayLike<number>): Split => {
  const [train, validation, test] = rowsOfParts(partOf, parts.length)
  return { train: train!, validation: validation!, test: test! }
}
