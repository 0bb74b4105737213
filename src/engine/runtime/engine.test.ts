// The engine in its own thread (from dist/, so build first): state, replacement, transfers, failures, closing.
import { readdirSync } from 'node:fs'

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

import { float32 } from '../../base/arrays.ts'
import { MedleyError } from '../../base/errors.ts'
import { compile } from '../graph/compile.ts'
import * as F from '../graph/functions.ts'
import { createGraph, input, named } from '../graph/graph.ts'
import { openEngine } from './engine.ts'
import { nativeKernels } from './native/availability.ts'
import { openSession } from './open-session.ts'

import type { TensorData } from '../../base/arrays.ts'
import type { Engine } from './engine.ts'
import type { Tensors } from './protocol.ts'

const session = { threads: 1 }
const { available } = await nativeKernels()

/** w [2] += x [2]; returns the sum of the new w. */
const addProgram = (): Uint8Array => {
  const graph = createGraph('add')
  const next = F.add(input(graph, 'w', 'float32', [2]), input(graph, 'x', 'float32', [2]))
  return compile({ graph, outputs: [named(next, 'next/w'), named(F.reduceSum(next), 'total')] })
}

/** Rows of w at ids; ids out of range fail while running. */
const pickProgram = (): Uint8Array => {
  const graph = createGraph('pick')
  const ids = input(graph, 'ids', 'int64', ['n'])
  const picked = F.gather(input(graph, 'w', 'float32', [2]), ids)
  return compile({ graph, outputs: [named(picked, 'picked'), named(picked, 'next/unknown')] })
}

const plan = () => ({
  programs: { add: addProgram(), pick: pickProgram() },
  state: {
    w: float32([2], [1, 2]),
    steps: { type: 'int64', shape: [], data: BigInt64Array.of(7n) },
  } satisfies Tensors,
  session,
})

const x = (a: number, b: number): TensorData => float32([2], Float32Array.of(a, b))
const ids = (...values: readonly number[]): TensorData => ({
  type: 'int64',
  shape: [values.length],
  data: BigInt64Array.from(values, BigInt),
})

/** The error that a promise fails with. */
const failureOf = async (work: Promise<unknown>): Promise<unknown> => {
  try {
    await work
  } catch (error) {
    return error
  }
  return undefined
}

describe('engine', () => {
  let engine: Engine
  beforeEach(async () => {
    engine = await openEngine(plan())
  })
  afterEach(() => engine.close())

  test('gives back the state it was opened with, all of it or by name', async () => {
    expect(await engine.read()).toEqual(plan().state)
    expect(await engine.read(['w'])).toEqual({ w: plan().state.w })
  })

  test('a read is a copy', async () => {
    const { w } = await engine.read(['w'])
    w!.data[0] = 99
    expect((await engine.read(['w']))['w']!.data).toEqual(Float32Array.of(1, 2))
  })

  test('drained state is handed out and 0 afterwards', async () => {
    expect(await engine.drain(['w', 'steps'])).toEqual(plan().state)
    expect(await engine.read()).toEqual({
      w: float32([2], [0, 0]),
      steps: { type: 'int64', shape: [], data: BigInt64Array.of(0n) },
    })
  })

  test('collecting garbage leaves the state as it is', async () => {
    await engine.run('add', { x: x(1, 1) })
    const before = await engine.read()
    await engine.collectGarbage()
    expect(await engine.read()).toEqual(before)
  })

  test('a feed goes before state of its name', async () => {
    const { total } = await engine.run('add', { x: x(1, 1), w: x(5, 5) })
    expect(total!.data[0]).toBe(12)
    expect((await engine.read(['w']))['w']!.data).toEqual(Float32Array.of(6, 6))
  })

  test('written state may move', async () => {
    const moved = x(3, 4)
    await engine.write({ w: moved }, { moves: true })
    expect(moved.data).toHaveLength(0)
    expect((await engine.read(['w']))['w']!.data).toEqual(Float32Array.of(3, 4))
  })

  test('outputs next/<state> replace state, the others are returned', async () => {
    expect(await engine.run('add', { x: x(10, 20) })).toEqual({ total: float32([], [33]) })
    expect(await engine.run('add', { x: x(1, 1) })).toEqual({ total: float32([], [35]) })
    expect(await engine.read(['w'])).toEqual({ w: float32([2], [12, 23]) })
  })

  test('programs share the state; next/<name> of no state is an ordinary output', async () => {
    await engine.run('add', { x: x(10, 20) })
    const picked = float32([3], [22, 11, 22])
    expect(await engine.run('pick', { ids: ids(1, 0, 1) })).toEqual({
      picked,
      'next/unknown': picked,
    })
  })

  test('written state is used, and may be new', async () => {
    await engine.write({ w: x(5, 6), extra: x(0, 1) })
    expect(await engine.run('add', { x: x(0, 0) })).toEqual({ total: float32([], [11]) })
    expect(Object.keys(await engine.read())).toEqual(['w', 'steps', 'extra'])
  })

  test('requests are answered in the order in which they were made', async () => {
    const first = engine.run('add', { x: x(1, 0) })
    const read = engine.read(['w'])
    const second = engine.run('add', { x: x(1, 0) })
    expect((await second)['total']).toEqual(float32([], [5]))
    expect((await read)['w']).toEqual(float32([2], [2, 2]))
    expect((await first)['total']).toEqual(float32([], [4]))
  })

  test('the memory of feeds moves, unless it is part of something larger', async () => {
    const own = Float32Array.of(1, 1)
    await engine.run('add', { x: float32([2], own) })
    expect(own.byteLength).toBe(0)
    const larger = Float32Array.of(0, 2, 3, 0)
    expect(await engine.run('add', { x: float32([2], larger.subarray(1, 3)) })).toEqual({
      total: float32([], [10]),
    })
    expect(larger).toEqual(Float32Array.of(0, 2, 3, 0))
  })

  test('one memory behind two feeds moves once', async () => {
    const graph = createGraph('both')
    const [a, b] = ['a', 'b'].map((name) => input(graph, name, 'float32', [2]))
    const bytes = compile({ graph, outputs: [named(F.add(a!, b!), 'sum')] })
    const other = await openEngine({ programs: { both: bytes }, state: {}, session })
    const shared = x(1, 2)
    expect(await other.run('both', { a: shared, b: shared })).toEqual({ sum: float32([2], [2, 4]) })
    await other.close()
  })

  test('a failing run is a catalogue error with ONNX Runtime’s reason, and the engine goes on', async () => {
    const failure = await failureOf(engine.run('pick', { ids: ids(5) }))
    expect(failure).toBeInstanceOf(MedleyError)
    expect(failure).toMatchObject({ code: 'runtime.run-failed' })
    expect(String(failure)).toMatch(/indices element out of data bounds/)
    expect(await engine.run('add', { x: x(1, 1) })).toEqual({ total: float32([], [5]) })
  })

  test('a failing run leaves the state as it was, also for requests already waiting', async () => {
    const failing = failureOf(engine.run('add', { x: float32([3], [1, 2, 3]) }))
    const waiting = engine.read(['w'])
    expect(await failing).toMatchObject({ code: 'runtime.run-failed' })
    expect(await waiting).toEqual({ w: float32([2], [1, 2]) })
  })

  test('a missing feed is a failure, not a hang', async () => {
    expect(await failureOf(engine.run('add', {}))).toMatchObject({ message: 'add is not fed x' })
  })

  test('close waits for the work in flight and may be called twice', async () => {
    const runs = [1, 2, 3].map(() => engine.run('add', { x: x(1, 0) }))
    const closed = Promise.all([engine.close(), engine.close()])
    const totals = (await Promise.all(runs)).map(({ total }) => Number(total!.data[0]))
    expect(totals).toEqual([4, 5, 6])
    await closed
  })

  test('two engines have nothing in common', async () => {
    const other = await openEngine(plan())
    await other.run('add', { x: x(100, 100) })
    expect((await engine.read(['w']))['w']).toEqual(float32([2], [1, 2]))
    await other.close()
  })
})

