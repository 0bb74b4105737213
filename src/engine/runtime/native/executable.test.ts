// Machine code called from JavaScript, without ONNX Runtime.
import { expect, test } from 'vitest'

import { assembler } from '../../jit/assembler.ts'
import { at } from '../../jit/operands.ts'
import { nativeKernels } from './availability.ts'
import { computeCode, constantCode, tableSlots } from './compute.ts'
import { loadCode, loadFunctions, runKernel } from './executable.ts'
import { loadKoffi } from './koffi.ts'
import { compileTest } from './testing/models.ts'

const native = await nativeKernels()
const koffi = (await loadKoffi())!
const testNative = test.skipIf(!native.available)

const x = Float32Array.from({ length: 64 }, (_, index) => index - 3.5)
const doubled = x.map((value) => 2 * value)

testNative('a kernel runs, with all its parts and its scratch memory', () => {
  for (const kind of ['double', 'scratched']) {
    const kernel = compileTest({ kind }, [[8, 8]])
    expect(kernel.parts).toBe(16)
    expect(runKernel(koffi, kernel, [x])).toEqual([doubled])
  }
})

testNative('inputs have any type, and there may be several outputs', () => {
  const kernel = compileTest({ kind: 'mixed' }, [[3], [3]])
  const ids = BigInt64Array.of(5n, -6n, 7n)
  expect(runKernel(koffi, kernel, [ids, x.subarray(0, 3)])).toEqual([
    Float32Array.of(5, -6, 7),
    x.slice(0, 3),
  ])
})

testNative('loaded code is called with pointers and the number of a part', () => {
  const { code } = compileTest({ kind: 'double' }, [[8]])
  const loaded = loadCode(koffi, code)
  const y = new Float32Array(64)
  loaded.call(BigUint64Array.of(koffi.address(x), koffi.address(y)), 1)
  expect(y.slice(0, 12)).toEqual(Float32Array.of(0, 0, 0, 0, ...doubled.slice(4, 8), 0, 0, 0, 0))
  loaded.free()
})

testNative('code larger than a page is loaded whole', () => {
  const { code } = compileTest({ kind: 'double' }, [[4]])
  // nop, nop, ...
  const long = new Uint8Array(10_000 + code.length).fill(0x90)
  long.set(code, 10_000)
  const kernel = { outputs: [[4]], code: long, parts: 1, scratchBytes: 0 }
  expect(runKernel(koffi, kernel, [x])).toEqual([doubled.slice(0, 4)])
})

testNative('offsets beyond 2 GB are 64-bit numbers, and fractions are none', () => {
  const a = assembler()
  const y = a.argument(0)
  const [offset, product] = [a.register(), a.register()]
  a.set(offset, 3)
  a.times(product, offset, 5e9)
  a.storeRegister(at(y), product)
  a.times(offset, offset, -5e9)
  a.storeRegister(at(y, 8), offset)
  a.set(offset, 2 ** 40)
  a.advance(offset, -(2 ** 33))
  a.storeRegister(at(y, 16), offset)
  expect(() => {
    a.times(offset, offset, 0.5)
  }).toThrow()
  const loaded = loadCode(koffi, a.finish())
  const numbers = new BigInt64Array(16)
  loaded.call(BigUint64Array.of(koffi.address(numbers)), 0)
  expect(numbers.slice(0, 3)).toEqual(
    BigInt64Array.of(15_000_000_000n, -15_000_000_000n, 2n ** 40n - 2n ** 33n),
  )
  loaded.free()
})

testNative('a node that JavaScript gives no kernel fails instead of asking forever', () => {
  const nothing = BigUint64Array.of(0n)
  const { addresses, free } = loadFunctions(koffi, {
    compute: computeCode,
    prepare: constantCode(0n),
    createStatus: constantCode(77n),
  })
  const table = new BigUint64Array(tableSlots.length)
  table[tableSlots.prepare] = addresses.prepare
  table[tableSlots.createStatus] = addresses.createStatus
  const node = BigUint64Array.of(koffi.address(table), 1n, 1n, 0n, 0n, 0n, 0n)
  const compute = koffi.decode(addresses.compute, koffi.proto('int', ['void *', 'void *'])) as (
    node: BigUint64Array,
    context: BigUint64Array,
  ) => number
  expect(compute(node, nothing)).toBe(77)
  free()
})
