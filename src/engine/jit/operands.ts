// Registers and memory as operands of instructions.

/** A general-purpose register of 64 bits: rax is 0, r15 is 15. */
export interface Register {
  readonly kind: 'register'
  readonly number: number
}

/** A vector register of 16 floats: zmm0 to zmm31. */
export interface Vector {
  readonly kind: 'vector'
  readonly number: number
}

/** A mask register of one bit per lane: k1 to k7. */
export interface Mask {
  readonly kind: 'mask'
  readonly number: number
}

/** Memory at base + offset; as an operand of arithmetic either 16 floats or, with `isBroadcast`, one float for all lanes. */
export interface Memory {
  readonly kind: 'memory'
  readonly base: Register
  /** Bytes. */
  readonly offset: number
  readonly index?: Register
  /** Times which the index counts. */
  readonly scale?: 1 | 2 | 4 | 8
  readonly isBroadcast?: boolean
}

export type Source = Vector | Memory

export const at = (base: Register, offset = 0): Memory => ({ kind: 'memory', base, offset })

/** One float, in all lanes. */
export const everyLane = (memory: Memory): Memory => ({ ...memory, isBroadcast: true })

export const LANES = 16
export const FLOAT_BYTES = 4
export const VECTOR_BYTES = LANES * FLOAT_BYTES
