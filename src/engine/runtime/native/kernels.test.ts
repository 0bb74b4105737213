// Operator `Kernel` inside graphs: machine code that is made while a graph runs.
import { Worker } from 'node:worker_threads'

import { describe, expect, test } from 'vitest'

import { int, node, subgraph, value } from '../../onnx/types.ts'
import { nativeKernels } from './availability.ts'
import { openNativeSession } from './session.ts'
import { compileTest, encodeGraph, floats, kernelNode, tensor } from './testing/models.ts'

import type { TensorData } from '../../../base/arrays.ts'
import type { CompileKernel, KernelConfig } from '../../kernels/kernel.ts'

const native = await nativeKernels()
const testNative = test.skipIf(!native.available)

/** y = kernel(x), of any size. */
const oneKernel = (config: KernelConfig | string = { kind: 'double' }): Uint8Array =>
  encodeGraph({
    nodes: [kernelNode(['x'], ['y'], config)],
    inputs: [value('x', 'float32', ['n'])],
    outputs: [value('y', 'float32', ['n'])],
  })

const open = (bytes: Uint8Array, compile = compileTest, threads = 1) =>
  openNativeSession('test', bytes, { threads }, compile)

const count = (length: number): TensorData =>
  tensor(
    'float32',
    [length],
    Float32Array.from({ length }, (_, index) => index),
  )
const doubled = ({ data }: TensorData): number[] => Array.from(data, Number).map((x) => 2 * x)

const failureOf = async (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  )

test('whether kernels run here is a plain answer', () => {
  if (native.available) expect(native).toEqual({ available: true })
  else expect(native.reason).toMatch(/^[^A-Z].*[^.]$/)
})

describe('one kernel', () => {
  testNative('is compiled for every size it meets, once', async () => {
    const asked: unknown[] = []
    const compile: CompileKernel = (config, inputs) => {
      asked.push([config, inputs])
      return compileTest(config, inputs)
    }
    const config = { kind: 'double', of: [1, { a: 'ü' }] }
    const opened = await open(oneKernel(config), compile)
    for (const size of [4, 8, 4, 4, 8, 64]) {
      const x = count(size)
      expect([...(await opened.run({ x }))['y']!.data]).toEqual(doubled(x))
    }
    expect(asked).toEqual([4, 8, 64].map((size) => [config, [[size]]]))
    await opened.close()
  })

  testNative('has scratch memory, which grows', async () => {
    const opened = await open(oneKernel({ kind: 'scratched' }))
    for (const size of [4, 4000, 40, 400_000, 4]) {
      const x = count(size)
      expect([...(await opened.run({ x }))['y']!.data]).toEqual(doubled(x))
    }
    await opened.close()
  })

  testNative('may have nothing to do', async () => {
    const opened = await open(oneKernel())
    expect((await opened.run({ x: floats() }))['y']).toEqual(floats())
    await opened.close()
  })

  testNative('gives the same bits with any number of threads', async () => {
    const x = tensor(
      'float32',
      [40_000],
      Float32Array.from({ length: 40_000 }, (_, index) => Math.sin(index)),
    )
    const expected = doubled(x)
    for (const threads of [1, 2, 4]) {
      const opened = await open(oneKernel({ kind: 'scratched' }), compileTest, threads)
      for (let run = 0; run < 20; run++) {
        const data = (await opened.run({ x }))['y']!.data as Float32Array
        expect(data.every((number, index) => number === expected[index])).toBe(true)
      }
      await opened.close()
    }
  })

  testNative('can get a weight, which ONNX Runtime computes when it opens the graph', async () => {
    const opened = await open(
      encodeGraph({
        nodes: [kernelNode(['w'], ['v']), node('Add', ['v', 'x'], ['y'])],
        inputs: [value('x', 'float32', [4])],
        outputs: [value('y', 'float32', [4])],
        initializers: new Map([['w', count(4)]]),
      }),
    )
    expect((await opened.run({ x: floats(1, 1, 1, 1) }))['y']).toEqual(floats(1, 3, 5, 7))
    await opened.close()
  })
})

