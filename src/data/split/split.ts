// Rows to training, validation and test: by iterative stratification, or as a column says. Stratified, because a
// plain random tenth often holds no row at all of a rare label.

import { randomStream } from '../../base/rng.ts'
import { splitErrors } from './errors.ts'

/** Row numbers of each part, ascending. */
export interface Split {
  readonly train: Int32Array
  readonly validation: Int32Array
  readonly test: Int32Array
}

/** Labels of the rows: [rows, labels], 0 or 1. */
export interface LabelMatrix {
  readonly rows: number
  readonly labels: number
  readonly values: Uint8Array
}

export interface SplitOptions {
  readonly seed: number
  /** Shares of training, validation and test rows. */
  readonly fractions?: readonly [number, number, number]
}

const parts = ['train', 'validation', 'test'] as const
const DEFAULT_FRACTIONS = [0.8, 0.1, 0.1] as const

/**
 * Iterative stratification (Sechidis, Tsoumakas and Vlahavas, "On the Stratification of Multi-Label Data", 2011):
 * the rarest label first, each of its rows to the part that still wants it most. Part sizes are exact.
 */
export const splitRows = (
  { rows, labels, values }: LabelMatrix,
  { seed, fractions = DEFAULT_FRACTIONS }: SplitOptions,
): Split => {
  const sizes = partSizes(rows, fractions)
  // Ties are broken by the order of the rows, so this is the only place where chance comes in.
  const order = randomStream(seed, 'split').permutation(rows)
  const rowsOfLabel: number[][] = Array.from({ length: labels }, () => [])
  const left = new Int32Array(labels)
  for (const row of order)
    for (let label = 0; label < labels; label++)
      if (values[row * labels + label] === 1) {
        rowsOfLabel[label]!.push(row)
        left[label]!++
      }
  const wanted = sizes.map((size) => Float64Array.from(left, (count) => (count * size) / rows))
  const room = [...sizes]
  const partOf = new Int8Array(rows).fill(-1)

  const place = (row: number, part: number): void => {
    partOf[row] = part
    room[part]!--
    for (let label = 0; label < labels; label++)
      if (values[row * labels + label] === 1) {
        left[label]!--
        wanted[part]![label]!--
      }
  }

  for (let label = rarest(left); label >= 0; label = rarest(left))
    for (const row of rowsOfLabel[label]!)
      if (partOf[row] === -1)
        place(
          row,
          neediest(room, (part) => wanted[part]![label]!),
        )
  for (const row of order)
    if (partOf[row] === -1)
      place(
        row,
        neediest(room, (part) => room[part]! / (sizes[part]! || 1)),
      )
  return collect(partOf)
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
  const split = collect(partOf)
  for (const part of parts)
    if (split[part].length === 0) throw splitErrors.error('empty-part', { part })
  return split
}

/** Whole part sizes by largest remainder; every wanted part gets a row when there are enough. */
const partSizes = (rows: number, fractions: readonly [number, number, number]): number[] => {
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

/** The label with the fewest rows left to place; -1 when none has any. */
const rarest = (left: Int32Array): number => {
  let best = -1
  for (let label = 0; label < left.length; label++)
    if (left[label]! > 0 && (best < 0 || left[label]! < left[best]!)) best = label
  return best
}

/** The part with room and the greatest need; of equals the one with more room. */
const neediest = (room: readonly number[], need: (part: number) => number): number => {
  let best = -1
  for (let part = 0; part < room.length; part++) {
    if (room[part]! <= 0) continue
    const gain = best < 0 ? 1 : need(part) - need(best)
    if (gain > 0 || (gain === 0 && room[part]! > room[best]!)) best = part
  }
  return best
}

const collect = (partOf: Int8Array): Split => {
  const rowsOf = (part: number): Int32Array =>
    Int32Array.from([...partOf.keys()].filter((row) => partOf[row] === part))
  return { train: rowsOf(0), validation: rowsOf(1), test: rowsOf(2) }
}
