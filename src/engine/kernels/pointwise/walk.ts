// The code that walks a row, or everything, once: all values of one phase, vector by vector.
import { FLOAT_BYTES, LANES } from '../../jit/operands.ts'
import { evaluate, usesOf } from './evaluate.ts'
import { homeOnce, homeWalked, isInMemory } from './homes.ts'
import { calculate, finishOnce, VALUE_VECTORS } from './once.ts'
import { reductionOf } from './phases.ts'
import { addToSums } from './sums.ts'
import { elementsAt, slotOf } from './writer.ts'

import type { Mask, Vector } from '../../jit/operands.ts'
import type { Expression, Home } from './evaluate.ts'
import type { Phase } from './phases.ts'
import type { Writer } from './writer.ts'

/** Accumulators of reductions in registers: the rest is for values. */
const MOST_SUMS = 8

/** Where a vector is. */
export interface Place {
  /** Elements from where the walk is. */
  readonly offset: number
  /** The lanes of a vector that is not full. */
  readonly mask: Mask | undefined
  /** Vectors with different numbers are computed side by side. */
  readonly lane: number
}

/** How many vectors are computed side by side: enough that the loop itself costs little. */
export const unrolledFor = ({ walked, reductions }: Phase, vectors: number): number => {
  const wanted = walked.length <= 8 ? 4 : walked.length <= 20 ? 2 : 1
  return reductions.length * wanted > MOST_SUMS ? 1 : Math.max(1, Math.min(wanted, vectors))
}

/** Accumulators of a phase's reductions, by lane. */
type Sums = readonly (readonly Vector[])[]

const sumOf = (writer: Writer, reduction: number): 'maximum' | 'add' =>
  reductionOf(writer.values, reduction) === 'ReduceMax' ? 'maximum' : 'add'

/** What is done with each value of a phase as soon as it is there. */
const finishWith = (writer: Writer, phase: number, sums: Sums) => {
  const { a, values, phases, config, pointers, scratch, rows } = writer
  const { walked, reductions, outputs, summed, kept } = phases[phase]!
  const finishes = new Map<number, (vector: Vector, place: Place) => void>()
  for (const value of walked) {
    const written = config.outputs.flatMap((output, index) =>
      output === value && outputs.includes(value) ? [pointers[values.inputs + index]!] : [],
    )
    const reduced = reductions.flatMap((reduction, index) =>
      values.operands(reduction)[0] === value
        ? [{ op: sumOf(writer, reduction), lanes: sums[index]! }]
        : [],
    )
    const row = kept.includes(value) ? rows.get(value) : undefined
    const isSummed = summed.includes(value)
    if (written.length + reduced.length === 0 && !row && !isSummed) continue
    finishes.set(value, (vector, place) => {
      const { offset, mask, lane } = place
      const bytes = FLOAT_BYTES
      for (const pointer of written)
        a.store(elementsAt(writer, pointer, { bytes, offset }), vector, 'store', mask)
      if (row) a.store(elementsAt(writer, scratch, { bytes, offset: offset + row.offset }), vector)
      if (isSummed) addToSums(writer, value, vector, place)
      for (const { op, lanes } of reduced) a.binary(op, lanes[lane]!, lanes[lane]!, vector, mask)
    })
  }
  return finishes
}

const expressionOf = (writer: Writer, phase: number, sums: Sums) => {
  const { values, phases } = writer
  const finishes = finishWith(writer, phase, sums)
  const isComputed = (value: number): boolean => !isInMemory(writer, value, phase)
  const shared = {
    uses: usesOf(phases[phase]!.walked, values, isComputed),
    operandsOf: values.operands,
    calculate: calculate(writer),
    spill: (value: number) => slotOf(writer, value),
    capacity: VALUE_VECTORS - sums.flat().length,
  }
  const once = new Map<number, Home>()
  const homeOf = (value: number): Home => {
    const home = once.get(value) ?? homeOnce(writer, value)
    once.set(value, home)
    return home
  }
  return (place: Place): Expression => {
    const walked = new Map<number, Home | undefined>()
    return {
      ...shared,
      homeOf: (value) => {
        if (values.isOnce(value)) return homeOf(value)
        if (!walked.has(value)) walked.set(value, homeWalked(writer, value, { phase, place }))
        return walked.get(value)
      },
      finish: (value) => {
        const finish = finishes.get(value)
        if (!finish) return undefined
        return (vector) => {
          finish(vector, place)
        }
      },
    }
  }
}

/** Joins what was computed side by side, and writes it where the next phases find it. */
const finishReductions = (writer: Writer, phase: number, sums: Sums): void => {
  const { a, numbers, values, phases, geometry } = writer
  phases[phase]!.reductions.forEach((reduction, index) => {
    const [sum, ...others] = sums[index]! as [Vector, ...Vector[]]
    const op = sumOf(writer, reduction)
    for (const other of others) a.binary(op, sum, sum, other)
    a.release(...others)
    const scratch = a.vector()
    if (op === 'maximum') a.maximumOfLanes(sum, scratch)
    else a.sumLanes(sum, scratch)
    a.release(scratch)
    if (reductionOf(values, reduction) === 'ReduceMean')
      a.binary('divide', sum, sum, numbers.of(geometry.length))
    a.store(slotOf(writer, reduction), sum)
    finishOnce(writer, reduction, sum)
    a.release(sum)
  })
}

export interface Run {
  /** Full vectors, and elements after them. */
  readonly count: number
  readonly rest: number
}

/** All vectors of one phase, from `index` on, which may point elsewhere afterwards. */
export const walkPhase = (writer: Writer, phase: number, { count, rest }: Run): void => {
  const { a, numbers, phases, tail, index } = writer
  const { walked, reductions } = phases[phase]!
  if (walked.length === 0) return
  const unrolled = unrolledFor(phases[phase]!, count + Math.sign(rest))
  const sums = reductions.map((reduction) =>
    a.vectors(unrolled).map((vector) => {
      if (sumOf(writer, reduction) === 'add') a.zero(vector)
      // Not `constant`, which takes a register: pointers may have all that are left.
      else a.unary('broadcast', vector, numbers.of(-Infinity))
      return vector
    }),
  )
  const expression = expressionOf(writer, phase, sums)
  const rounds = Math.floor(count / unrolled)
  let offset = 0
  const next = (lane: number, mask?: Mask): void => {
    evaluate(a, expression({ offset, mask, lane }))
    offset += LANES
  }
  a.loop(rounds, () => {
    for (let lane = 0; lane < unrolled; lane++) next(lane)
    if (rounds === 1) return
    a.advance(index, unrolled * LANES)
    offset = 0
  })
  for (let lane = 0; lane < count % unrolled; lane++) next(lane)
  if (rest > 0) next(count % unrolled, tail)
  finishReductions(writer, phase, sums)
}
