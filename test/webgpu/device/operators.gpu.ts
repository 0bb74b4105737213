// Rows of the operator harness on WebGPU: values and gradients as on the CPU.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { compile } from '../../../src/engine/graph/compile.ts'
import { neg } from '../../../src/engine/graph/functions.ts'
import { createGraph, input, named } from '../../../src/engine/graph/graph.ts'
import { difference } from '../../../src/engine/graph/testing/close.ts'
import { projection, readCases } from '../../../src/engine/graph/testing/fixtures.ts'
import { buildRow, feedsOf } from '../../../src/engine/graph/testing/harness.ts'
import { coverage } from '../../../src/engine/graph/testing/rows/index.ts'
import { openSession } from '../../../src/engine/runtime/session.ts'
import { families } from '../../../src/engine/graph/testing/families.ts'
import { refusedRows, toleranceOf } from '../known.ts'

import type { TensorData } from '../../../src/base/arrays.ts'
import type { Feeds } from '../../../src/engine/graph/testing/run.ts'
import type { HarnessRow } from '../../../src/engine/graph/testing/rows.ts'
import type { Program } from '../../../src/engine/graph/lowering/lower.ts'
import type { Device } from '../../../src/engine/runtime/session-options.ts'
import type { Session } from '../../../src/engine/runtime/session.ts'

const cases = new Map(families.flatMap((family) => [...readCases(family)]))

/** Rows that once found a kernel's mistake, besides the first row of every operator. */
const TELLING =
  /^(Conv\/(patches|depthwise|stride over gaps|groups, stride)|ConvTranspose\/groups|MaxPool\/(overlapping ties|ceil mode|uneven)|Lstm\/ragged|Gru\/ragged|ReduceLogSumExp\/large)/

const isAll = process.env['MEDLEY_WEBGPU_ROWS'] === 'all'
const rows = Object.values(coverage)
  .flatMap((entry): readonly HarnessRow[] =>
    'coveredBy' in entry
      ? []
      : entry.filter(({ name }, index) => isAll || index === 0 || TELLING.test(name)),
  )
  .filter(({ name }) => !refusedRows.has(name))

const runOn = async (
  device: Device,
  program: Program,
  feeds: Feeds,
): Promise<Readonly<Record<string, TensorData>>> => {
  const session = await openSession(device, compile(program, { device }), { threads: 1, device })
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
    const expected = await runOn('cpu', built.program, feeds)
    const found = await runOn('webgpu', built.program, feeds)
    const differences = Object.entries(expected).flatMap(([output, { data }]) => {
      const text = difference(found[output]!.data, Array.from(data, Number), toleranceOf(name))
      return text === undefined ? [] : [`${output}: ${text}`]
    })
    expect(differences.join(' | ')).toBe('')
  })
})
