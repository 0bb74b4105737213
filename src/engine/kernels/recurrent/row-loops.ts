// Loops over the steps of a padded batch and over the rows of a step. Rows are visited as they lie in memory,
// which reads and writes it from end to end; what is carried from step to step is in the order of lengths (`row-order.ts`).
import { at, FLOAT_BYTES, LANES } from '../../jit/operands.ts'
import { shareOf } from '../scratch.ts'
import { ENTRY_BYTES, partsOf, rowsOfPart } from './row-order.ts'
import { unitLoops } from './unit-loops.ts'

import type { Assembler } from '../../jit/assembler.ts'
import type { Mask, Memory, Register } from '../../jit/operands.ts'
import type { PaddedBatch } from './row-order.ts'
import type { UnitLoops } from './unit-loops.ts'

export interface LayerSizes extends PaddedBatch {
  readonly hidden: number
}

/** From the first step to the last one, or from the last one to the first. */
export type Direction = 'forward' | 'backward'

/** An argument by its place, [time, batch, width * hidden], or [batch, hidden]. */
interface RowArgument {
  readonly argument: number
  readonly width?: number
  readonly isOfBatch?: boolean
}

type Arguments<Name extends string> = Readonly<Record<Name, RowArgument>>

/** Where rows begin. */
export type Rows<Name extends string> = Readonly<Record<Name, Memory>>

export interface RowLoops<Carried extends string> extends UnitLoops {
  readonly forEachStep: (body: () => void) => void
  /** How many rows have a token at the step, in a new register. */
  readonly activeRows: () => Register
  /** Runs one body for rows with a token at the step, and the other one for rows with padding there. */
  readonly forEachRow: <Name extends string>(
    rows: Arguments<Name>,
    body: (row: Rows<Name | Carried>) => void,
    padded?: (row: Rows<Name>) => void,
  ) => void
  /** Runs `body` for all rows. */
  readonly forEveryRow: <Name extends string>(
    rows: Arguments<Name>,
    body: (row: Rows<Name | Carried>) => void,
  ) => void
  /** Runs `body` for rows whose last token is at the step. */
  readonly forEachEnding: <Name extends string>(
    rows: Arguments<Name>,
    body: (row: Rows<Name>) => void,
  ) => void
  /** Where a place of a row [width, hidden] is so many of the loop's steps later. */
  readonly later: (place: Memory, width?: number, steps?: number) => Memory
  /** A new mask: all lanes, but none at the first step, before which there is nothing to read. */
  readonly lanesBefore: () => Mask
}

interface Setting<Carried extends string> {
  readonly sizes: LayerSizes
  readonly direction: Direction
  /** Bytes from a row of what is carried to the next one, and from its beginning to each of its parts. */
  readonly carried: { readonly row: number; readonly offsets: Readonly<Record<Carried, number>> }
  /** A new register that points to an area of scratch memory. */
  readonly pointTo: (area: 'carried' | 'counts' | 'places' | 'order') => Register
}

