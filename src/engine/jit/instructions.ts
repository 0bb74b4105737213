// The instructions of AVX-512 that kernels are written in, as a table: one row per instruction.
import type { Opcode } from './encode.ts'

/** destination = first (op) second; the second may be memory. */
export const binary = {
  add: { map: '0F', prefix: 'none', opcode: 0x58 },
  multiply: { map: '0F', prefix: 'none', opcode: 0x59 },
  subtract: { map: '0F', prefix: 'none', opcode: 0x5c },
  minimum: { map: '0F', prefix: 'none', opcode: 0x5d },
  divide: { map: '0F', prefix: 'none', opcode: 0x5e },
  maximum: { map: '0F', prefix: 'none', opcode: 0x5f },
  /** first times 2 to the power of floor(second) */
  scale: { map: '0F38', prefix: '66', opcode: 0x2c },
  addIntegers: { map: '0F', prefix: '66', opcode: 0xfe },
  subtractIntegers: { map: '0F', prefix: '66', opcode: 0xfa },
  and: { map: '0F', prefix: '66', opcode: 0xdb },
  or: { map: '0F', prefix: '66', opcode: 0xeb },
  exclusiveOr: { map: '0F', prefix: '66', opcode: 0xef },
} as const satisfies Record<string, Opcode>

/** destination = destination + first * second, and relatives, rounded once. */
export const fused = {
  multiplyAdd: { map: '0F38', prefix: '66', opcode: 0xb8 },
  multiplySubtract: { map: '0F38', prefix: '66', opcode: 0xba },
  /** destination = destination - first * second */
  subtractProduct: { map: '0F38', prefix: '66', opcode: 0xbc },
  /** destination = destination * first + second */
  multiplyThenAdd: { map: '0F38', prefix: '66', opcode: 0xa8 },
} as const satisfies Record<string, Opcode>

/** destination = op(source); the source may be memory. */
export const unary = {
  load: { map: '0F', prefix: 'none', opcode: 0x10 },
  squareRoot: { map: '0F', prefix: 'none', opcode: 0x51 },
  toIntegers: { map: '0F', prefix: '66', opcode: 0x5b },
  fromIntegers: { map: '0F', prefix: 'none', opcode: 0x5b },
  /** The exponent of 2, rounded down, as a float; -infinity of 0. */
  exponent: { map: '0F38', prefix: '66', opcode: 0x42 },
  /** One float of memory, or the first lane, in all lanes. */
  broadcast: { map: '0F38', prefix: '66', opcode: 0x18, memoryBytes: 4 },
  /** 16 bytes as 16 integers. */
  loadBytes: { map: '0F38', prefix: '66', opcode: 0x31, memoryBytes: 16 },
} as const satisfies Record<string, Opcode>

/** To memory. */
export const stores = {
  store: { map: '0F', prefix: 'none', opcode: 0x11 },
  /** The low byte of each of 16 integers. */
  storeBytes: { map: '0F38', prefix: 'F3', opcode: 0x31, memoryBytes: 16 },
} as const satisfies Record<string, Opcode>

/** Lanes with the mask's bit from the second source, the others from the first. */
export const BLEND: Opcode = { map: '0F38', prefix: '66', opcode: 0x65 }

/** The lowest 32 bits of a general-purpose register in all lanes. */
export const BROADCAST_REGISTER: Opcode = { map: '0F38', prefix: '66', opcode: 0x7c }

export const COMPARE_FLOATS: Opcode = { map: '0F', prefix: 'none', opcode: 0xc2 }
export const COMPARE_INTEGERS: Opcode = { map: '0F3A', prefix: '66', opcode: 0x1f }
export const ROUND: Opcode = { map: '0F3A', prefix: '66', opcode: 0x08 }
/** What rounding takes away. */
export const REDUCE: Opcode = { map: '0F3A', prefix: '66', opcode: 0x56 }
export const MANTISSA: Opcode = { map: '0F3A', prefix: '66', opcode: 0x26 }
/** Its immediate for mantissas from 3/4 to 3/2, and NaN of negative numbers. */
export const FROM_THREE_QUARTERS = 0b10_11
/** Lanes in groups of four, by number. */
export const SHUFFLE_GROUPS: Opcode = { map: '0F3A', prefix: '66', opcode: 0x23 }
/** Lanes within groups of four, by number. */
export const SHUFFLE_IN_GROUPS: Opcode = { map: '0F3A', prefix: '66', opcode: 0x04 }

/** Predicates of comparisons: false where a side is NaN, but for `unequal` and those that name it: unordered means that. */
export const predicates = {
  equal: 0,
  less: 1,
  lessOrEqual: 2,
  unordered: 3,
  unequal: 4,
  equalOrUnordered: 8,
} as const

/** Predicates swap for `greater`: first > second is second < first. */
export type Predicate = keyof typeof predicates
