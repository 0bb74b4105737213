// A kernel's memory: its part's share of an argument, scratch memory divided into areas, and zeros.
import { VECTOR_BYTES } from '../jit/operands.ts'

import type { Assembler } from '../jit/assembler.ts'
import type { Register } from '../jit/operands.ts'

/** Where areas lie, one after the other. */
export interface Areas<Name extends string> {
  /** Bytes from the beginning to an area. */
  readonly offsets: Readonly<Record<Name, number>>
  readonly bytes: number
}

/** Areas of these sizes in bytes, one after the other, each at the beginning of a vector. */
export const areasOf = <Name extends string>(
  sizes: Readonly<Record<Name, number>>,
): Areas<Name> => {
  let bytes = 0
  const offsets = {} as Record<Name, number>
  for (const name of Object.keys(sizes) as Name[]) {
    offsets[name] = bytes
    bytes += Math.ceil(sizes[name] / VECTOR_BYTES) * VECTOR_BYTES
  }
  return { offsets, bytes }
}

/** A new register: base + offset. */
export const offsetFrom = (a: Assembler, base: Register, offset: number): Register => {
  const register = a.register()
  a.copy(register, base)
  a.advance(register, offset)
  return register
}

/** Argument `index` where the part's share of it begins; each part's is so many bytes after the last one's. */
export const shareOf = (a: Assembler, index: number, bytes: number): Register => {
  const share = a.argument(index)
  const offset = a.register()
  a.times(offset, a.part, bytes)
  a.advance(share, offset)
  a.release(offset)
  return share
}

/** A part's scratch memory. */
export interface Scratch<Name extends string> extends Areas<Name> {
  /** Where the part's memory begins. */
  readonly start: Register
  /** A new register that points to an area. */
  readonly pointTo: (area: Name) => Register
  /** Runs `body` with registers that point to areas, and releases them. */
  readonly withPointers: <Used extends Name>(
    areas: readonly Used[],
    body: (pointers: Readonly<Record<Used, Register>>) => void,
  ) => void
}

/** The part's scratch memory, which is argument `index`, in areas of these sizes. Keeps a register, `start`. */
export const scratchOf = <Name extends string>(
  a: Assembler,
  index: number,
  sizes: Readonly<Record<Name, number>>,
): Scratch<Name> => {
  const areas = areasOf(sizes)
  const start = shareOf(a, index, areas.bytes)
  const pointTo = (area: Name): Register => offsetFrom(a, start, areas.offsets[area])
  return {
    ...areas,
    start,
    pointTo,
    withPointers: <Used extends Name>(
      names: readonly Used[],
      body: (pointers: Readonly<Record<Used, Register>>) => void,
    ): void => {
      const pointers = {} as Record<Used, Register>
      for (const name of names) pointers[name] = pointTo(name)
      body(pointers)
      a.release(...Object.values<Register>(pointers))
    },
  }
}

/** Writes zeros over `bytes`, whole vectors, from `start`. */
export const clear = (a: Assembler, start: Register, bytes: number): void => {
  const zero = a.vector()
  const to = offsetFrom(a, start, 0)
  a.zero(zero)
  a.loop(bytes / VECTOR_BYTES, () => {
    a.store({ kind: 'memory', base: to, offset: 0 }, zero)
    a.advance(to, VECTOR_BYTES)
  })
  a.release(zero, to)
}

/** Writes zeros over `bytes` of each of `count` rows, `step` bytes from one to the next. */
export const clearRows = (
  a: Assembler,
  start: Register,
  rows: { readonly count: number; readonly step: number; readonly bytes: number },
): void => {
  const { count, step, bytes } = rows
  if (step === bytes) {
    clear(a, start, count * bytes)
    return
  }
  a.loop(count, () => {
    clear(a, start, bytes)
    a.advance(start, step)
  })
  a.advance(start, -count * step)
}
