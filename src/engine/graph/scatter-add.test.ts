// Sums by index with several threads: enough rows that ONNX Runtime would share the work out.
import { expect, test } from 'vitest'

import { float32 } from '../../base/arrays.ts'
import { openSession } from '../runtime/open-session.ts'
import { compile } from './compile.ts'
import * as F from './functions.ts'
import { createGraph, input, named } from './graph.ts'

test('repeated rows lose nothing with two threads', async () => {
  const [rows, width, count] = [100, 300, 16_000]
  const graph = createGraph('test')
  const data = input(graph, 'data', 'float32', [rows, width])
  const indices = input(graph, 'indices', 'int64', [count])
  const updates = input(graph, 'updates', 'float32', [count, width])
  const outputs = [named(F.scatterAddRows(data, indices, updates), 'sums')]
  const session = await openSession('test', compile({ graph, outputs }), { threads: 2 })
  const places = BigInt64Array.from({ length: count }, (_, index) => BigInt((index * index) % rows))
  const expected = new Float32Array(rows * width)
  for (const place of places)
    for (let i = 0; i < width; i++) expected[Number(place) * width + i]! += 1
  const { sums } = await session.run({
    data: float32([rows, width], new Float32Array(rows * width)),
    indices: { type: 'int64', shape: [count], data: places },
    updates: float32([count, width], new Float32Array(count * width).fill(1)),
  })
  expect(sums!.data).toEqual(expected)
  await session.close()
})
