// Which kernels are compiled, and which are forgotten.
import { expect, test } from 'vitest'

import { nativeKernels } from './availability.ts'
import { openKernelCache } from './kernel-cache.ts'
import { loadKoffi } from './koffi.ts'
import { compileTest } from './testing/models.ts'

import type { CompileKernel } from '../../kernels/kernel.ts'

const native = await nativeKernels()
const koffi = (await loadKoffi())!
const testNative = test.skipIf(!native.available)

const counting = () => {
  const asked: string[] = []
  const compile: CompileKernel = (config, inputs) => {
    asked.push(`${config.kind} ${inputs.join(' ')}`)
    return compileTest(config, inputs)
  }
  const source = { compile, config: { kind: 'double' }, text: '{"kind":"double"}' }
  return { asked, source }
}

testNative('a kernel is compiled once for a configuration and shapes', () => {
  const { asked, source } = counting()
  const cache = openKernelCache(koffi, () => new Set())
  const first = cache.find(source, [[2, 2]])
  expect(cache.find(source, [[2, 2]])).toBe(first)
  expect(cache.find(source, [[4]])).not.toBe(first)
  expect(cache.find({ ...source, text: '{ "kind": "double" }' }, [[4]])).not.toBe(first)
  expect(asked).toEqual(['double 2,2', 'double 4', 'double 4'])
  cache.close()
})

testNative('scalars, several inputs and large ranks have keys of their own', () => {
  const { asked, source } = counting()
  const cache = openKernelCache(koffi, () => new Set())
  for (const shapes of [[[]], [[], []], [[1]], [[1, 1]], [[1], [1]]]) cache.find(source, shapes)
  expect(asked).toHaveLength(5)
  cache.close()
})

testNative('when there are too many kernels, those that no node holds are forgotten', () => {
  const { asked, source } = counting()
  const used = new Set<bigint>()
  const cache = openKernelCache(koffi, () => used, 2)
  const kept = cache.find(source, [[1]])
  used.add(kept.address)
  cache.find(source, [[2]])
  cache.find(source, [[3]])
  expect(cache.find(source, [[1]])).toBe(kept)
  cache.find(source, [[2]])
  expect(asked).toEqual(['double 1', 'double 2', 'double 3', 'double 2'])
  cache.close()
})

testNative('an error of the compiler is passed on and leaves nothing behind', () => {
  const cache = openKernelCache(koffi, () => new Set())
  const source = { compile: compileTest, config: { kind: 'none' }, text: '{"kind":"none"}' }
  expect(() => cache.find(source, [[1]])).toThrow('no such kernel: none')
  cache.close()
})