/** Keeps two registers for itself. */
export const rowLoops = <Carried extends string>(
  a: Assembler,
  { sizes, direction, carried, pointTo }: Setting<Carried>,
): RowLoops<Carried> => {
  const { time, batch, hidden } = sizes
  const rowBytes = hidden * FLOAT_BYTES
  const partBytes = partsOf(sizes).rows * rowBytes
  const [firstStep, sign] = direction === 'forward' ? [0, 1] : [time - 1, -1]
  const stepBytes = sign * batch * rowBytes
  /** Bytes from the beginning of [time, batch, hidden] to the step, and where its entry of `counts` is. */
  const [step, active] = [a.register(), a.register()]

  /** New registers that point to the part's first row at the step. */
  const firstRows = <Name extends string>(rows: Arguments<Name>) =>
    Object.entries<RowArgument>(rows).map(([name, { argument, width = 1, isOfBatch = false }]) => {
      const register = shareOf(a, argument, width * partBytes)
      if (!isOfBatch) for (let part = 0; part < width; part++) a.advance(register, step)
      return { name, width, register }
    })
  type Pointers = ReturnType<typeof firstRows>
  const placesOf = <Name extends string>(pointers: Pointers): Rows<Name> =>
    // There is one for each name.
    Object.fromEntries(pointers.map(({ name, register }) => [name, at(register)])) as Rows<Name>
  const releaseAll = (pointers: Pointers): void => {
    a.release(...pointers.map(({ register }) => register))
  }
  /** Runs `body` with the row of what is carried, by its place, whose register it takes. */
  const withCarried = (place: Register, body: (row: Rows<Carried>) => void): void => {
    const row = pointTo('carried')
    a.times(place, place, carried.row)
    a.advance(row, place)
    a.release(place)
    const entries = Object.entries<number>(carried.offsets)
    // There is one for each name.
    body(
      Object.fromEntries(entries.map(([name, offset]) => [name, at(row, offset)])) as Rows<Carried>,
    )
    a.release(row)
  }
  const walkRows = (pointers: Pointers, body: (place: Register) => void): void => {
    const [places, rows] = [pointTo('places'), rowsOfPart(a, sizes)]
    // The loop counts in memory.
    a.release(rows)
    a.loop(rows, () => {
      const place = a.register()
      a.loadRegister(place, at(places))
      body(place)
      a.advance(places, ENTRY_BYTES)
      for (const { width, register } of pointers) a.advance(register, width * rowBytes)
    })
    a.release(places)
  }
  return {
    ...unitLoops(a, hidden),
    forEachStep: (body) => {
      a.set(step, firstStep * batch * rowBytes)
      const counts = pointTo('counts')
      a.copy(active, counts)
      a.release(counts)
      // Rows with a token at step t have t + 1 tokens or more.
      a.advance(active, (firstStep + 1) * ENTRY_BYTES)
      a.loop(time, () => {
        body()
        a.advance(step, stepBytes)
        a.advance(active, sign * ENTRY_BYTES)
      })
    },
    activeRows: () => {
      const rows = a.register()
      a.loadRegister(rows, at(active))
      return rows
    },
    forEachRow: (rows, body, padded) => {
      const pointers = firstRows(rows)
      walkRows(pointers, (place) => {
        a.whenLess(
          place,
          at(active),
          () => {
            withCarried(place, (row) => {
              body({ ...placesOf<keyof typeof rows>(pointers), ...row })
            })
          },
          () => padded?.(placesOf(pointers)),
        )
      })
      releaseAll(pointers)
    },
    forEveryRow: (rows, body) => {
      const pointers = firstRows(rows)
      walkRows(pointers, (place) => {
        withCarried(place, (row) => {
          body({ ...placesOf<keyof typeof rows>(pointers), ...row })
        })
      })
      releaseAll(pointers)
    },
    forEachEnding: (rows, body) => {
      const [order, count, longer] = [pointTo('order'), a.register(), a.register()]
      a.loadRegister(count, at(active))
      a.loadRegister(longer, at(active, ENTRY_BYTES))
      a.times(longer, longer, -1)
      a.advance(count, longer)
      a.times(longer, longer, -ENTRY_BYTES)
      a.advance(order, longer)
      a.release(longer, count)
      a.loop(count, () => {
        const pointers = firstRows(rows)
        const number = a.register()
        for (const { width, register } of pointers) {
          a.loadRegister(number, at(order))
          a.times(number, number, width * rowBytes)
          a.advance(register, number)
        }
        a.release(number)
        body(placesOf(pointers))
        releaseAll(pointers)
        a.advance(order, ENTRY_BYTES)
      })
      a.release(order)
    },
    later: (place, width = 1, steps = 1) => ({
      ...place,
      offset: place.offset + steps * width * stepBytes,
    }),
    lanesBefore: () => {
      const lanes = a.mask()
      a.firstLanes(lanes, LANES)
      a.when(step, 0, () => {
        a.firstLanes(lanes, 0)
      })
      return lanes
    },
  }
}