describe('opening', () => {
  test('the plan still belongs to the caller', async () => {
    const mine = plan()
    const engine = await openEngine(mine)
    await engine.run('add', { x: x(1, 1) })
    await engine.close()
    expect(mine).toEqual(plan())
  })

  test('bytes that are no model are refused', async () => {
    const refused = openEngine({ programs: { bad: Uint8Array.of(1, 2, 3) }, state: {}, session })
    expect(await failureOf(refused)).toBeInstanceOf(MedleyError)
  })

  const kernels = { threads: 4, device: 'avx512' } as const
  const testKernels = test.skipIf(!available)
  const threadsOfProcess = (): number => readdirSync('/proc/self/task').length

  testKernels('a program that is refused ends the threads of those before it', async () => {
    const programs = { add: addProgram(), bad: Uint8Array.of(1, 2, 3) }
    const refused = () => failureOf(openEngine({ programs, state: {}, session: kernels }))
    expect(await refused()).toMatchObject({ code: 'runtime.graph-refused' })
    const before = threadsOfProcess()
    for (let again = 0; again < 5; again++) await refused()
    // Each engine left three threads behind. Of those that end, one may be on its way.
    expect(threadsOfProcess()).toBeLessThan(before + 3)
  })

  testKernels('several engines with kernels open at once', async () => {
    const opened = await Promise.all(
      Array.from({ length: 3 }, () => openEngine({ ...plan(), session: kernels })),
    )
    const sums = await Promise.all(opened.map((engine) => engine.run('add', { x: x(1, 1) })))
    for (const { total } of sums) expect(total).toEqual(float32([], [5]))
    await Promise.all(opened.map((engine) => engine.close()))
  })

  testKernels('kernels where they do not run are refused by name', async () => {
    vi.spyOn(process, 'arch', 'get').mockReturnValue('arm64')
    try {
      const refused = openEngine({ ...plan(), session: kernels })
      expect(await failureOf(refused)).toMatchObject({ code: 'runtime.graph-refused' })
    } finally {
      vi.restoreAllMocks()
    }
  })
})

describe('session', () => {
  test('gives the names of inputs and outputs and runs', async () => {
    const opened = await openSession('add', addProgram(), session)
    expect([opened.inputs, opened.outputs]).toEqual([
      ['w', 'x'],
      ['next/w', 'total'],
    ])
    expect((await opened.run({ w: x(1, 2), x: x(3, 4) }))['next/w']).toEqual(float32([2], [4, 6]))
    await opened.close()
  })

  test('refuses bytes that are no model, by name', async () => {
    const failure = await failureOf(openSession('bad', Uint8Array.of(1, 2, 3), session))
    expect(failure).toMatchObject({ code: 'runtime.graph-refused' })
    expect(String(failure)).toContain('the graph bad')
  })
})
