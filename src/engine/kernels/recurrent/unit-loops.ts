// Loops over the units of a row [width, hidden], 16 at a time: `width` parts of `hidden` units lie one after the other.
import { FLOAT_BYTES, LANES, VECTOR_BYTES } from '../../jit/operands.ts'

import type { Assembler } from '../../jit/assembler.ts'
import type { Memory, Source, Vector } from '../../jit/operands.ts'

/** The loop's 16 units in part `part` of a row [width, hidden]. */
type UnitOf = (row: Memory, part?: number) => Memory

export interface UnitLoops {
  /** Runs `body` for 16 units at a time. */
  readonly forEachUnit: (body: (unitOf: UnitOf) => void) => void
  /** [hidden] -> [hidden] */
  readonly copyRow: (from: Memory, to: Memory) => void
  /** Writes zeros over rows [width, hidden]. */
  readonly clearRows: (rows: readonly (readonly [row: Memory, width: number])[]) => void
  /** A new vector with what is there. */
  readonly load: (from: Source) => Vector
}

/** Of rows whose parts have so many units, a multiple of 16. */
export const unitLoops = (a: Assembler, hidden: number): UnitLoops => {
  const rowBytes = hidden * FLOAT_BYTES
  const forEachUnit: UnitLoops['forEachUnit'] = (body) => {
    const unit = a.register()
    a.set(unit, 0)
    a.loop(hidden / LANES, () => {
      body((row, part = 0) => ({ ...row, offset: row.offset + part * rowBytes, index: unit }))
      a.advance(unit, VECTOR_BYTES)
    })
    a.release(unit)
  }
  const load: UnitLoops['load'] = (from) => {
    const vector = a.vector()
    a.unary('load', vector, from)
    return vector
  }
  return {
    forEachUnit,
    load,
    copyRow: (from, to) => {
      forEachUnit((unitOf) => {
        const vector = load(unitOf(from))
        a.store(unitOf(to), vector)
        a.release(vector)
      })
    },
    clearRows: (rows) => {
      const zero = a.vector()
      a.zero(zero)
      forEachUnit((unitOf) => {
        for (const [row, width] of rows)
          for (let part = 0; part < width; part++) a.store(unitOf(row, part), zero)
      })
      a.release(zero)
    },
  }
}
