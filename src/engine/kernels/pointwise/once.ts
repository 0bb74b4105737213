// The code for values that a row has once, between its walks.
import { at } from '../../jit/operands.ts'
import { calculations } from './calculations.ts'
import { isReduction } from './config.ts'
import { evaluate, usesOf } from './evaluate.ts'
import { homeOnce } from './homes.ts'
import { addToSums, sumsOf } from './sums.ts'
import { slotOf } from './writer.ts'

import type { Vector } from '../../jit/operands.ts'
import type { Access } from './evaluate.ts'
import type { Writer } from './writer.ts'

const VECTORS = 32
/** Registers that functions take while they run, and one for what is computed. */
const SPARE_VECTORS = 8
/** For values of expressions. */
export const VALUE_VECTORS = VECTORS - SPARE_VECTORS

/** Writes the code of a step: from vectors of its operands to a new vector. */
export const calculate =
  ({ a, numbers, values }: Writer) =>
  (value: number, access: Access): Vector => {
    const [op] = values.step(value)!
    const operands = values.operands(value)
    if (isReduction(op)) {
      // A row of one value: its sum, mean and maximum are that.
      const to = a.vector()
      a.unary('load', to, access.vector(0))
      return to
    }
    return calculations[op].calculate({
      a,
      numbers,
      ...access,
      isConstant: (index) => values.constant(operands[index]!) !== undefined,
    })
  }

/** Writes and adds to the outputs that a value is which a row has once. */
export const finishOnce = (writer: Writer, value: number, vector: Vector): void => {
  const { a, values, config, pointers, first } = writer
  config.outputs.forEach((output, index) => {
    if (output === value) a.store(at(pointers[values.inputs + index]!), vector, 'store', first)
  })
  addToSums(writer, value, vector)
}

/** All such values that are there before a phase. */
export const computeOnce = (writer: Writer, phase: number): void => {
  const { a, values, phases, config } = writer
  const { once } = phases[phase]!
  const asked = [...config.outputs, ...sumsOf(config).map(({ of }) => of)]
  // What is asked for just as it comes.
  const passed = asked.filter((value) => phase === 0 && !values.step(value) && values.isOnce(value))
  const computed = new Set(once)
  const order = [...new Set(passed), ...once]
  const isComputed = (value: number): boolean => computed.has(value)
  evaluate(a, {
    uses: usesOf(order, values, isComputed),
    operandsOf: values.operands,
    homeOf: (value) => (computed.has(value) ? undefined : homeOnce(writer, value)),
    calculate: calculate(writer),
    finish: (value) => (vector) => {
      if (computed.has(value)) a.store(slotOf(writer, value), vector)
      finishOnce(writer, value, vector)
    },
    spill: (value) => slotOf(writer, value),
    capacity: VALUE_VECTORS,
  })
}
