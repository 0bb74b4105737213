// Native sessions on graphs of standard operators: the same names, numbers and errors as sessions of ONNX Runtime's own binding.
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

import { describe, expect, test } from 'vitest'

import { MedleyError } from '../../../base/errors.ts'
import { int, node, subgraph, value } from '../../onnx/types.ts'
import { openSession } from '../open-session.ts'
import { nativeKernels } from './availability.ts'
import { openNativeSession } from './session.ts'
import { compileTest, encodeGraph, floats, tensor } from './testing/models.ts'

import type { DataType, TensorData } from '../../../base/arrays.ts'

const native = await nativeKernels()
const testNative = test.skipIf(!native.available)

const session = { threads: 1 }
const open = (bytes: Uint8Array, options = session) =>
  openNativeSession('test', bytes, options, compileTest)

/** Runs a graph in both kinds of sessions. */
const both = async (bytes: Uint8Array, feeds: Readonly<Record<string, TensorData>>) => {
  const [one, other] = [await openSession('test', bytes, session), await open(bytes)]
  const results = [await one.run(feeds), await other.run(feeds)] as const
  expect([other.inputs, other.outputs]).toEqual([one.inputs, one.outputs])
  await one.close()
  await other.close()
  return results
}

const failureOf = async (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  )

const examples: readonly TensorData[] = [
  tensor('float32', [2, 2], Float32Array.of(1.5, -2, NaN, Infinity)),
  tensor('float64', [3], Float64Array.of(1 / 3, -2, 1e300)),
  tensor('float16', [2], Uint16Array.of(0x3c00, 0xc000)),
  tensor('int32', [2], Int32Array.of(-1, 2 ** 31 - 1)),
  tensor('int64', [2, 1], BigInt64Array.of(-1n, 2n ** 62n)),
  tensor('int8', [3], Int8Array.of(-128, 0, 127)),
  tensor('uint8', [3], Uint8Array.of(0, 128, 255)),
  tensor('bool', [2], Uint8Array.of(0, 1)),
]

