// Rows of the operator harness on WebGPU: values and gradients as on the CPU.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { compile } from '../../../src/engine/graph/compile.ts'
import { neg } from '../../../src/engine/graph/functions.ts'
import { createGraph, input, named } from '../../../src/engine/graph/graph.ts'
import { difference } from '../../../src/engine/graph/testing/close.ts'
import { projection, readCases } from '../../../src/engine/graph/testing/fixtures.ts'
import { buildRow, feedsOf } from '../../../src/engine/graph/testing/harness.ts'
import { coverage } from '../../../src/engine/graph/testing/rows/index.ts'
import { openSession } from '../../../src/engine/runtime/open-session.ts'
import { families } from '../../../src/engine/graph/testing/families.ts'
import { operatorsOnCpu, refusedRows, toleranceOf } from '../known.ts'
import { runProfiled } from '../profile.ts'

import type { OpName } from '../../../src/engine/graph/ops/index.ts'
import type { Feeds } from '../../../src/engine/graph/testing/run.ts'
import type { HarnessRow } from '../../../src/engine/graph/testing/rows.ts'
import type { Program } from '../../../src/engine/graph/lowering/lower.ts'
import type { Tensors } from '../../../src/engine/runtime/protocol.ts'
import type { Session } from '../../../src/engine/runtime/session.ts'

const cases = new Map(families.flatMap((family) => [...readCases(family)]))

/** Rows that once found a kernel's mistake, besides the first row of every operator. */
const TELLING =
  /^(Conv\/(patches|depthwise|stride over gaps|groups, stride)|ConvTranspose\/groups|MaxPool\/(overlapping ties|ceil mode|uneven)|Lstm\/ragged|Gru\/ragged|ReduceLogSumExp\/large)/

const isAll = process.env['MEDLEY_WEBGPU'] === 'all'
const rows = Object.values(coverage)
  .flatMap((entry): readonly HarnessRow[] =>
    'coveredBy' in entry
      ? []
      : entry.filter(({ name }, index) => isAll || index === 0 || TELLING.test(name)),
  )
  .filter(({ name }) => !refusedRows.has(name))

const runOnCpu = async (program: Program, feeds: Feeds): Promise<Tensors> => {
  const session = await openSession('row', compile(program), { threads: 1 })
  try {
    return await session.run(feeds)
  } finally {
    await session.close()
  }
}

describe('operators on WebGPU', () => {
  let open: Session
  // The device lives as long as a session does: without this one it would be made anew for every row.
  beforeAll(async () => {
    const graph = createGraph('open')
    const y = named(neg(input(graph, 'x', 'float32', [1])), 'y')
    const options = { threads: 1, device: 'webgpu' } as const
    open = await openSession('open', compile({ graph, outputs: [y] }), options)
  })
  afterAll(() => open.close())

  test.each(rows.map((row) => [row.name, row] as const))('%s', async (name, row) => {
    const stored = cases.get(name)!
    const built = buildRow(row, stored, 'float32')
    const feeds = feedsOf(stored, built, { float: 'float32', u: projection })
    const expected = await runOnCpu(built.program, feeds)
    const { results, onCpu } = await runProfiled(
      compile(built.program, { device: 'webgpu' }),
      feeds,
    )
    const differences = Object.entries(expected).flatMap(([output, { data }]) => {
      const text = difference(results[output]!.data, Array.from(data, Number), toleranceOf(name))
      return text === undefined ? [] : [`${output}: ${text}`]
    })
    expect(differences.join(' | ')).toBe('')
    const op = name.slice(0, name.indexOf('/')) as OpName
    const isOnCpu = [`${op} float`, `${op} bool`].some((kernel) => onCpu.has(kernel))
    expect(isOnCpu, `${op} runs on the CPU`).toBe(operatorsOnCpu.has(op))
  })
})
