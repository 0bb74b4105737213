// The lowering for WebGPU, run on the CPU: the same numbers as the one for the CPU, and none of the operators that WebGPU
// lacks. test/webgpu runs it on a device.
import { describe, expect, test } from 'vitest'

import { openSession } from '../../runtime/open-session.ts'
import { compile } from '../compile.ts'
import { applyAll, constant, createGraph, input, named } from '../graph.ts'
import { expectClose } from '../testing/close.ts'
import { families } from '../testing/families.ts'
import { projection, readCases } from '../testing/fixtures.ts'
import { buildRow, feedsOf } from '../testing/harness.ts'
import { coverage } from '../testing/rows/index.ts'
import { float32 } from '../../../base/arrays.ts'
import { lower } from './lower.ts'
import { unrollLoops } from './unroll.ts'
import { webgpuKernels } from './webgpu-kernels.ts'
import { webgpu } from './webgpu.ts'

import type { TensorData } from '../../../base/arrays.ts'
import type { Device } from '../compile.ts'
import type { OpName } from '../ops/index.ts'
import type { Feeds } from '../testing/run.ts'
import type { Program } from './lower.ts'
import type { Sizes } from './unroll.ts'

/** Operators of which the two lowerings make different things, and those that read through them. */
const DIFFERENT: readonly OpName[] = [
  'Conv',
  'ConvTranspose',
  'MaxPool',
  'AveragePool',
  'ConvMaxPool',
  'BatchNormTraining',
  'Gather',
  'GatherElements',
  'ScatterElements',
  'ReduceLogSumExp',
  'LogSoftmax',
  'Sign',
  'Selu',
  'Softsign',
  'Lstm',
  'Gru',
]

const cases = new Map(families.flatMap((family) => [...readCases(family)]))
const rows = DIFFERENT.flatMap((op) => {
  const entry = coverage[op]
  if ('coveredBy' in entry) return []
  // Loops are slow to open and all alike.
  return op === 'Lstm' || op === 'Gru' ? entry.slice(0, 2) : entry
})

const runAs = async (
  device: Device,
  { program, feeds, sizes = {} }: { program: Program; feeds: Feeds; sizes?: Sizes },
): Promise<Readonly<Record<string, TensorData>>> => {
  const session = await openSession(device, compile(program, { device, sizes }), { threads: 1 })
  try {
    return await session.run(feeds)
  } finally {
    await session.close()
  }
}

const opsOf = (program: Program, sizes: Sizes = {}): readonly string[] =>
  lower(unrollLoops(lower(program, webgpu), sizes), webgpuKernels).graph.nodes.map(({ op }) => op)

describe('the lowering for WebGPU', () => {
  test.each(rows.map((row) => [row.name, row] as const))('%s', async (name, row) => {
    const stored = cases.get(name)!
    const built = buildRow(row, stored, 'float32')
    const feeds = feedsOf(stored, built, { float: 'float32', u: projection })
    const expected = await runAs('cpu', { program: built.program, feeds })
    const found = await runAs('webgpu', { program: built.program, feeds })
    for (const [output, { data, shape }] of Object.entries(expected)) {
      expect(found[output]!.shape).toEqual(shape)
      const tolerance = { rtol: 1e-4, atol: 1e-5 }
      expectClose(found[output]!.data, Array.from(data, Number), tolerance, output)
    }
    expect(opsOf(built.program)).not.toContain('FusedMatMul')
  })
})

test('loops of a named length are written out where the length is told', async () => {
  const graph = createGraph('loop')
  const projected = input(graph, 'projected', 'float32', ['time', 'batch', 8])
  const recurrent = input(graph, 'recurrent', 'float32', [2, 8])
  const mask = input(graph, 'mask', 'float32', ['time', 'batch', 1])
  const [y] = applyAll(graph, 'Lstm', [projected, recurrent, mask])
  const program = { graph, outputs: [named(y!, 'y')] }
  expect(opsOf(program)).toContain('Scan')
  const sizes = { time: 3 }
  expect(opsOf(program, sizes)).not.toContain('Scan')
  const feeds = {
    projected: float32([3, 1, 8], Float32Array.from(projection(24, 0))),
    recurrent: float32([2, 8], Float32Array.from(projection(16, 1))),
    mask: float32([3, 1, 1], [1, 1, 0]),
  }
  const [expected, found] = [
    await runAs('cpu', { program, feeds }),
    await runAs('webgpu', { program, feeds, sizes }),
  ]
  const values = Array.from(expected['y']!.data, Number)
  expectClose(found['y']!.data, values, { rtol: 1e-6, atol: 1e-7 })
})

test('constants that only the body of a loop reads are kept', async () => {
  const graph = createGraph('constants')
  const projected = input(graph, 'projected', 'float32', ['time', 'batch', 8])
  const mask = input(graph, 'mask', 'float32', ['time', 'batch', 1])
  const recurrent = constant(
    graph,
    'recurrent',
    float32([2, 8], Float32Array.from(projection(16, 1))),
  )
  const [y] = applyAll(graph, 'Lstm', [projected, recurrent, mask])
  const program = { graph, outputs: [named(y!, 'y')] }
  const feeds = {
    projected: float32([3, 1, 8], Float32Array.from(projection(24, 0))),
    mask: float32([3, 1, 1], [1, 1, 0]),
  }
  const [expected, found] = [
    await runAs('cpu', { program, feeds }),
    await runAs('webgpu', { program, feeds }),
  ]
  const values = Array.from(expected['y']!.data, Number)
  expectClose(found['y']!.data, values, { rtol: 1e-6, atol: 1e-7 })
})
