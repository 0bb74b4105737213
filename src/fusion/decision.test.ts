import { expect, test } from 'vitest'

import { compile } from '../engine/graph/compile.ts'
import { createGraph, input, named } from '../engine/graph/graph.ts'
import { openSession } from '../engine/runtime/open-session.ts'
import { decide, decisionGraph } from './decision.ts'

import type { TensorData } from '../base/arrays.ts'
import type { BranchOutputs, Decision } from './decision.ts'

const outputs: BranchOutputs = {
  rows: 4,
  labels: 2,
  logits: [Float32Array.of(1, -2, 0.5, 3, -1, 0, 2, 2), Float32Array.of(-1, 1, 4, -3, 0, 2, 1, -1)],
  // Both, first only, second only, neither.
  present: [Uint8Array.of(1, 1, 0, 0), Uint8Array.of(1, 0, 1, 0)],
}

const decisions: readonly Decision[] = [
  {
    kind: 'mean',
    weights: [
      [1, 1],
      [0.5, 0.25],
    ],
  },
  {
    kind: 'linear',
    weights: [
      [0.7, 1.1],
      [0.4, 0.2],
    ],
    biases: [
      [0.1, -0.2],
      [0.3, 0.05],
    ],
    bias: [-1, 0.5],
  },
]

test.each(decisions)(
  '$kind: numbers and graph agree for every missing pattern',
  async (decision) => {
    const graph = createGraph('decision')
    const branches = outputs.logits.map((_, index) => ({
      logits: input(graph, `logits${index}`, 'float32', ['batch', 2]),
      present: input(graph, `present${index}`, 'bool', ['batch']),
    }))
    const bytes = compile({ graph, outputs: [named(decisionGraph(decision, branches), 'fused')] })
    const session = await openSession('decision', bytes, { threads: 1 })
    const feeds: Record<string, TensorData> = {}
    outputs.logits.forEach((data, index) => {
      feeds[`logits${index}`] = { type: 'float32', shape: [4, 2], data }
      feeds[`present${index}`] = { type: 'bool', shape: [4], data: outputs.present[index]! }
    })
    const { fused } = await session.run(feeds)
    await session.close()
    decide(decision, outputs).forEach((value, index) => {
      expect(fused!.data[index]).toBeCloseTo(value, 5)
    })
  },
)

test('a branch without its input has no vote; without any input all have one', () => {
  const fused = decide(decisions[0]!, outputs)
  expect(fused[2]).toBeCloseTo(0.5, 6)
  expect(fused[4]).toBeCloseTo(0, 6)
  expect(fused[6]).toBeCloseTo((2 + 0.5 * 1) / 1.5, 6)
})
