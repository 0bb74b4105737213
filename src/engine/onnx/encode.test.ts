// Models written here must load and run in ONNX Runtime.
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { describe, expect, test } from 'vitest'

import { float32 } from '../../base/arrays.ts'
import { encodeModel } from './encode.ts'
import { MICROSOFT_DOMAIN, modelOf } from './opsets.ts'
import { float, int, node, subgraph, value } from './types.ts'

import type { OnnxGraph } from './types.ts'

const run = async (
  graph: OnnxGraph,
  feeds: Record<string, Tensor>,
): Promise<Record<string, number[]>> => {
  const session = await InferenceSession.create(encodeModel(modelOf(graph)))
  try {
    const outputs = await session.run(feeds)
    return Object.fromEntries(
      Object.entries(outputs).map(([name, output]) => [
        name,
        Array.from(output.data as Float32Array),
      ]),
    )
  } finally {
    await session.release()
  }
}

const tensorOf = (shape: readonly number[], values: readonly number[]): Tensor =>
  new Tensor('float32', Float32Array.from(values), shape)

describe('ONNX Runtime runs', () => {
  test('MatMul and Add with weights and a symbolic batch', async () => {
    const outputs = await run(
      {
        name: 'dense',
        inputs: [value('x', 'float32', ['batch', 2])],
        outputs: [value('y', 'float32', ['batch', 2])],
        initializers: new Map([
          ['weights', float32([2, 2], [1, 2, 3, 4])],
          ['bias', float32([2], [10, 20])],
        ]),
        nodes: [node('MatMul', ['x', 'weights'], ['xw']), node('Add', ['xw', 'bias'], ['y'])],
      },
      { x: tensorOf([1, 2], [1, 1]) },
    )
    expect(outputs).toEqual({ y: [14, 26] })
  })

  test('com.microsoft.FusedMatMul with attributes', async () => {
    const outputs = await run(
      {
        name: 'fused',
        inputs: [value('a', 'float32', [1, 2]), value('b', 'float32', [1, 2])],
        outputs: [value('y', 'float32', [1, 1])],
        initializers: new Map(),
        nodes: [
          node('FusedMatMul', ['a', 'b'], ['y'], {
            domain: MICROSOFT_DOMAIN,
            attributes: { transB: int(1), alpha: float(0.5) },
          }),
        ],
      },
      { a: tensorOf([1, 2], [1, 2]), b: tensorOf([1, 2], [3, 4]) },
    )
    expect(outputs).toEqual({ y: [5.5] })
  })

  test('Scan with a subgraph', async () => {
    const body: OnnxGraph = {
      name: 'body',
      inputs: [value('sum', 'float32', [1]), value('step', 'float32', [1])],
      outputs: [value('next', 'float32', [1]), value('seen', 'float32', [1])],
      initializers: new Map(),
      nodes: [node('Add', ['sum', 'step'], ['next']), node('Mul', ['next', 'two'], ['seen'])],
    }
    const outputs = await run(
      {
        name: 'cumulative',
        inputs: [value('start', 'float32', [1]), value('steps', 'float32', ['time', 1])],
        outputs: [value('total', 'float32', [1]), value('all', 'float32', ['time', 1])],
        initializers: new Map([['two', float32([1], [2])]]),
        nodes: [
          node('Scan', ['start', 'steps'], ['total', 'all'], {
            attributes: { body: subgraph(body), num_scan_inputs: int(1) },
          }),
        ],
      },
      { start: tensorOf([1], [100]), steps: tensorOf([3, 1], [1, 2, 3]) },
    )
    expect(outputs).toEqual({ total: [106], all: [202, 206, 212] })
  })
})
