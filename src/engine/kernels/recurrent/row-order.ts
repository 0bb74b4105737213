// The order of a padded batch's rows by length, longest first: the rows that have a token at a step are then the first ones, so that
// products of a step are of nothing but tokens. What cuDNN calls packed sequences, found inside the kernel.
import { at, everyLane, FLOAT_BYTES, VECTOR_BYTES } from '../../jit/operands.ts'
import { clear, offsetFrom, shareOf } from '../scratch.ts'

import type { Assembler } from '../../jit/assembler.ts'
import type { Memory, Register } from '../../jit/operands.ts'
import type { Areas } from '../scratch.ts'

export interface PaddedBatch {
  readonly time: number
  readonly batch: number
  /** Each part has as many rows, one after the other, but the last one, which has what is left. */
  readonly parts: number
}

/** Entries of tables are 64-bit integers. */
export const ENTRY_BYTES = 8
const INTEGER_BYTES = 4

/** Most rows of a part, and how many parts there are then: fewer than wanted, perhaps. */
export const partsOf = ({ batch, parts }: PaddedBatch): { rows: number; parts: number } => {
  const rows = Math.max(1, Math.ceil(batch / parts))
  return { rows, parts: Math.max(1, Math.ceil(batch / rows)) }
}

/** How many rows the part has, in a new register. */
export const rowsOfPart = (a: Assembler, batch: PaddedBatch): Register => {
  const { rows, parts } = partsOf(batch)
  const count = a.register()
  a.set(count, rows)
  const last = batch.batch - (parts - 1) * rows
  if (last < rows)
    a.when(a.part, parts - 1, () => {
      a.set(count, last)
    })
  return count
}

/** Bytes of scratch memory. */
export const rowOrderSizes = (batch: PaddedBatch) => ({
  lengths: partsOf(batch).rows * INTEGER_BYTES + VECTOR_BYTES,
  /** [time + 2], where the next row of each length goes. */
  next: (batch.time + 2) * ENTRY_BYTES,
  /** [time + 2]: at n, how many rows have n or more tokens. */
  counts: (batch.time + 2) * ENTRY_BYTES,
  /** [rows], the place of each row in the order of lengths. */
  places: partsOf(batch).rows * ENTRY_BYTES,
  /** [rows] in the order of lengths: each one's number in the part. */
  order: partsOf(batch).rows * ENTRY_BYTES,
})

interface Ordering {
  readonly batch: PaddedBatch
  /** The argument [time, batch], 1 for tokens, which are at the beginning of rows, and 0 for padding. */
  readonly mask: number
  readonly scratch: Register
  readonly areas: Areas<keyof ReturnType<typeof rowOrderSizes>>
}

/** Fills the areas `counts`, `places` and `order`. */
export const orderRows = (a: Assembler, ordering: Ordering): void => {
  const { scratch, areas } = ordering
  const lengths = offsetFrom(a, scratch, areas.offsets.lengths)
  const rows = rowsOfPart(a, ordering.batch)
  countTokens(a, ordering, { lengths, rows })
  countRows(a, ordering, { lengths, rows })
  sortRows(a, ordering, { lengths, rows })
  a.release(lengths, rows)
}

interface Lengths {
  readonly lengths: Register
  readonly rows: Register
}

const countTokens = (a: Assembler, { batch, mask }: Ordering, { lengths, rows }: Lengths): void => {
  const [to, sum, none, most] = [offsetFrom(a, lengths, 0), a.vector(), a.vector(), a.vector()]
  a.zero(none)
  a.constant(most, batch.time)
  const from = shareOf(a, mask, partsOf(batch).rows * FLOAT_BYTES)
  const stepBytes = batch.batch * FLOAT_BYTES
  a.loop(rows, () => {
    a.zero(sum)
    a.loop(batch.time, () => {
      a.binary('add', sum, sum, everyLane(at(from)))
      a.advance(from, stepBytes)
    })
    // Lengths are places in tables, whatever a mask holds. Of two sources of which one is NaN, the second comes out.
    a.binary('minimum', sum, sum, most)
    a.binary('maximum', sum, sum, none)
    a.unary('toIntegers', sum, sum)
    // The next row overwrites all lanes but the first one.
    a.store(at(to), sum)
    a.advance(to, INTEGER_BYTES)
    a.advance(from, FLOAT_BYTES - batch.time * stepBytes)
  })
  a.release(to, sum, none, most, from)
}

/** How many rows have each length or more, and where rows of a length begin: after all longer ones. */
const countRows = (
  a: Assembler,
  { batch: { time }, scratch, areas: { offsets } }: Ordering,
  { lengths, rows }: Lengths,
): void => {
  const counts = offsetFrom(a, scratch, offsets.counts)
  const next = offsetFrom(a, scratch, offsets.next)
  const rowLength = offsetFrom(a, lengths, 0)
  const [length, value, longer] = [a.register(), a.register(), a.register()]
  const entry = (table: Register): Memory => ({ ...at(table), index: length, scale: ENTRY_BYTES })
  clear(a, counts, Math.ceil(((time + 2) * ENTRY_BYTES) / VECTOR_BYTES) * VECTOR_BYTES)
  a.loop(rows, () => {
    a.loadInteger(length, at(rowLength))
    a.loadRegister(value, entry(counts))
    a.advance(value, 1)
    a.storeRegister(entry(counts), value)
    a.advance(rowLength, INTEGER_BYTES)
  })
  a.set(longer, 0)
  a.set(length, time)
  a.loop(time + 1, () => {
    a.storeRegister(entry(next), longer)
    a.loadRegister(value, entry(counts))
    a.advance(longer, value)
    a.storeRegister(entry(counts), longer)
    a.advance(length, -1)
  })
  a.release(counts, next, rowLength, length, value, longer)
}

/** The second half of a counting sort: rows of one length stay in their order. */
const sortRows = (
  a: Assembler,
  { scratch, areas: { offsets } }: Ordering,
  { lengths, rows }: Lengths,
): void => {
  const [next, places, order] = [
    offsetFrom(a, scratch, offsets.next),
    offsetFrom(a, scratch, offsets.places),
    offsetFrom(a, scratch, offsets.order),
  ]
  const rowLength = offsetFrom(a, lengths, 0)
  const [length, place, row] = [a.register(), a.register(), a.register()]
  const nextOfLength: Memory = { ...at(next), index: length, scale: ENTRY_BYTES }
  a.set(row, 0)
  a.loop(rows, () => {
    a.loadInteger(length, at(rowLength))
    a.loadRegister(place, nextOfLength)
    a.storeRegister(at(places), place)
    a.storeRegister({ ...at(order), index: place, scale: ENTRY_BYTES }, row)
    a.advance(place, 1)
    a.storeRegister(nextOfLength, place)
    a.advance(rowLength, INTEGER_BYTES)
    a.advance(places, ENTRY_BYTES)
    a.advance(row, 1)
  })
  a.release(next, places, order, rowLength, length, place, row)
}
