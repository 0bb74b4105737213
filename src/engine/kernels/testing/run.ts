// Runs kernels on memory that is not clean: what they leave unwritten is NaN.
import { loadCode } from '../../runtime/native/executable.ts'

import type { Koffi } from '../../runtime/native/koffi.ts'
import type { CompiledKernel } from '../kernel.ts'

const ALIGNMENT_BYTES = 64

/** All parts, the last one first. */
export const runOnGarbage = (
  koffi: Koffi,
  { code, outputs, parts, scratchBytes }: CompiledKernel,
  inputs: readonly Float32Array[],
): Float32Array[] => {
  const results = outputs.map((shape) =>
    new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(NaN),
  )
  const scratch = new Uint8Array(parts * scratchBytes + ALIGNMENT_BYTES).fill(255)
  const start = koffi.address(scratch)
  const pointers = BigUint64Array.of(
    ...[...inputs, ...results].map((array) => koffi.address(array)),
    start + (-start & BigInt(ALIGNMENT_BYTES - 1)),
  )
  const loaded = loadCode(koffi, code)
  try {
    for (let part = parts - 1; part >= 0; part--) loaded.call(pointers, part)
  } finally {
    loaded.free()
  }
  return results
}
