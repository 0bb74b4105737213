// Kernels as machine code that is ready to be called, one for each configuration and shapes of inputs.
import { loadCode } from './executable.ts'

import type { CompileKernel, KernelConfig } from '../../kernels/kernel.ts'
import type { LoadedCode } from './executable.ts'
import type { Address, Koffi } from './koffi.ts'

export type Shapes = readonly (readonly number[])[]

/** A kernel as `compute.ts` wants it. */
export interface LoadedKernel {
  readonly address: Address
  readonly outputs: number
  /** Of all parts together. */
  readonly scratchBytes: number
}

interface Entry extends LoadedKernel {
  readonly code: LoadedCode
  /** What is at `address`; held here, because nobody else does. */
  readonly block: BigUint64Array
}

/** What a node asks kernels of. */
export interface KernelSource {
  readonly compile: CompileKernel
  readonly config: KernelConfig
  /** The configuration as the graph has it. */
  readonly text: string
}

export interface KernelCache {
  /** @throws what `compile` throws */
  find(source: KernelSource, inputs: Shapes): LoadedKernel
  close(): void
}

/**
 * Texts come in ever new lengths, and every kernel takes some 10 kB. A training run has tens of kernels and hundreds of
 * lengths at most.
 */
const CAPACITY = 16_384

const blockOf = (code: Address, parts: number, shapes: Shapes): BigUint64Array =>
  BigUint64Array.from([
    code,
    BigInt(parts),
    ...shapes.flatMap((shape) => [shape.length, ...shape].map(BigInt)),
  ])

/** @param used - the addresses of kernels that nodes hold; when there are too many kernels, the others go. */
export const openKernelCache = (
  koffi: Koffi,
  used: () => ReadonlySet<Address>,
  capacity = CAPACITY,
): KernelCache => {
  const byCompiler = new Map<CompileKernel, Map<string, Entry>>()
  let count = 0
  const removeUnused = (): void => {
    const held = used()
    for (const entries of byCompiler.values()) {
      for (const [key, { address, code }] of entries) {
        if (held.has(address)) continue
        code.free()
        entries.delete(key)
        count--
      }
    }
  }
  const load = ({ compile, config }: KernelSource, inputs: Shapes): Entry => {
    const { outputs, code, parts, scratchBytes } = compile(config, inputs)
    const loaded = loadCode(koffi, code)
    const block = blockOf(loaded.address, parts, [...inputs, ...outputs])
    return {
      address: koffi.address(block),
      outputs: outputs.length,
      scratchBytes: parts * scratchBytes,
      code: loaded,
      block,
    }
  }
  return {
    find: (source, inputs) => {
      const entries = byCompiler.get(source.compile) ?? new Map<string, Entry>()
      byCompiler.set(source.compile, entries)
      const key = `${source.text} ${inputs.map((shape) => shape.join()).join(';')}`
      const known = entries.get(key)
      if (known) return known
      if (count >= capacity) removeUnused()
      const entry = load(source, inputs)
      entries.set(key, entry)
      count++
      return entry
    },
    close: () => {
      for (const entries of byCompiler.values()) {
        for (const { code } of entries.values()) code.free()
      }
      byCompiler.clear()
    },
  }
}
