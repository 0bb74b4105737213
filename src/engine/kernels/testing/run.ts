// Runs kernels for tests.
import { deepStrictEqual } from 'node:assert'

import { loadCode, runKernel } from '../../runtime/native/executable.ts'

import type { TypedArray } from '../../../base/arrays.ts'
import type { Koffi } from '../../runtime/native/koffi.ts'
import type { CompiledKernel } from '../kernel.ts'

const ALIGNMENT_BYTES = 64

/** Two runs, which have to give the same bits. */
export const runTwice = (
  koffi: Koffi,
  kernel: CompiledKernel,
  inputs: readonly TypedArray[],
): Float32Array[] => {
  const results = runKernel(koffi, kernel, inputs)
  deepStrictEqual(runKernel(koffi, kernel, inputs), results)
  return results
}

/** All parts, the last one first, on memory that is not clean: what a kernel leaves unwritten is NaN. */
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
