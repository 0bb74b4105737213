// The code for one vector of every value of an expression. Values stay in registers as long as there are enough; then the one
// that is needed last goes (Belady, 1966): back to where it came from, or to scratch memory.
import type { Assembler } from '../../jit/assembler.ts'
import type { Memory, Source, Vector } from '../../jit/operands.ts'

/** Where a value is that need not be computed. */
export interface Home {
  /** Where instructions can read it. */
  readonly memory?: Memory
  /** Whether it is one number for all lanes, so that reading it twice is no loss. */
  readonly isNumber?: boolean
  readonly load: (to: Vector) => void
}

/** How rules read the operands of a value. */
export interface Access {
  readonly vector: (index: number) => Vector
  readonly source: (index: number) => Source
  readonly cost: (index: number) => number
}

/** Values to compute, and others that something is done with, so that each comes after what it reads. */
interface Uses {
  readonly order: readonly number[]
  /** Where in `order` a value is read next, after a position. */
  readonly next: (value: number, position: number) => number
}

export interface Expression {
  readonly uses: Uses
  readonly operandsOf: (value: number) => readonly number[]
  readonly homeOf: (value: number) => Home | undefined
  readonly calculate: (value: number, access: Access) => Vector
  /** What is done with a value as soon as it is there. */
  readonly finish: (value: number) => ((vector: Vector) => void) | undefined
  /** Memory for a vector of a value. */
  readonly spill: (value: number) => Memory
  /** Most values in registers. */
  readonly capacity: number
}

/** The home of a value that is in memory, for all lanes or for one. */
export const homeIn = (a: Assembler, memory: Memory, isNumber = false): Home => ({
  memory,
  isNumber,
  load: (to) => {
    a.unary(memory.isBroadcast === true ? 'broadcast' : 'load', to, memory)
  },
})

/** @param isComputed - whether a value of `order` is computed, and not only fetched */
export const usesOf = (
  order: readonly number[],
  { operands }: { readonly operands: (value: number) => readonly number[] },
  isComputed: (value: number) => boolean,
): Uses => {
  const uses = new Map<number, number[]>()
  order.forEach((value, position) => {
    if (!isComputed(value)) return
    for (const operand of operands(value)) {
      const positions = uses.get(operand)
      if (positions) positions.push(position)
      else uses.set(operand, [position])
    }
  })
  return {
    order,
    next: (value, position) => uses.get(value)?.find((use) => use > position) ?? Infinity,
  }
}

/** Writes the code of an expression, one vector of each value. Where registers are too few, what is used last leaves them first. */
export const evaluate = (a: Assembler, expression: Expression): void => {
  const { uses, operandsOf, calculate, finish, spill, capacity } = expression
  const { order, next: nextUse } = uses
  const held = new Map<number, Vector>()
  const spilled = new Map<number, Home>()
  const homeOf = (value: number): Home | undefined => expression.homeOf(value) ?? spilled.get(value)
  const drop = (value: number): void => {
    a.release(held.get(value)!)
    held.delete(value)
  }
  const makeRoom = (position: number, wanted: readonly number[]): void => {
    while (held.size >= capacity) {
      const [value] = [...held.keys()]
        .filter((candidate) => !wanted.includes(candidate))
        .sort((x, y) => nextUse(y, position) - nextUse(x, position))
      if (value === undefined) throw new Error('an operator needs more registers than there are')
      if (!homeOf(value)) {
        const memory = spill(value)
        a.store(memory, held.get(value)!)
        spilled.set(value, homeIn(a, memory))
      }
      drop(value)
    }
  }
  const fetch = (value: number, position: number, wanted: readonly number[]): Vector => {
    const known = held.get(value)
    if (known) return known
    makeRoom(position, wanted)
    const vector = a.vector()
    homeOf(value)!.load(vector)
    held.set(value, vector)
    return vector
  }
  const accessOf = (position: number, operands: readonly number[]): Access => ({
    vector: (index) => fetch(operands[index]!, position, operands),
    source: (index) => {
      const value = operands[index]!
      const home = homeOf(value)
      const isLast = nextUse(value, position) === Infinity
      return !held.has(value) && home?.memory && (home.isNumber === true || isLast)
        ? home.memory
        : fetch(value, position, operands)
    },
    cost: (index) => {
      const value = operands[index]!
      return held.has(value) ? 0 : homeOf(value)?.isNumber === true ? 2 : 1
    },
  })
  order.forEach((value, position) => {
    const done = finish(value)
    if (expression.homeOf(value)) {
      done?.(fetch(value, position, [value]))
      if (held.has(value) && nextUse(value, position) === Infinity) drop(value)
      return
    }
    const operands = operandsOf(value)
    const result = calculate(value, accessOf(position, operands))
    for (const operand of new Set(operands))
      if (held.has(operand) && nextUse(operand, position) === Infinity) drop(operand)
    held.set(value, result)
    done?.(result)
    if (nextUse(value, position) === Infinity) drop(value)
  })
  for (const value of [...held.keys()]) drop(value)
}
