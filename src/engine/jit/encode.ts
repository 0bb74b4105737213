// Bytes of x86-64 instructions: the few general-purpose ones that loops need, and AVX-512's by their fields.
// Intel, "64 and IA-32 Architectures Software Developer's Manual", volume 2, sections 2.1 (REX, ModRM, SIB) and 2.7 (EVEX).
import type { Mask, Memory, Register, Vector } from './operands.ts'

/** Opcode maps. */
export type OpcodeMap = '0F' | '0F38' | '0F3A'
const MAPS: Readonly<Record<OpcodeMap, number>> = { '0F': 1, '0F38': 2, '0F3A': 3 }

/** Prefixes that are part of an opcode. */
export type Prefix = 'none' | '66' | 'F3' | 'F2'
const PREFIXES: Readonly<Record<Prefix, number>> = { none: 0, '66': 1, F3: 2, F2: 3 }

const RSP = 4
const RBP = 5

export const isInt32 = (value: number): boolean => (value | 0) === value

/** @throws Error where a kernel counts, or moves, by what is no such number: its code would write anywhere */
export const int32 = (value: number): number[] => {
  if (!isInt32(value)) throw new Error(`${value} is no integer of 32 bits`)
  return [value & 255, (value >> 8) & 255, (value >> 16) & 255, (value >> 24) & 255]
}

export const int64 = (value: number): number[] => [
  ...new Uint8Array(BigInt64Array.of(BigInt(value)).buffer),
]

const isByte = (value: number): boolean => value >= -128 && value <= 127

/** ModRM, SIB and displacement of a memory operand. A displacement of one byte counts in units of `unit` bytes. */
const memoryBytes = (reg: number, memory: Memory, unit: number): number[] => {
  const { base, index, scale = 1, offset } = memory
  const low = base.number & 7
  const scaled = offset / unit
  const short = Number.isInteger(scaled) && isByte(scaled)
  // Without a displacement, rbp and r13 as base would mean something else.
  const mode = offset === 0 && low !== RBP ? 0 : short ? 1 : 2
  const displacement = mode === 0 ? [] : mode === 1 ? [scaled & 255] : int32(offset)
  const modrm = (rm: number): number => (mode << 6) | ((reg & 7) << 3) | rm
  if (index === undefined && low !== RSP) return [modrm(low), ...displacement]
  const scaleBits = Math.log2(scale) << 6
  const sib = scaleBits | (((index?.number ?? RSP) & 7) << 3) | low
  return [modrm(RSP), sib, ...displacement]
}

const registerBytes = (reg: number, rm: number): number => 0xc0 | ((reg & 7) << 3) | (rm & 7)

/** An instruction of 64-bit general-purpose registers. */
export const general = (
  opcode: readonly number[],
  reg: number,
  rm: Register | Memory,
  immediate: readonly number[] = [],
): number[] => {
  const index = rm.kind === 'memory' ? (rm.index?.number ?? 0) : 0
  const base = rm.kind === 'memory' ? rm.base.number : rm.number
  const rex = 0x48 | ((reg >> 3) << 2) | ((index >> 3) << 1) | (base >> 3)
  const operand = rm.kind === 'memory' ? memoryBytes(reg, rm, 1) : [registerBytes(reg, rm.number)]
  return [rex, ...opcode, ...operand, ...immediate]
}

/** What an AVX-512 instruction is made of, besides its operands. */
export interface Opcode {
  readonly map: OpcodeMap
  readonly prefix: Prefix
  readonly opcode: number
  /** Elements of 64 bits. */
  readonly isWide?: boolean
  /** Bytes of a whole memory operand, 64 by default. */
  readonly memoryBytes?: number
}

export interface Operands {
  /** Field ModRM.reg: a vector or mask number. */
  readonly reg: number
  /** Field EVEX.vvvv. */
  readonly first?: number
  readonly rm: Vector | Memory | Register | Mask
  readonly mask?: Mask | undefined
  /** Lanes that the mask leaves out become 0 instead of staying. */
  readonly isZeroing?: boolean
  readonly immediate?: number
}

/** An EVEX instruction of 512 bits. */
export const evex = (code: Opcode, operands: Operands): number[] => {
  const { reg, first = 0, rm, mask, isZeroing = false, immediate } = operands
  const isMemory = rm.kind === 'memory'
  // Instructions that read less than a vector have no such form: what they read is one float already.
  const isBroadcast = isMemory && rm.isBroadcast === true && code.memoryBytes === undefined
  const low = isMemory ? rm.base.number : rm.number
  // The fourth bit of the index, or the fifth bit of a register.
  const x = isMemory ? (rm.index?.number ?? 0) >> 3 : low >> 4
  const inverted = (bit: number): number => (bit & 1) ^ 1
  const byte0 =
    (inverted(reg >> 3) << 7) |
    (inverted(x) << 6) |
    (inverted(low >> 3) << 5) |
    (inverted(reg >> 4) << 4) |
    MAPS[code.map]
  const byte1 =
    (Number(code.isWide === true) << 7) | ((~first & 15) << 3) | 4 | PREFIXES[code.prefix]
  const byte2 =
    (Number(isZeroing) << 7) |
    (2 << 5) |
    (Number(isBroadcast) << 4) |
    (inverted(first >> 4) << 3) |
    (mask?.number ?? 0)
  const unit = isBroadcast ? 4 : (code.memoryBytes ?? 64)
  const operand = isMemory ? memoryBytes(reg, rm, unit) : [registerBytes(reg, low)]
  return [
    0x62,
    byte0,
    byte1,
    byte2,
    code.opcode,
    ...operand,
    ...(immediate === undefined ? [] : [immediate & 255]),
  ]
}
