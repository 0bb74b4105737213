// What all pieces of a fused kernel's code share.
import { at, VECTOR_BYTES } from '../../jit/operands.ts'

import type { Assembler } from '../../jit/assembler.ts'
import type { Mask, Memory, Register } from '../../jit/operands.ts'
import type { Numbers } from '../functions/calculator.ts'
import type { PointwiseConfig } from './config.ts'
import type { Geometry } from './geometry.ts'
import type { Phase, Values } from './phases.ts'

/** What is known before code is written. */
export interface Plan {
  readonly config: PointwiseConfig
  readonly values: Values
  readonly phases: readonly Phase[]
  /** Its walks are those of the inputs, then of the outputs. */
  readonly geometry: Geometry
  /** Bytes of an element of each of these. */
  readonly bytes: readonly number[]
  /** Whether rows are rows of the last axis, and not what can be walked in one go. */
  readonly isByRow: boolean
}

export interface Writer extends Plan {
  readonly a: Assembler
  readonly numbers: Numbers
  readonly scratch: Register
  /** Elements from the beginning of a row to where the walk is. */
  readonly index: Register
  /** Of inputs, then outputs; none where one value stands for all. */
  readonly pointers: readonly (Register | undefined)[]
  /** The lanes of the vector that ends a row, and the first lane. */
  readonly tail: Mask
  readonly first: Mask
  /** Where rows of values are in scratch memory, and the phases that fill them. */
  readonly rows: ReadonlyMap<number, { readonly offset: number; readonly phase: number }>
  /** This part's row of each sum over leading axes. */
  readonly columns: readonly (Register | undefined)[]
  /** Where sums over all axes are in scratch memory. */
  readonly sumsOffset: number
}

/** A vector of scratch memory that a value has for itself. */
export const slotOf = ({ scratch }: Writer, value: number): Memory =>
  at(scratch, value * VECTOR_BYTES)

/** Elements of a row, from where the walk is. */
export const elementsAt = (
  { index }: Writer,
  base: Register,
  { bytes, offset }: { readonly bytes: number; readonly offset: number },
): Memory => ({
  kind: 'memory',
  base,
  offset: offset * bytes,
  index,
  scale: bytes === 1 ? 1 : 4,
})
