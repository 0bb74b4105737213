// The code of a fused kernel: one loop over everything, or loops over rows around the walks of a row. Its scratch memory is a
// vector for each value, for what a row has once and for what finds no register; then rows of values that a later phase needs
// again; then sums.
import { assembler } from '../../jit/assembler.ts'
import { FLOAT_BYTES, LANES, VECTOR_BYTES } from '../../jit/operands.ts'
import { numbersOf } from '../functions/calculator.ts'
import { keepOnce } from './homes.ts'
import { computeOnce } from './once.ts'
import { flatParts, rowParts } from './parts.ts'
import { beginSums, finishSums, SUM_BYTES, sumPointers, sumsOf } from './sums.ts'
import { unrolledFor, walkPhase } from './walk.ts'

import type { CompiledKernel } from '../kernel.ts'
import type { Plan, Writer } from './writer.ts'

const writeRow = (writer: Writer): void => {
  const { a, values, geometry, phases, pointers, config, index } = writer
  for (let input = 0; input < values.inputs; input++) {
    const pointer = pointers[input]
    if (pointer && values.isOnce(input) && config.types[input] !== 'float32')
      keepOnce(writer, input, pointer)
  }
  const run = { count: Math.floor(geometry.length / LANES), rest: geometry.length % LANES }
  phases.forEach((phase, number) => {
    computeOnce(writer, number)
    if (phase.walked.length > 0) a.set(index, 0)
    walkPhase(writer, number, run)
  })
}

/** Moves all pointers to the next place along an outer axis, after the axes inside have been walked. */
const moveOn = ({ a, pointers, geometry, bytes }: Writer, axis: number): void => {
  const { outer, walks } = geometry
  pointers.forEach((pointer, operand) => {
    const { outer: strides } = walks[operand]!
    const walked = axis + 1 < outer.length ? strides[axis + 1]! * outer[axis + 1]! : 0
    if (pointer) a.advance(pointer, (strides[axis]! - walked) * bytes[operand]!)
  })
}

const writeRows = (writer: Writer): number => {
  const { a, geometry, pointers, bytes, index } = writer
  const { outer, walks } = geometry
  const { parts, size, last } = rowParts(geometry)
  const isDivided = parts > 1
  if (isDivided)
    pointers.forEach((pointer, operand) => {
      if (!pointer) return
      a.times(index, a.part, size * walks[operand]!.outer[0]! * bytes[operand]!)
      a.advance(pointer, index)
    })
  const nest = (axis: number): void => {
    if (axis === outer.length) {
      writeRow(writer)
      return
    }
    const isPart = axis === 0 && isDivided
    if (isPart) {
      a.set(index, size)
      a.when(a.part, parts - 1, () => {
        a.set(index, last)
      })
    }
    a.loop(isPart ? index : outer[axis]!, () => {
      nest(axis + 1)
      moveOn(writer, axis)
    })
  }
  nest(0)
  return parts
}

const writeFlat = (writer: Writer): number => {
  const { a, geometry, phases, index } = writer
  const unrolled = unrolledFor(phases[0]!, Infinity)
  const { parts, vectors, more, rest } = flatParts(geometry.length, unrolled)
  computeOnce(writer, 0)
  if (parts === 1) {
    a.set(index, 0)
    walkPhase(writer, 0, { count: vectors, rest })
    return parts
  }
  a.times(index, a.part, vectors * LANES)
  walkPhase(writer, 0, { count: vectors, rest: 0 })
  a.when(a.part, parts - 1, () => {
    a.set(index, parts * vectors * LANES)
    walkPhase(writer, 0, { count: more, rest })
  })
  return parts
}

/** The code of a plan, its parts and the scratch memory of each. */
export const write = (plan: Plan): Omit<CompiledKernel, 'outputs'> => {
  const { config, values, phases, geometry } = plan
  const a = assembler()
  const operands = geometry.walks.length
  const isEverywhere = (operand: number): boolean => {
    const { outer, inner } = geometry.walks[operand]!
    return operand < values.inputs && inner === 0 && outer.every((stride) => stride === 0)
  }
  const kept = phases.flatMap((phase, number) =>
    phase.kept.map((value) => ({ value, phase: number })),
  )
  const row = Math.ceil(geometry.length / LANES) * LANES
  const rows = new Map(
    kept.map(({ value, phase }, index) => [
      value,
      { phase, offset: values.count * LANES + index * row },
    ]),
  )
  const sums = sumsOf(config).length
  const sumsOffset = values.count * VECTOR_BYTES + kept.length * row * FLOAT_BYTES
  const scratchBytes = sumsOffset + sums * SUM_BYTES
  const numbers = numbersOf(a)
  const scratch = a.argument(operands + sums)
  const index = a.register()
  a.times(index, a.part, scratchBytes)
  a.advance(scratch, index)
  const [tail, first] = [a.mask(), a.mask()]
  a.firstLanes(tail, geometry.length % LANES)
  a.firstLanes(first, 1)
  const none = { pointers: geometry.walks.map(() => undefined), columns: [] }
  const base: Writer = {
    ...plan,
    ...none,
    a,
    numbers,
    scratch,
    index,
    tail,
    first,
    rows,
    sumsOffset,
  }
  for (let input = 0; input < values.inputs; input++) {
    if (!isEverywhere(input)) continue
    const pointer = a.argument(input)
    keepOnce(base, input, pointer)
    a.release(pointer)
  }
  const pointers = geometry.walks.map((_, operand) =>
    isEverywhere(operand) ? undefined : a.argument(operand),
  )
  const writer: Writer = { ...base, pointers, columns: sumPointers(base) }
  beginSums(writer)
  const parts = geometry.outer.length === 0 && !plan.isByRow ? writeFlat(writer) : writeRows(writer)
  a.release(...pointers.filter((pointer) => pointer !== undefined))
  finishSums(writer)
  return { code: a.finish(), parts, scratchBytes }
}