describe('graphs of kernels', () => {
  testNative('kernels feed each other and other operators', async () => {
    const opened = await open(
      encodeGraph({
        nodes: [
          kernelNode(['ids', 'x'], ['a', 'b'], { kind: 'mixed' }),
          node('Add', ['a', 'b'], ['c']),
          kernelNode(['c'], ['y']),
          kernelNode(['y'], ['z'], { kind: 'scratched' }),
        ],
        inputs: [value('ids', 'int64', ['n']), value('x', 'float32', ['n'])],
        outputs: [value('y', 'float32', ['n']), value('z', 'float32', ['n'])],
      }),
    )
    const ids = tensor('int64', [4], BigInt64Array.of(1n, 2n, 3n, 4n))
    const { y, z } = await opened.run({ ids, x: count(4) })
    expect([y, z]).toEqual([floats(2, 6, 10, 14), floats(4, 12, 20, 28)])
    await opened.close()
  })

  testNative('a kernel runs in every step of a loop', async () => {
    const body = {
      name: 'body',
      nodes: [
        kernelNode(['h'], ['twice']),
        node('Add', ['twice', 'e'], ['next']),
        node('Identity', ['next'], ['each']),
      ],
      inputs: [value('h', 'float32', ['n']), value('e', 'float32', ['n'])],
      outputs: [value('next', 'float32', ['n']), value('each', 'float32', ['n'])],
      initializers: new Map(),
    }
    const opened = await open(
      encodeGraph({
        nodes: [
          node('Scan', ['h0', 'xs'], ['h', 'all'], {
            attributes: { body: subgraph(body), num_scan_inputs: int(1) },
          }),
        ],
        inputs: [value('h0', 'float32', ['n']), value('xs', 'float32', ['t', 'n'])],
        outputs: [value('h', 'float32', ['n']), value('all', 'float32', ['t', 'n'])],
      }),
    )
    for (const steps of [1, 5, 3]) {
      const xs = tensor('float32', [steps, 4], new Float32Array(steps * 4).fill(1))
      const { h, all } = await opened.run({ h0: floats(0, 0, 0, 0), xs })
      expect(h!.data).toEqual(new Float32Array(4).fill(2 ** steps - 1))
      expect(all!.shape).toEqual([steps, 4])
    }
    await opened.close()
  })

  testNative('sessions share kernels and close one after the other', async () => {
    let compiled = 0
    const compile: CompileKernel = (config, inputs) => {
      compiled++
      return compileTest(config, inputs)
    }
    const sessions = await Promise.all([open(oneKernel(), compile), open(oneKernel(), compile)])
    for (const opened of sessions)
      expect((await opened.run({ x: count(4) }))['y']).toEqual(floats(0, 2, 4, 6))
    expect(compiled).toBe(1)
    await sessions[0].close()
    expect((await sessions[1].run({ x: count(8) }))['y']!.shape).toEqual([8])
    await sessions[1].close()
  })
})

describe('failures', () => {
  testNative('an error of the compiler fails the run and is its cause', async () => {
    let isBroken = true
    const compile: CompileKernel = (config, inputs) => {
      if (isBroken) throw new RangeError('the kernel is for even sizes')
      return compileTest(config, inputs)
    }
    const opened = await open(oneKernel(), compile)
    const failure = await failureOf(opened.run({ x: count(4) }))
    expect(failure).toMatchObject({ code: 'runtime.run-failed' })
    expect(String(failure)).toContain('the kernel is for even sizes')
    expect(String(failure)).toContain('make y')
    expect((failure as Error).cause).toBeInstanceOf(RangeError)
    isBroken = false
    expect((await opened.run({ x: count(4) }))['y']).toEqual(floats(0, 2, 4, 6))
    await opened.close()
  })

  testNative('a wrong number of outputs is named', async () => {
    const opened = await open(oneKernel({ kind: 'mixed' }), () =>
      compileTest({ kind: 'mixed' }, [[4], [4]]),
    )
    expect(String(await failureOf(opened.run({ x: count(4) })))).toContain(
      'the kernel mixed has 2 outputs, its node expects 1',
    )
    await opened.close()
  })

  testNative('a configuration that is no JSON is refused', async () => {
    const failure = await failureOf(open(oneKernel('no JSON')))
    expect(failure).toMatchObject({ code: 'runtime.graph-refused' })
    expect(String(failure)).toMatch(/JSON/)
  })

  testNative('a failed opening leaves the next one alone', async () => {
    await failureOf(open(oneKernel('no JSON')))
    const opened = await open(oneKernel())
    expect((await opened.run({ x: count(4) }))['y']).toEqual(floats(0, 2, 4, 6))
    await opened.close()
  })
})

/** A thread of the built files that runs a graph again and again, and leaves the session open if told so. */
const threadText = `
  const { workerData: { module, bytes, code, threads, closes }, parentPort } = require('node:worker_threads')
  import(module).then(async ({ openNativeSession }) => {
    const compile = (_config, [x]) => ({ outputs: [x], code, parts: x[0] / 4, scratchBytes: 64 })
    const session = await openNativeSession('test', bytes, { threads }, compile)
    let wrong = 0
    for (let run = 0; run < 1000; run++) {
      const data = new Float32Array(4 * (1 + (run % 50))).fill(run)
      const { y } = await session.run({ x: { type: 'float32', shape: [data.length], data } })
      if (!y.data.every((number) => number === 2 * run)) wrong++
    }
    if (closes) await session.close()
    parentPort.postMessage(wrong)
  })
`

testNative('threads beside each other have kernels of their own', async () => {
  const module = new URL('../../../../dist/engine/runtime/native/session.js', import.meta.url).href
  const { code } = compileTest({ kind: 'scratched' }, [[4]])
  const answers = await Promise.all(
    [1, 2].map(
      (threads) =>
        new Promise((resolve, reject) => {
          const workerData = { module, bytes: oneKernel(), code, threads, closes: threads === 1 }
          const worker = new Worker(threadText, { eval: true, workerData, execArgv: [] })
          let answer: unknown
          worker.on('message', (message: unknown) => {
            answer = message
          })
          worker.on('error', reject)
          worker.on('exit', () => {
            resolve(answer)
          })
        }),
    ),
  )
  expect(answers).toEqual([0, 0])
})
