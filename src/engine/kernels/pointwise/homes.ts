// Where the values of a fused kernel are that need not be computed.
import { at, everyLane, FLOAT_BYTES } from '../../jit/operands.ts'
import { homeIn } from './evaluate.ts'
import { elementsAt, slotOf } from './writer.ts'

import type { Memory, Register } from '../../jit/operands.ts'
import type { Home } from './evaluate.ts'
import type { Place } from './walk.ts'
import type { Writer } from './writer.ts'

/** Puts an element of any type, in all lanes, into the memory that an input has. */
export const keepOnce = (writer: Writer, input: number, from: Register): void => {
  const { a, config, first } = writer
  const vector = a.vector()
  const type = config.types[input]!
  if (type === 'float32') a.unary('broadcast', vector, at(from))
  else if (type === 'int32') a.unary('fromIntegers', vector, everyLane(at(from)))
  else {
    a.keep(vector, first, at(from), 'loadBytes')
    a.unary('fromIntegers', vector, vector)
    a.unary('broadcast', vector, vector)
  }
  a.store(slotOf(writer, input), vector)
  a.release(vector)
}

/** Where a value is that a row has once. */
export const homeOnce = (writer: Writer, value: number): Home => {
  const { a, numbers, values, pointers, config } = writer
  const constant = values.constant(value)
  if (constant !== undefined) return homeIn(a, numbers.of(constant), true)
  const pointer = value < values.inputs ? pointers[value] : undefined
  return pointer && config.types[value] === 'float32'
    ? homeIn(a, everyLane(at(pointer)), true)
    : homeIn(a, slotOf(writer, value), true)
}

/** Whether a phase finds a value of every element in memory: inputs, and what phases before it wrote. */
export const isInMemory = (
  { values, rows, config, phases }: Writer,
  value: number,
  phase: number,
): boolean =>
  value < values.inputs ||
  (rows.get(value)?.phase ?? phase) < phase ||
  (config.outputs.includes(value) && !phases[phase]!.outputs.includes(value))

/** Where such a value is; nothing for others. */
export const homeWalked = (
  writer: Writer,
  value: number,
  { phase, place }: { readonly phase: number; readonly place: Place },
): Home | undefined => {
  const { a, values, pointers, config, bytes, scratch, rows } = writer
  if (!isInMemory(writer, value, phase)) return undefined
  const { offset, mask } = place
  const floatsIn = (memory: Memory): Home => {
    if (!mask) return homeIn(a, memory)
    return {
      load: (to) => {
        a.keep(to, mask, memory)
      },
    }
  }
  if (value < values.inputs) {
    const memory = elementsAt(writer, pointers[value]!, { bytes: bytes[value]!, offset })
    const type = config.types[value]!
    if (type === 'float32') return floatsIn(memory)
    return {
      load: (to) => {
        const op = type === 'int32' ? 'fromIntegers' : 'loadBytes'
        if (mask) a.keep(to, mask, memory, op)
        else a.unary(op, to, memory)
        if (type !== 'int32') a.unary('fromIntegers', to, to)
      },
    }
  }
  const row = rows.get(value)
  // Whole vectors: what is behind the end of a row means nothing there.
  if (row && row.phase < phase)
    return homeIn(
      a,
      elementsAt(writer, scratch, { bytes: FLOAT_BYTES, offset: offset + row.offset }),
    )
  const pointer = pointers[values.inputs + config.outputs.indexOf(value)]!
  return floatsIn(elementsAt(writer, pointer, { bytes: FLOAT_BYTES, offset }))
}
