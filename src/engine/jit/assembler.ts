// Writes the code of one kernel: hands out registers, knows loops, and appends instructions. There is no spilling: a kernel
// that needs more registers than there are is a mistake in that kernel, and says so.
import { evex, general, int32, int64, isInt32 } from './encode.ts'
import * as I from './instructions.ts'
import { at } from './operands.ts'

import type { Opcode } from './encode.ts'
import type { Mask, Memory, Register, Source, Vector } from './operands.ts'

export interface Assembler {
  /** The argument `pointers[index]`, in a register of its own. */
  readonly argument: (index: number) => Register
  /** The number of the part to work on. */
  readonly part: Register

  readonly register: () => Register
  readonly vector: () => Vector
  readonly vectors: (count: number) => Vector[]
  readonly mask: () => Mask
  /** Hands registers back. */
  readonly release: (...registers: readonly (Register | Vector | Mask)[]) => void

  readonly copy: (to: Register, from: Register) => void
  readonly set: (to: Register, value: number) => void
  /** to += value */
  readonly advance: (to: Register, value: number | Register) => void
  /** to = from * factor */
  readonly times: (to: Register, from: Register, factor: number) => void
  readonly loadRegister: (to: Register, from: Memory) => void
  readonly storeRegister: (to: Memory, from: Register) => void
  /** A 32-bit integer of memory, with its sign. */
  readonly loadInteger: (to: Register, from: Memory) => void
  /** The lowest 32 bits. */
  readonly storeInteger: (to: Memory, from: Register) => void
  /** to = to / 2 to the power of `bits`, without the rest; for numbers that are not negative. */
  readonly shiftRight: (to: Register, bits: number) => void
  /** Asks for a cache line that will be read, or written. */
  readonly prefetch: (from: Memory, use: 'read' | 'written') => void

  /** Where a table of 64-bit integers stands, which is kept behind the code. It may grow until the code is finished. */
  readonly table: (values: readonly number[]) => Register

  /** The body `count` times. */
  readonly loop: (count: number | Register, body: () => void) => void
  /** Runs the body only where `value` is `wanted`. */
  readonly when: (value: Register | Memory, wanted: number, body: () => void) => void
  /** Runs one of two bodies: the first one where `value` is less than `limit`. */
  readonly whenLess: (
    value: Register,
    limit: Register | Memory,
    less: () => void,
    otherwise: () => void,
  ) => void

  readonly zero: (to: Vector) => void
  /** A number in all lanes; integers with `isInteger`. */
  readonly constant: (to: Vector, value: number, isInteger?: boolean) => void
  readonly unary: (op: keyof typeof I.unary, to: Vector, from: Source) => void
  /** With a mask, other lanes stay as they were. */
  readonly binary: (
    op: keyof typeof I.binary,
    to: Vector,
    first: Vector,
    second: Source,
    mask?: Mask,
  ) => void
  readonly fused: (op: keyof typeof I.fused, to: Vector, first: Vector, second: Source) => void
  /** With a mask, only its lanes are written. */
  readonly store: (to: Memory, from: Vector, op?: keyof typeof I.stores, mask?: Mask) => void
  /** to = floats first (predicate) second, lane by lane */
  readonly compare: (to: Mask, first: Vector, predicate: I.Predicate, second: Source) => void
  readonly compareIntegers: (
    to: Mask,
    first: Vector,
    predicate: I.Predicate,
    second: Source,
  ) => void
  /** to = lanes of the mask from `chosen`, others from `otherwise` */
  readonly blend: (to: Vector, mask: Mask, otherwise: Vector, chosen: Source) => void
  /** to = op(from) in lanes of the mask, others 0. Only the lanes of the mask are read from memory. */
  readonly keep: (to: Vector, mask: Mask, from: Source, op?: keyof typeof I.unary) => void
  /** to = the first `count` lanes */
  readonly firstLanes: (to: Mask, count: number) => void
  /** to = from, rounded to whole numbers, ties to even */
  readonly round: (to: Vector, from: Vector) => void
  /** to = from - floor(from), 0 for infinities */
  readonly fraction: (to: Vector, from: Vector) => void
  /** to = from, positive, times the power of two that makes it at least 3/4 and less than 3/2; NaN below 0 */
  readonly mantissa: (to: Vector, from: Vector) => void
  readonly shiftLeft: (to: Vector, from: Vector, bits: number) => void
  /** The sum of all lanes, in all lanes. Needs one vector for itself. */
  readonly sumLanes: (to: Vector, scratch: Vector) => void
  readonly maximumOfLanes: (to: Vector, scratch: Vector) => void

