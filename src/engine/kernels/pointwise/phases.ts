// When a value of a kernel is computed. A reduction needs a whole row before anything that depends on it: a row is walked once
// per phase, and between two phases lie the values that a row has once. What a later phase needs again is computed again, or
// kept in memory if it took long.
import { calculations } from './calculations.ts'
import { isReduction } from './config.ts'

import type { PointwiseConfig, Reduction, Step } from './config.ts'

export interface Phase {
  /** Values that a row has once, in order; computed before the row is walked. */
  readonly once: readonly number[]
  /** Values of every element that the walk needs, in order, with inputs that something is made of. */
  readonly walked: readonly number[]
  /** Reductions of walked values, computed by the walk. */
  readonly reductions: readonly number[]
  /** Walked values that are written to memory for later phases. */
  readonly kept: readonly number[]
  /** Outputs that are walked here. */
  readonly outputs: readonly number[]
  /** Values that are walked here of which there are sums over rows. */
  readonly summed: readonly number[]
}

export interface Values {
  readonly count: number
  readonly inputs: number
  /** The step that makes a value, and what it reads. */
  readonly step: (value: number) => Step | undefined
  readonly operands: (value: number) => readonly number[]
  readonly constant: (value: number) => number | undefined
  /** Whether a row has it once. */
  readonly isOnce: (value: number) => boolean
}

/** @param isOnceInput - whether an input has one value for a whole row */
export const valuesOf = (
  { types, constants, steps }: PointwiseConfig,
  isOnceInput: readonly boolean[],
): Values => {
  const [inputs, first] = [types.length, types.length + constants.length]
  const isOnce = [...isOnceInput, ...constants.map(() => true)]
  const operandsOfSteps = steps.map(([, ...operands]) => operands)
  for (const [index, [op]] of steps.entries())
    isOnce.push(isReduction(op) || operandsOfSteps[index]!.every((operand) => isOnce[operand]))
  return {
    count: first + steps.length,
    inputs,
    step: (value) => steps[value - first],
    operands: (value) => operandsOfSteps[value - first] ?? [],
    constant: (value) => (value < first ? constants[value - inputs] : undefined),
    isOnce: (value) => isOnce[value]!,
  }
}

/** Which reduction a value is, if it is one. */
export const reductionOf = (values: Values, value: number): Reduction | undefined => {
  const op = values.step(value)?.[0]
  return op !== undefined && isReduction(op) ? op : undefined
}

/** A reduction of what changes along a row; otherwise a row has one value, which is what it is reduced to. */
const isWalkedReduction = (values: Values, value: number): boolean => {
  const step = values.step(value)
  return step !== undefined && isReduction(step[0]) && !values.isOnce(step[1]!)
}

const isSlow = (values: Values, value: number): boolean => {
  const op = values.step(value)?.[0]
  if (op === undefined || isReduction(op)) return false
  const rule = calculations[op]
  return 'isSlow' in rule && rule.isSlow
}

/** The first phase in which each value can be there. */
const earliestOf = (values: Values): readonly number[] => {
  const earliest: number[] = []
  for (let value = 0; value < values.count; value++) {
    const from = Math.max(0, ...values.operands(value).map((operand) => earliest[operand]!))
    earliest.push(isWalkedReduction(values, value) ? from + 1 : from)
  }
  return earliest
}

const sorted = (numbers: Iterable<number>): number[] => [...numbers].sort((a, b) => a - b)

/** @param summed - values of which there are sums over rows */
export const phasesOf = (
  values: Values,
  outputs: readonly number[],
  summed: readonly number[] = [],
): readonly Phase[] => {
  const earliest = earliestOf(values)
  const all = Array.from({ length: values.count }, (_, value) => value)
  const last = Math.max(0, ...[...outputs, ...summed].map((value) => earliest[value]!))
  const isOutput = new Set(outputs)
  /** Phases by the slow values and outputs that they computed first. */
  const home = new Map<number, number>()
  const kept = new Set<number>()
  const phases = Array.from({ length: last + 1 }, (_, phase) => {
    const reductions = all.filter(
      (value) => isWalkedReduction(values, value) && earliest[value] === phase + 1,
    )
    const endsHere = (value: number): boolean => !values.isOnce(value) && earliest[value] === phase
    const ends = { outputs: outputs.filter(endsHere), summed: summed.filter(endsHere) }
    const walked = new Set<number>()
    const need = (value: number): void => {
      if (values.isOnce(value) || walked.has(value)) return
      walked.add(value)
      if (home.has(value)) {
        if (!isOutput.has(value)) kept.add(value)
        return
      }
      values.operands(value).forEach(need)
    }
    for (const value of [
      ...ends.outputs,
      ...ends.summed,
      ...reductions.map((reduction) => values.step(reduction)![1]!),
    ])
      need(value)
    for (const value of walked)
      if ((isSlow(values, value) || ends.outputs.includes(value)) && !home.has(value))
        home.set(value, phase)
    const once = all.filter(
      (value) =>
        values.step(value) !== undefined &&
        values.isOnce(value) &&
        !isWalkedReduction(values, value) &&
        earliest[value] === phase,
    )
    return { once, walked: sorted(walked), reductions, ...ends }
  })
  return phases.map((phase, index) => ({
    ...phase,
    kept: phase.walked.filter((value) => kept.has(value) && home.get(value) === index),
  }))
}