describe('plain graphs', () => {
  testNative.each(examples)('$type goes through unchanged, static and symbolic', async (x) => {
    for (const shape of [x.shape, x.shape.map((_, axis) => `d${axis}`)]) {
      const bytes = encodeGraph({
        nodes: [node('Concat', ['x', 'x'], ['y'], { attributes: { axis: int(0) } })],
        inputs: [value('x', x.type, shape)],
        outputs: [value('y', x.type, undefined)],
      })
      const [expected, got] = await both(bytes, { x })
      expect(got).toEqual(expected)
      expect(got['y']!.shape[0]).toBe(2 * x.shape[0]!)
    }
  })

  testNative.each(['float32', 'uint8', 'int64', 'bool'] satisfies DataType[])(
    'scalars and empty tensors of %s',
    async (type) => {
      const scalar = { ...examples.find((example) => example.type === type)!, shape: [] }
      const x = { ...scalar, data: scalar.data.slice(0, 1) }
      const empty = tensor(type, [0, 3], scalar.data.slice(0, 0))
      const bytes = encodeGraph({
        nodes: [
          node('Identity', ['x'], ['a']),
          node('Concat', ['e', 'e'], ['b'], { attributes: { axis: int(1) } }),
        ],
        inputs: [value('x', type, []), value('e', type, ['n', 3])],
        outputs: [value('a', type, []), value('b', type, ['n', 6])],
      })
      const [expected, got] = await both(bytes, { x, e: empty })
      expect(got).toEqual(expected)
      expect(got['b']).toMatchObject({ shape: [0, 6], type })
    },
  )

  testNative('a symbolic batch changes from run to run', async () => {
    const opened = await open(
      encodeGraph({
        nodes: [node('MatMul', ['x', 'w'], ['y'])],
        inputs: [value('x', 'float32', ['n', 2]), value('w', 'float32', [2, 1])],
        outputs: [value('y', 'float32', ['n', 1])],
      }),
    )
    const w = tensor('float32', [2, 1], Float32Array.of(10, 1))
    for (const n of [1, 3, 0, 2]) {
      const x = tensor(
        'float32',
        [n, 2],
        Float32Array.from({ length: 2 * n }, (_, i) => i),
      )
      const { y } = await opened.run({ x, w })
      expect(y!.shape).toEqual([n, 1])
      expect([...y!.data]).toEqual(Array.from({ length: n }, (_, i) => 22 * i + 1))
    }
    await opened.close()
  })

  // Outputs of known shape are written where they belong; these are all the ways in which they are not made by a node of their own.
  testNative('outputs that are inputs, weights, constants, or made twice', async () => {
    const shape = tensor('int64', [2], BigInt64Array.of(3n, 1n))
    const bytes = encodeGraph({
      nodes: [
        node('Neg', ['x'], ['a']),
        node('Identity', ['a'], ['b']),
        node('Identity', ['x'], ['c']),
        node('Reshape', ['a', 'shape'], ['r']),
        node('Exp', ['r'], ['e']),
        node('Neg', ['w'], ['folded']),
      ],
      inputs: [value('x', 'float32', [3])],
      outputs: ['x', 'a', 'b', 'c', 'w', 'folded']
        .map((name) => value(name, 'float32', [3]))
        .concat(['r', 'e'].map((name) => value(name, 'float32', [3, 1]))),
      initializers: new Map([
        ['w', floats(7, 8, 9)],
        ['shape', shape],
      ]),
    })
    const [expected, got] = await both(bytes, { x: floats(1, 2, 3) })
    expect(got).toEqual(expected)
    const buffers = Object.values(got).map(({ data }) => data.buffer)
    expect(new Set(buffers).size).toBe(buffers.length)
  })

  testNative('branches and loops', async () => {
    const branch = (op: string) => ({
      name: op,
      nodes: [node(op, ['x'], [op])],
      inputs: [],
      outputs: [value(op, 'float32', [2])],
      initializers: new Map(),
    })
    const body = {
      name: 'body',
      nodes: [node('Add', ['h', 'e'], ['next']), node('Identity', ['next'], ['each'])],
      inputs: [value('h', 'float32', [2]), value('e', 'float32', [2])],
      outputs: [value('next', 'float32', [2]), value('each', 'float32', [2])],
      initializers: new Map(),
    }
    const bytes = encodeGraph({
      nodes: [
        node('If', ['c'], ['y'], {
          attributes: {
            then_branch: subgraph(branch('Identity')),
            else_branch: subgraph(branch('Neg')),
          },
        }),
        node('Scan', ['y', 'xs'], ['last', 'all'], {
          attributes: { body: subgraph(body), num_scan_inputs: int(1) },
        }),
      ],
      inputs: [
        value('x', 'float32', [2]),
        value('c', 'bool', []),
        value('xs', 'float32', ['t', 2]),
      ],
      outputs: [
        value('y', 'float32', [2]),
        value('last', 'float32', [2]),
        value('all', 'float32', ['t', 2]),
      ],
    })
    const xs = tensor('float32', [3, 2], Float32Array.of(1, 2, 3, 4, 5, 6))
    for (const truth of [0, 1]) {
      const c = tensor('bool', [], Uint8Array.of(truth))
      const [expected, got] = await both(bytes, { x: floats(1, 2), c, xs })
      expect(got).toEqual(expected)
    }
  })

  testNative('outputs own their memory and can move to other threads', async () => {
    const opened = await open(
      encodeGraph({
        nodes: [node('Neg', ['x'], ['y']), node('Neg', ['s'], ['z'])],
        inputs: [value('x', 'float32', [2]), value('s', 'float32', ['n'])],
        outputs: [value('y', 'float32', [2]), value('z', 'float32', ['n'])],
      }),
    )
    const { y, z } = await opened.run({ x: floats(1, 2), s: floats(3) })
    for (const { data } of [y!, z!]) {
      expect([data.byteOffset, data.byteLength]).toEqual([0, data.buffer.byteLength])
      structuredClone(data, { transfer: [data.buffer as ArrayBuffer] })
      expect(data).toHaveLength(0)
    }
    await opened.close()
  })

  testNative('inputs are read where they are, also as parts of larger arrays', async () => {
    const opened = await open(
      encodeGraph({
        nodes: [node('Neg', ['x'], ['y'])],
        inputs: [value('x', 'float32', [2])],
        outputs: [value('y', 'float32', [2])],
      }),
    )
    const data = Float32Array.of(0, 1, 2, 3).subarray(1, 3)
    const { y } = await opened.run({ x: tensor('float32', [2], data) })
    expect(y!.data).toEqual(Float32Array.of(-1, -2))
    await opened.close()
  })
})

