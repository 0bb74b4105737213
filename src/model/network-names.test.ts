// Whatever the graphs of a network read and give has a name that no input can have.
import { expect, test } from 'vitest'

import { float32 } from '../base/arrays.ts'
import { adam, sgd } from '../engine/nn/optimisers.ts'
import { trainingGraphs } from '../engine/nn/training-graph.ts'
import { openSession } from '../engine/runtime/open-session.ts'
import { RESERVED_NAMES, formsOf } from '../experiment/input-names.ts'
import { exportModel } from './export.ts'
import { inferenceProgram, objectiveOf } from './network.ts'

import type { Program } from '../engine/graph/lowering/lower.ts'
import type { InputSettings } from '../experiment/schema.ts'
import type { ModelFacts } from './facts.ts'
import type { ModelMetadata } from './metadata.ts'
import type { NetworkSpec } from './network.ts'

const table: InputSettings = {
  kind: 'table',
  fields: [{ name: 'a', column: 'a', kind: 'number' }],
  encoder: { kind: 'mlp', units: [2], dropout: 0.5 },
}
const specOf = (...names: readonly string[]): NetworkSpec => ({
  scope: names.length === 1 ? `${names[0]!}.` : '',
  inputs: Object.fromEntries(names.map((name) => [name, table])),
  fusion: { kind: 'sum' },
  priorBias: true,
})
const factsOf = (...names: readonly string[]): ModelFacts => ({
  task: 'multi-label',
  labels: ['x', 'y'],
  outputs: 2,
  prevalence: [0.5, 0.5],
  scale: { mean: 0, deviation: 1 },
  tables: Object.fromEntries(names.map((name) => [name, 1])),
  texts: {},
})

test('all names of training and inference are reserved', () => {
  const spec = specOf('first', 'second')
  const facts = factsOf('first', 'second')
  const objective = objectiveOf(spec, facts, { auxiliary: 0.5, isMixed: true, isWeighted: true })
  const programs: Program[] = [inferenceProgram(spec, facts)]
  for (const optimiser of [adam({ weightDecay: 0.1 }), sgd({ momentum: 0.9, nesterov: true })]) {
    const { step, gradients, update } = trainingGraphs(objective, { optimiser, seed: 1 })
    programs.push(step, gradients, update)
  }
  const names = programs.flatMap(({ graph, outputs }) => [...graph.inputs, ...outputs])
  const own = new Set([...RESERVED_NAMES, ...['first', 'second'].flatMap(formsOf)])
  // No input has these characters in its name.
  const open = new Set(names.map(({ name }) => name).filter((name) => !/[./]/.test(name)))
  expect([...open].filter((name) => !own.has(name))).toEqual([])
  expect(open).toContain('share')
})

test('inputs that are called like operators keep their names in the model of a staged run', async () => {
  const names = ['MatMul', 'Add', 'calibration'] as const
  const fits = Array.from({ length: 2 }, () => ({ slope: 1, intercept: 0 }))
  const weights = names.map(() => [1, 1])
  const bytes = exportModel({
    trained: {
      kind: 'staged',
      specs: names.map((name) => specOf(name)),
      decision: { kind: 'mean', weights },
    },
    values: new Map(),
    facts: factsOf(...names),
    calibration: fits,
    // Only written into the file.
    metadata: { version: '0' } as ModelMetadata,
  })
  const session = await openSession('model.onnx', bytes, { threads: 1 })
  try {
    const outputs = await session.run(
      Object.fromEntries(
        names.flatMap((name) => [
          [name, float32([1, 1], [1])],
          [`${name}_present`, { type: 'bool', shape: [1], data: Uint8Array.of(1) }],
        ]),
      ),
    )
    expect(outputs['scores']!.shape).toEqual([1, 2])
  } finally {
    await session.close()
  }
})