  /** The finished code. */
  readonly finish: () => Uint8Array
}

const VECTORS = 32
/** k0 means "no mask". */
const MASKS = 8
const RSP = 4
const RSI = 6
const RDI = 7
/** Below the stack's end a function that calls no other has 128 bytes for itself. */
const RED_ZONE_SLOTS = 16
/** The bit of prefix REX that makes an instruction one of 64 bits. */
const REX_64_BITS = 8
/** rbx, rbp, r12 to r15: a callee gives them back as they were. */
const KEPT = [3, 5, 12, 13, 14, 15] as const

interface Pool {
  readonly take: () => number
  readonly give: (number: number) => void
}

const poolOf = (kind: string, numbers: readonly number[]): Pool => {
  const free = [...numbers]
  return {
    take: () => {
      const number = free.shift()
      if (number === undefined)
        throw new Error(`a kernel needs more than ${numbers.length} ${kind}`)
      return number
    },
    give: (number) => {
      if (free.includes(number)) throw new Error(`${kind} ${number} was released twice`)
      free.unshift(number)
    },
  }
}

const range = (count: number, first = 0): number[] =>
  Array.from({ length: count }, (_, index) => first + index)

const push = (number: number): number[] => [...(number >= 8 ? [0x41] : []), 0x50 + (number & 7)]
const pop = (number: number): number[] => [...(number >= 8 ? [0x41] : []), 0x58 + (number & 7)]

/** The bits of a float32, as a signed integer. */
const bitsOf = (value: number): number => new Int32Array(Float32Array.of(value).buffer)[0]!

/** Groups 2, 3, 0, 1 and 1, 0, 3, 2: the same immediates for lanes in a group. */
const SWAP_HALVES = 0b01_00_11_10
const SWAP_NEIGHBOURS = 0b10_11_00_01

