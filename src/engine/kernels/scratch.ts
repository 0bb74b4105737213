// A kernel's scratch memory, divided into areas.
import { VECTOR_BYTES } from '../jit/operands.ts'

import type { Assembler } from '../jit/assembler.ts'
import type { Register } from '../jit/operands.ts'

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

/** Runs `body` with registers that point to areas, and releases them. */
export const withPointers = <Name extends string, Used extends Name>(
  a: Assembler,
  scratch: Register,
  { offsets }: Areas<Name>,
  names: readonly Used[],
  body: (pointers: Readonly<Record<Used, Register>>) => void,
): void => {
  const pointers = {} as Record<Used, Register>
  for (const name of names) pointers[name] = offsetFrom(a, scratch, offsets[name])
  body(pointers)
  a.release(...Object.values<Register>(pointers))
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

/** Argument `index` where the part's share of it begins; each part's is so many bytes after the last one's. */
export const shareOf = (a: Assembler, index: number, bytes: number): Register => {
  const share = a.argument(index)
  const offset = a.register()
  a.times(offset, a.part, bytes)
  a.advance(share, offset)
  a.release(offset)
  return share
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
