// What a kernel of fused operators computes, as data: the `config` of a node. Values have numbers: first the inputs, then the
// constants, then the results of the steps, in the order of the lists.
import type { DataType } from '../../../base/arrays.ts'
import type { KernelConfig } from '../kernel.ts'
import type { Calculation } from './calculations.ts'

/** Types that inputs can have. All that is computed with them is float32; conditions are 1 and 0. */
export const INPUT_BYTES = { float32: 4, int32: 4, uint8: 1, bool: 1 } as const satisfies Partial<
  Record<DataType, number>
>
export type InputType = keyof typeof INPUT_BYTES

/** Over the last axis, which stays with size 1. */
const REDUCTIONS = ['ReduceSum', 'ReduceMean', 'ReduceMax'] as const
export type Reduction = (typeof REDUCTIONS)[number]

/** Whether an operator reduces the last axis. */
export const isReduction = (op: string): op is Reduction =>
  (REDUCTIONS as readonly string[]).includes(op)

/**
 * A sum over all axes but the last, or over all. Parts of a kernel cannot add to the same numbers, so each gives its own: the
 * output is [parts, last axis] or [parts], and whoever reads it adds up the parts.
 */
export interface Sum {
  readonly of: number
  readonly over: 'leading axes' | 'all axes'
  /** Divided by how many values it is the sum of, all parts together. */
  readonly isMean: boolean
}

/** An operator and the numbers of what it reads. */
export type Step = readonly [op: Calculation | Reduction, ...operands: number[]]

/** Inputs and outputs that are no single numbers: each has a register. */
export const MOST_POINTERS = 10
/** Of a kernel: their results are in registers while a row is walked. */
export const MOST_REDUCTIONS = 6

export interface PointwiseConfig extends KernelConfig {
  readonly kind: 'pointwise'
  readonly types: readonly InputType[]
  readonly constants: readonly number[]
  /** Every step comes after what it reads. */
  readonly steps: readonly Step[]
  /** Values of the broadcast shape of all inputs, or of that shape with a last axis of 1. */
  readonly outputs: readonly number[]
  /** More outputs, after the others; of values of the whole broadcast shape. */
  readonly sums?: readonly Sum[]
}
