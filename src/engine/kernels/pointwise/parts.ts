// Dividing a kernel's work among parts that can run beside each other.
import { LANES } from '../../jit/operands.ts'

import type { Geometry } from './geometry.ts'

/** A part of fewer elements is not worth a thread's attention. */
const PART_ELEMENTS = 32_768
const MOST_PARTS = 16

const product = (sizes: readonly number[]): number => sizes.reduce((total, size) => total * size, 1)

/** Every part has `size` places along the first outer axis; the last part has what is left. */
interface RowParts {
  readonly parts: number
  readonly size: number
  readonly last: number
}

const partsFor = (elements: number): number =>
  Math.min(MOST_PARTS, Math.max(1, Math.floor(elements / PART_ELEMENTS)))

/** The axes in the order in which they are walked: the longest first, which is the one that is divided. */
export const longestFirst = (geometry: Geometry): Geometry => {
  const { outer, walks } = geometry
  const longest = outer.indexOf(Math.max(...outer))
  if (longest < 1) return geometry
  const order = [longest, ...[...outer.keys()].filter((axis) => axis !== longest)]
  const inOrder = (sizes: readonly number[]): number[] => order.map((axis) => sizes[axis]!)
  return {
    ...geometry,
    outer: inOrder(outer),
    walks: walks.map((walk) => ({ ...walk, outer: inOrder(walk.outer) })),
  }
}

/** Parts of the first of the axes around the walk of a row. */
export const rowParts = ({ outer, length }: Geometry): RowParts => {
  const rows = outer[0] ?? 1
  const size = Math.ceil(rows / partsFor(product(outer) * length))
  const parts = Math.ceil(rows / size)
  return { parts, size, last: rows - (parts - 1) * size }
}

/** Every part has as many rounds of whole vectors; the last one has the rest too. */
interface FlatParts {
  readonly parts: number
  /** Full vectors of a part, and those that the last part has besides. */
  readonly vectors: number
  readonly more: number
  /** Elements after the last full vector. */
  readonly rest: number
}

/** Parts of `length` elements that are walked in one go, so many vectors side by side. */
export const flatParts = (length: number, unrolled: number): FlatParts => {
  const parts = partsFor(length)
  const all = Math.floor(length / LANES)
  const vectors = parts === 1 ? all : Math.floor(all / parts / unrolled) * unrolled
  return { parts, vectors, more: all - parts * vectors, rest: length % LANES }
}
