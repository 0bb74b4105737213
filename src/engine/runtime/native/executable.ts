// Machine code in memory that can be executed. The memory is writable first and executable afterwards, never both.
import { libcOf } from './libc.ts'

import type { TypedArray } from '../../../base/arrays.ts'
import type { CompiledKernel } from '../../kernels/kernel.ts'
import type { Address, ForeignType, Koffi } from './koffi.ts'

const PAGE_BYTES = 4096
/** A cache line: where functions begin, and what kernels may rely on for scratch memory. */
const ALIGNMENT_BYTES = 64

/** A function `void kernel(void **pointers, size_t part)` that can be called. */
export interface LoadedCode {
  readonly address: Address
  readonly call: (pointers: BigUint64Array, part: number) => void
  /** Gives the memory back; a later call would crash the process. */
  readonly free: () => void
}

type KernelFunction = (pointers: BigUint64Array, part: number) => void

const kernelTypes = new WeakMap<Koffi, ForeignType>()

const kernelType = (koffi: Koffi): ForeignType => {
  const type = kernelTypes.get(koffi) ?? koffi.proto('void', ['void *', 'size_t'])
  kernelTypes.set(koffi, type)
  return type
}

/** Makes position-independent machine code callable. */
export const loadCode = (koffi: Koffi, code: Uint8Array): LoadedCode => {
  const libc = libcOf(koffi)
  const bytes = Math.max(1, Math.ceil(code.length / PAGE_BYTES)) * PAGE_BYTES
  const address = libc.map(bytes)
  try {
    libc.copy(address, code, code.length)
    libc.seal(address, bytes)
  } catch (error) {
    libc.unmap(address, bytes)
    throw error
  }
  let bound: KernelFunction | undefined
  return {
    address,
    call: (pointers, part) => {
      bound ??= koffi.decode(address, kernelType(koffi)) as KernelFunction
      bound(pointers, part)
    },
    free: () => {
      libc.unmap(address, bytes)
    },
  }
}

/** Makes several functions callable at once. */
export const loadFunctions = <Name extends string>(
  koffi: Koffi,
  codes: Readonly<Record<Name, Uint8Array>>,
): { readonly addresses: Readonly<Record<Name, Address>>; readonly free: () => void } => {
  const entries = Object.entries<Uint8Array>(codes)
  const offsets: number[] = []
  let bytes = 0
  for (const [, code] of entries) {
    offsets.push(bytes)
    bytes += Math.ceil(code.length / ALIGNMENT_BYTES) * ALIGNMENT_BYTES
  }
  const all = new Uint8Array(bytes)
  for (const [index, [, code]] of entries.entries()) all.set(code, offsets[index])
  const { address, free } = loadCode(koffi, all)
  const addresses = entries.map(([name], index) => [name, address + BigInt(offsets[index]!)])
  // The same names.
  return { addresses: Object.fromEntries(addresses) as Record<Name, Address>, free }
}

/** Runs all parts of a kernel, one after the other, without ONNX Runtime; for tests and self-checks. */
export const runKernel = (
  koffi: Koffi,
  { code, outputs, parts, scratchBytes }: CompiledKernel,
  inputs: readonly TypedArray[],
): Float32Array[] => {
  const results = outputs.map((shape) => new Float32Array(shape.reduce((a, b) => a * b, 1)))
  const scratch = new Uint8Array(parts * scratchBytes + ALIGNMENT_BYTES)
  const start = koffi.address(scratch)
  const pointers = BigUint64Array.of(
    ...[...inputs, ...results].map((array) => koffi.address(array)),
    start + (-start & BigInt(ALIGNMENT_BYTES - 1)),
  )
  const loaded = loadCode(koffi, code)
  try {
    for (let part = 0; part < parts; part++) loaded.call(pointers, part)
  } finally {
    loaded.free()
  }
  return results
}
