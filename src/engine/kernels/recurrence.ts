// What the kernels of recurrent layers share: memory of their own, and loops over steps, rows and units. At each step only the rows
// that have a token there are computed (`row-order.ts`).
import { at, FLOAT_BYTES, LANES, VECTOR_BYTES } from '../jit/operands.ts'
import { ENTRY_BYTES, orderRows, rowOrderSizes } from './row-order.ts'
import { areasOf, offsetFrom, shareOf } from './scratch.ts'

import type { Assembler } from '../jit/assembler.ts'
import type { Memory, Register } from '../jit/operands.ts'
import type { PaddedBatch } from './row-order.ts'
import type { Areas } from './scratch.ts'

/** Whether there are kernels for layers of so many units. */
export const canRun = (hidden: number): boolean => hidden > 0 && hidden % LANES === 0

export interface LayerSizes extends PaddedBatch {
  readonly hidden: number
}

export type RowArea = keyof ReturnType<typeof rowOrderSizes>

/** Where an argument has a row: [time, batch, width * hidden], or [batch, hidden]. */
export interface RowOfArgument {
  readonly argument: number
  readonly width?: number
  readonly isOfBatch?: boolean
}

/** Rows of the part: all, with a token at the step, with their last token there, or with padding there. */
export type Selection = 'all' | 'active' | 'ending' | 'padded'

/** Vector `part` * hidden + the loop's unit of a row. */
export type UnitOf = (row: Register, part?: number) => Memory

export interface Recurrence<Area extends string> {
  /** Bytes from area to area of scratch memory. */
  readonly offsets: Areas<Area>['offsets']
  readonly scratchBytes: number
  /** Runs `body` with registers that point to areas of the part's scratch memory; it may move them. */
  readonly withScratch: <Used extends Area | RowArea>(
    names: readonly Used[],
    body: (pointers: Readonly<Record<Used, Register>>) => void,
  ) => void
  /** From the first step to the last one, or from the last one to the first. */
  readonly forEachStep: (direction: 'forward' | 'backward', body: () => void) => void
  /** How many rows have a token at the step. */
  readonly activeRows: () => Register
  /** Runs `body` for rows, longest first, with pointers to rows of arguments. */
  readonly forEachRow: (
    selection: Selection,
    rows: readonly RowOfArgument[],
    body: (pointers: readonly Register[]) => void,
  ) => void
  /** Runs `body` for 16 units at a time. */
  readonly forEachUnit: (body: (unitOf: UnitOf) => void) => void
  /** Bytes from the beginning of [time, batch, hidden] to the step. */
  readonly step: Register
}

/** Begins a kernel: finds the order of rows. */
export const recurrence = <Area extends string>(
  a: Assembler,
  sizes: LayerSizes,
  { mask, scratch, areas: own }: { mask: number; scratch: number; areas: Readonly<Record<Area, number>> },
): Recurrence<Area> => {
  const { time, batch, hidden } = sizes
  const rowBytes = hidden * FLOAT_BYTES
  const areas: Areas<Area | RowArea> = areasOf<Area | RowArea>({ ...rowOrderSizes(sizes), ...own })
  const [step, active] = [a.register(), a.register()]
  const withScratch: Recurrence<Area>['withScratch'] = (names, body) => {
    const base = shareOf(a, scratch, areas.bytes)
    const entries = names.map((name) => [name, offsetFrom(a, base, areas.offsets[name])] as const)
    a.release(base)
    // One register for each name.
    body(Object.fromEntries(entries) as Parameters<typeof body>[0])
    a.release(...entries.map(([, register]) => register))
  }
  const base = shareOf(a, scratch, areas.bytes)
  const maskAt = a.argument(mask)
  orderRows(a, { batch: sizes, mask: maskAt, scratch: base, areas, rowBytes })
  a.release(base, maskAt)

  const forEachStep: Recurrence<Area>['forEachStep'] = (direction, body) => {
    const [first, sign] = direction === 'forward' ? [0, 1] : [time - 1, -1]
    a.set(step, first * batch * rowBytes)
    withScratch(['counts'], ({ counts }) => {
      a.copy(active, counts)
      // Rows with a token at step t have t + 1 tokens or more.
      a.advance(active, (first + 1) * ENTRY_BYTES)
    })
    a.loop(time, () => {
      body()
      a.advance(step, sign * batch * rowBytes)
      a.advance(active, sign * ENTRY_BYTES)
    })
  }
  const activeRows = (): Register => {
    const rows = a.register()
    a.loadRegister(rows, at(active))
    return rows
  }
  /** How many rows are selected, and in `order` the first one. */
  const select = (selection: Selection, order: Register): Register => {
    const count = a.register()
    const isAll = selection === 'all' || selection === 'padded'
    if (isAll)
      withScratch(['counts'], ({ counts }) => {
        a.loadRegister(count, at(counts))
      })
    else a.loadRegister(count, at(active))
    if (selection === 'all' || selection === 'active') return count
    const skipped = a.register()
    a.loadRegister(skipped, at(active, selection === 'ending' ? ENTRY_BYTES : 0))
    a.times(skipped, skipped, -1)
    a.advance(count, skipped)
    a.times(skipped, skipped, -ENTRY_BYTES)
    a.advance(order, skipped)
    a.release(skipped)
    return count
  }
  const forEachRow: Recurrence<Area>['forEachRow'] = (selection, rows, body) => {
    withScratch(['order'], ({ order }) => {
      const count = select(selection, order)
      // The loop has a copy.
      a.release(count)
      a.loop(count, () => {
        const place = a.register()
        a.loadRegister(place, at(order))
        const pointers = rows.map(({ argument, width = 1, isOfBatch = false }) => {
          const pointer = a.argument(argument)
          for (let times = 0; times < width; times++) {
            a.advance(pointer, place)
            if (!isOfBatch) a.advance(pointer, step)
          }
          return pointer
        })
        a.release(place)
        body(pointers)
        a.release(...pointers)
        a.advance(order, ENTRY_BYTES)
      })
    })
  }
  return {
    offsets: areas.offsets,
    scratchBytes: areas.bytes,
    withScratch,
    forEachStep,
    activeRows,
    forEachRow,
    forEachUnit: (body) => {
      const unit = a.register()
      a.set(unit, 0)
      a.loop(hidden / LANES, () => {
        body((row, part = 0) => ({ ...at(row, part * rowBytes), index: unit }))
        a.advance(unit, VECTOR_BYTES)
      })
      a.release(unit)
    },
    step,
  }
}