describe('failures', () => {
  const gather = encodeGraph({
    nodes: [node('Gather', ['w', 'ids'], ['y'])],
    inputs: [value('w', 'float32', [2]), value('ids', 'int64', ['n'])],
    outputs: [value('y', 'float32', ['n'])],
  })
  const ids = (...values: bigint[]): TensorData =>
    tensor('int64', [values.length], BigInt64Array.from(values))

  testNative('bytes that are no model are refused, by name', async () => {
    const failure = await failureOf(open(Uint8Array.of(1, 2, 3)))
    expect(failure).toBeInstanceOf(MedleyError)
    expect(failure).toMatchObject({ code: 'runtime.graph-refused' })
    expect(String(failure)).toContain('the graph test')
  })

  testNative('a graph with an unknown operator is refused with ONNX Runtime’s reason', async () => {
    const bytes = encodeGraph({
      nodes: [node('Nonsense', ['x'], ['y'])],
      inputs: [value('x', 'float32', [1])],
      outputs: [value('y', 'float32', [1])],
    })
    expect(String(await failureOf(open(bytes)))).toContain('Nonsense')
  })

  testNative('other devices are refused', async () => {
    const options = { threads: 1, device: 'webgpu' } as const
    expect(await failureOf(open(gather, options))).toMatchObject({ code: 'runtime.graph-refused' })
  })

  testNative('a failing run says why, and the session goes on', async () => {
    const opened = await open(gather)
    const failure = await failureOf(opened.run({ w: floats(1, 2), ids: ids(5n) }))
    expect(failure).toMatchObject({ code: 'runtime.run-failed' })
    expect(String(failure)).toMatch(/indices element out of data bounds/)
    const { y } = await opened.run({ w: floats(1, 2), ids: ids(1n) })
    expect(y!.data).toEqual(Float32Array.of(2))
    await opened.close()
  })

  testNative.each([
    ['a missing feed', {}, 'it is not fed w'],
    ['too few values', { w: tensor('float32', [2], Float32Array.of(1)) }, 'w has 1 values'],
    ['values of another size', { w: tensor('float32', [2], Uint8Array.of(1, 2)) }, 'of 1 bytes'],
    ['another type', { w: tensor('int32', [2], Int32Array.of(1, 2)) }, 'data type'],
    ['another shape', { w: floats(1, 2, 3) }, 'invalid dimensions'],
    ['a negative size', { w: tensor('float32', [-1, -2], Float32Array.of(1, 2)) }, 'negative'],
  ])('%s', async (_case, feeds, reason) => {
    const opened = await open(gather)
    const failure = await failureOf(opened.run({ ids: ids(0n), ...feeds }))
    expect(failure).toMatchObject({ code: 'runtime.run-failed' })
    expect(String(failure)).toContain(reason)
    await opened.close()
  })

  testNative('an output of a type that Medley does not know is named', async () => {
    const opened = await open(
      encodeGraph({
        nodes: [node('Cast', ['x'], ['y'], { attributes: { to: int(4) } })],
        inputs: [value('x', 'float32', [1])],
        outputs: [value('y', 'uint16', [1])],
      }),
    )
    const failure = await failureOf(opened.run({ x: floats(1) }))
    expect(String(failure)).toContain('the output y is of type uint16')
    await opened.close()
  })

  testNative('a closed session can be closed again and does not run', async () => {
    const opened = await open(gather)
    const running = failureOf(opened.run({ w: floats(1, 2), ids: ids(1n) }))
    await Promise.all([opened.close(), opened.close()])
    await opened.close()
    expect(String(await running)).toContain('it is closed')
    expect(String(await failureOf(opened.run({})))).toContain('it is closed')
  })
})

testNative('a profile has the times of nodes', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'medley-profile-'))
  const bytes = encodeGraph({
    nodes: [node('ReduceSum', ['x'], ['y'], { name: 'the sum' })],
    inputs: [value('x', 'float32', ['n'])],
    outputs: [value('y', 'float32', [1])],
  })
  const options = { threads: 1, profilePrefix: join(folder, 'profile') }
  const opened = await openNativeSession('test', bytes, options, compileTest)
  await opened.run({ x: floats(1, 2) })
  const file = opened.endProfiling()
  await opened.close()
  expect(file.startsWith(options.profilePrefix)).toBe(true)
  expect(await readFile(file, 'utf8')).toContain('the sum_kernel_time')
  await rm(folder, { recursive: true })
})

testNative('memory does not grow with the number of runs', async () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const opened = await open(
    encodeGraph({
      nodes: [node('Neg', ['x'], ['y']), node('Neg', ['s'], ['z'])],
      inputs: [value('x', 'float32', [10_000]), value('s', 'float32', ['n'])],
      outputs: [value('y', 'float32', [10_000]), value('z', 'float32', ['n'])],
    }),
  )
  const x = tensor('float32', [10_000], new Float32Array(10_000))
  const residentAfter = async (runs: number): Promise<number> => {
    for (let run = 0; run < runs; run++) {
      await opened.run({ x, s: x })
      if (run % 100 === 0) collect()
    }
    collect()
    return process.memoryUsage().rss
  }
  const before = await residentAfter(500)
  const after = await residentAfter(2000)
  // 2,000 runs have made 160 MB.
  expect(after - before).toBeLessThan(8e6)
  await opened.close()
})