export const assembler = (): Assembler => {
  const bytes: number[] = KEPT.flatMap(push)
  const registers = poolOf(
    'registers',
    range(16).filter((number) => number !== RSP && number !== RSI && number !== RDI),
  )
  const vectors = poolOf('vectors', range(VECTORS))
  const masks = poolOf('masks', range(MASKS - 1, 1))
  const emit = (code: readonly number[]): void => {
    for (const byte of code) bytes.push(byte)
  }
  /** Loops around the place where code is written. Their counters lie in memory, because registers are few. */
  let depth = 0
  const stack: Register = { kind: 'register', number: RSP }
  const pointers: Register = { kind: 'register', number: RDI }
  const register = (): Register => ({ kind: 'register', number: registers.take() })
  const vector = (): Vector => ({ kind: 'vector', number: vectors.take() })
  const release: Assembler['release'] = (...given) => {
    for (const { kind, number } of given)
      ({ register: registers, vector: vectors, mask: masks })[kind].give(number)
  }
  const set: Assembler['set'] = (to, value) => {
    if (isInt32(value)) emit(general([0xc7], 0, to, int32(value)))
    else emit([0x48 | (to.number >> 3), 0xb8 + (to.number & 7), ...int64(value)])
  }
  /** Runs `body` with a number of 64 bits in a register. */
  const withFar = (value: number, body: (far: Register) => void): void => {
    const far = register()
    set(far, value)
    body(far)
    release(far)
  }
  const advance: Assembler['advance'] = (to, value) => {
    if (typeof value !== 'number') emit(general([0x01], value.number, to))
    else if (isInt32(value)) {
      if (value !== 0) emit(general([0x81], 0, to, int32(value)))
    } else
      withFar(value, (far) => {
        advance(to, far)
      })
  }
  /** Fills in a jump's distance of four bytes that ends at `from`. */
  const link = (from: number, target: number): void => {
    int32(target - from).forEach((byte, index) => {
      bytes[from - 4 + index] = byte
    })
  }
  /** A jump whose target is not known yet; gives the place after it. */
  const jump = (opcode: readonly number[]): number => {
    emit([...opcode, 0, 0, 0, 0])
    return bytes.length
  }
  const loop: Assembler['loop'] = (count, body) => {
    if (typeof count === 'number' && count < 0) throw new Error(`a kernel counts to ${count}`)
    if (count === 0) return
    if (count === 1) {
      body()
      return
    }
    depth += 1
    if (depth > RED_ZONE_SLOTS) throw new Error(`a kernel has loops ${depth} deep`)
    const left = at(stack, -8 * depth)
    let skip: number | undefined
    if (typeof count === 'number') emit(general([0xc7], 0, left, int32(count)))
    else {
      emit(general([0x89], count.number, left))
      emit(general([0x85], count.number, count))
      skip = jump([0x0f, 0x84])
    }
    const start = bytes.length
    body()
    emit(general([0xff], 1, left))
    link(jump([0x0f, 0x85]), start)
    if (skip !== undefined) link(skip, bytes.length)
    depth -= 1
  }
  const tables: { readonly from: number; readonly values: readonly number[] }[] = []
  const op = (code: Opcode, to: Vector, from: Source, first?: Vector): void => {
    emit(evex(code, { reg: to.number, rm: from, ...(first && { first: first.number }) }))
  }
  const compareWith =
    (code: Opcode): Assembler['compare'] =>
    (to, first, predicate, second) => {
      const immediate = I.predicates[predicate]
      emit(evex(code, { reg: to.number, first: first.number, rm: second, immediate }))
    }
  const acrossLanes = (operation: 'add' | 'maximum', to: Vector, scratch: Vector): void => {
    const steps = [
      [I.SHUFFLE_GROUPS, SWAP_HALVES],
      [I.SHUFFLE_GROUPS, SWAP_NEIGHBOURS],
      [I.SHUFFLE_IN_GROUPS, SWAP_HALVES],
      [I.SHUFFLE_IN_GROUPS, SWAP_NEIGHBOURS],
    ] as const
    for (const [code, immediate] of steps) {
      // Shuffles of lanes within groups have one source, and their vvvv means nothing.
      const first = code === I.SHUFFLE_GROUPS ? { first: to.number } : {}
      emit(evex(code, { reg: scratch.number, rm: to, immediate, ...first }))
      op(I.binary[operation], to, scratch, to)
    }
  }
  return {
    argument: (index) => {
      const to = register()
      emit(general([0x8b], to.number, at(pointers, 8 * index)))
      return to
    },
    part: { kind: 'register', number: RSI },
    register,
    vector,
    vectors: (count) => range(count).map(vector),
    mask: () => ({ kind: 'mask', number: masks.take() }),
    release,
    copy: (to, from) => {
      emit(general([0x89], from.number, to))
    },
    set,
    advance,
    times: (to, from, factor) => {
      if (isInt32(factor)) emit(general([0x69], to.number, from, int32(factor)))
      else
        withFar(factor, (far) => {
          if (to.number !== from.number) emit(general([0x89], from.number, to))
          emit(general([0x0f, 0xaf], to.number, far))
        })
    },
    loadRegister: (to, from) => {
      emit(general([0x8b], to.number, from))
    },
    storeRegister: (to, from) => {
      emit(general([0x89], from.number, to))
    },
    loadInteger: (to, from) => {
      emit(general([0x63], to.number, from))
    },
    storeInteger: (to, from) => {
      const [rex = 0, ...rest] = general([0x89], from.number, to)
      emit([rex & ~REX_64_BITS, ...rest])
    },
    shiftRight: (to, bits) => {
      emit(general([0xc1], 5, to, [bits]))
    },
    prefetch: (from, use) => {
      emit(general([0x0f, use === 'read' ? 0x18 : 0x0d], 1, from))
    },
    table: (values) => {
      const to = register()
      // Relative to the next instruction: base rbp without a displacement of its own.
      emit([0x48 | ((to.number >> 3) << 2), 0x8d, 0x05 | ((to.number & 7) << 3), 0, 0, 0, 0])
      tables.push({ from: bytes.length, values })
      return to
    },
    loop,
    when: (value, wanted, body) => {
      emit(general([0x81], 7, value, int32(wanted)))
      const skip = jump([0x0f, 0x85])
      body()
      link(skip, bytes.length)
    },
    whenLess: (value, limit, less, otherwise) => {
      emit(general([0x3b], value.number, limit))
      const toOtherwise = jump([0x0f, 0x8d])
      less()
      const toEnd = jump([0xe9])
      link(toOtherwise, bytes.length)
      otherwise()
      link(toEnd, bytes.length)
    },
    zero: (to) => {
      op(I.binary.exclusiveOr, to, to, to)
    },
    constant: (to, value, isInteger = false) => {
      const from = register()
      set(from, isInteger ? value : bitsOf(value))
      emit(evex(I.BROADCAST_REGISTER, { reg: to.number, rm: from }))
      release(from)
    },
    unary: (name, to, from) => {
      op(I.unary[name], to, from)
    },
    binary: (name, to, first, second, mask) => {
      emit(evex(I.binary[name], { reg: to.number, first: first.number, rm: second, mask }))
    },
    fused: (name, to, first, second) => {
      op(I.fused[name], to, second, first)
    },
    store: (to, from, name = 'store', mask) => {
      emit(evex(I.stores[name], { reg: from.number, rm: to, mask }))
    },
    compare: compareWith(I.COMPARE_FLOATS),
    compareIntegers: compareWith(I.COMPARE_INTEGERS),
    blend: (to, mask, otherwise, chosen) => {
      emit(evex(I.BLEND, { reg: to.number, first: otherwise.number, rm: chosen, mask }))
    },
    keep: (to, mask, from, name = 'load') => {
      emit(evex(I.unary[name], { reg: to.number, rm: from, mask, isZeroing: true }))
    },
    firstLanes: (to, count) => {
      const from = register()
      set(from, 2 ** count - 1)
      emit([
        0xc4,
        0xc1 | ((~from.number & 8) << 2),
        0x78,
        0x92,
        0xc0 | (to.number << 3) | (from.number & 7),
      ])
      release(from)
    },
    round: (to, from) => {
      emit(evex(I.ROUND, { reg: to.number, rm: from, immediate: 0 }))
    },
    fraction: (to, from) => {
      emit(evex(I.REDUCE, { reg: to.number, rm: from, immediate: 1 }))
    },
    mantissa: (to, from) => {
      emit(evex(I.MANTISSA, { reg: to.number, rm: from, immediate: I.FROM_THREE_QUARTERS }))
    },
    shiftLeft: (to, from, bits) => {
      const code: Opcode = { map: '0F', prefix: '66', opcode: 0x72 }
      emit(evex(code, { reg: 6, first: to.number, rm: from, immediate: bits }))
    },
    sumLanes: (to, scratch) => {
      acrossLanes('add', to, scratch)
    },
    maximumOfLanes: (to, scratch) => {
      acrossLanes('maximum', to, scratch)
    },
    finish: () => {
      emit([0xc5, 0xf8, 0x77, ...KEPT.toReversed().flatMap(pop), 0xc3])
      while (bytes.length % 8 !== 0) emit([0])
      for (const { from, values } of tables) {
        link(from, bytes.length)
        emit(values.flatMap(int64))
      }
      return Uint8Array.from(bytes)
    },
  }
}
