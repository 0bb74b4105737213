// Mixup and weights of rows in the loss of every task, against the same computed from logits that were not mixed.
import { describe, expect, test } from 'vitest'

import { float32 } from '../base/arrays.ts'
import { differentiate } from '../engine/graph/autodiff.ts'
import { createGraph, named } from '../engine/graph/graph.ts'
import { evaluate, programOf } from '../engine/graph/testing/run.ts'
import { createNetwork } from '../engine/nn/network.ts'
import { MIXING, ROW_WEIGHTS, inferenceProgram, objectiveOf } from './network.ts'
import { presentName } from './preprocessing.ts'

import type { TensorData } from '../base/arrays.ts'
import type { Task } from '../data/target/task.ts'
import type { Tensors } from '../engine/runtime/protocol.ts'
import type { InputSettings } from '../experiment/schema.ts'
import type { ModelFacts } from './facts.ts'
import type { NetworkSpec } from './network.ts'

const ROWS = 4
const OUTPUTS = 3

const linearTable: InputSettings = {
  kind: 'table',
  fields: [{ name: 'a', column: 'a', kind: 'number' }],
  encoder: { kind: 'mlp', units: [], dropout: 0 },
}
const spec: NetworkSpec = {
  scope: '',
  inputs: { first: linearTable, second: linearTable },
  fusion: { kind: 'sum' },
  priorBias: true,
}

const factsOf = (task: Task): ModelFacts => ({
  task,
  labels: ['a', 'b', 'c'],
  outputs: OUTPUTS,
  prevalence: [0.5, 0.3, 0.2],
  scale: task === 'regression' ? { mean: 3, deviation: 2 } : { mean: 0, deviation: 1 },
  tables: { first: 2, second: 1 },
  texts: {},
})

const bools = (values: readonly number[]): TensorData => ({
  type: 'bool',
  shape: [values.length],
  data: Uint8Array.from(values),
})

const weightsOfNetwork: Tensors = {
  'first.linear.weight': float32([2, 3], [0.5, -1, 0.25, 1.5, 0.75, -0.5]),
  'second.linear.weight': float32([1, 3], [-0.75, 0.5, 1]),
  // What stands in for an input that is missing takes part in the mix.
  'first.missing_logits': float32([3], [0.3, -0.6, 0.9]),
  'second.missing_logits': float32([3], [-0.2, 0.4, 0.1]),
  'output.bias': float32([3], [0.1, 0.2, -0.3]),
}
const inputs: Tensors = {
  first: float32([ROWS, 2], [1, 2, -1, 0.5, 3, -2, 0.25, 1]),
  second: float32([ROWS, 1], [1, -1, 2, 0.5]),
  [presentName('first')]: bools([1, 0, 1, 1]),
  [presentName('second')]: bools([1, 1, 0, 1]),
}

const mixing = [
  [0.7, 0.3, 0, 0],
  [0, 0.9, 0, 0.1],
  [0.4, 0, 0.6, 0],
  [0, 0, 0, 1],
]

// prettier-ignore
const truths: Readonly<Record<Task, readonly (readonly number[])[]>> = {
  'multi-label': [[1, 0, 1], [0, 0, 0], [1, 1, 1], [0, 1, 0]],
  'multi-class': [[1, 0, 0], [0, 0, 1], [0, 1, 0], [1, 0, 0]],
  binary: [[1, 0, 1], [0, 0, 0], [1, 1, 1], [0, 1, 0]],
  ordinal: [[1, 1, 0], [0, 0, 0], [1, 1, 1], [1, 0, 0]],
  regression: [[1, 5, 2], [7, 3, 3], [-2, 4, 0], [3, 3, 9]],
}

type Loss = (logits: readonly number[], targets: readonly number[]) => number
const mean = (values: readonly number[]): number =>
  values.reduce((a, b) => a + b, 0) / values.length
const crossEntropy: Loss = (logits, targets) =>
  mean(logits.map((z, index) => Math.log1p(Math.exp(z)) - z * targets[index]!))
const softmaxEntropy: Loss = (logits, targets) => {
  const total = Math.log(logits.reduce((sum, z) => sum + Math.exp(z), 0))
  return logits.reduce((sum, z, index) => sum - targets[index]! * (z - total), 0)
}
const squares: Loss = (logits, targets) =>
  mean(logits.map((z, index) => (z - (targets[index]! - 3) / 2) ** 2))
const losses: Readonly<Record<Task, Loss>> = {
  'multi-label': crossEntropy,
  'multi-class': softmaxEntropy,
  binary: crossEntropy,
  ordinal: crossEntropy,
  regression: squares,
}

const feedsOf = (task: Task, extra: Tensors): Tensors => ({
  ...weightsOfNetwork,
  ...inputs,
  ...extra,
  labels:
    task === 'regression'
      ? float32([ROWS, OUTPUTS], truths[task].flat())
      : { type: 'uint8', shape: [ROWS, OUTPUTS], data: Uint8Array.from(truths[task].flat()) },
})

interface Found {
  readonly loss: number
  readonly gradient: readonly number[]
}

/** Loss and gradient of the first table's weights. */
const train = async (
  task: Task,
  { isMixed = false, weights }: { isMixed?: boolean; weights?: readonly number[] },
): Promise<Found> => {
  const network = createNetwork(createGraph('objective'), { training: true, seed: 1 })
  const isWeighted = weights !== undefined
  const { loss } = objectiveOf(spec, factsOf(task), { auxiliary: 0, isMixed, isWeighted })(network)
  const learned = network.parameters.get('first.linear.weight')!
  const [gradient] = differentiate(loss, [learned.tensor])
  const results = await evaluate(
    programOf(named(loss, 'loss'), named(gradient!, 'gradient')),
    feedsOf(task, {
      ...(isMixed && { [MIXING]: float32([ROWS, ROWS], mixing.flat()) }),
      ...(weights && { [ROW_WEIGHTS]: float32([ROWS, 1], weights) }),
    }),
  )
  return {
    loss: Number(results['loss']!.data[0]),
    gradient: Array.from(results['gradient']!.data, Number),
  }
}

const logitsOf = async (task: Task): Promise<readonly (readonly number[])[]> => {
  const { logits } = await evaluate(inferenceProgram(spec, factsOf(task)), {
    ...weightsOfNetwork,
    ...inputs,
  })
  const values = Array.from(logits!.data, Number)
  return truths[task].map((_, row) => values.slice(row * OUTPUTS, (row + 1) * OUTPUTS))
}

/** Share times own plus share times the partner's. */
const mixed = (rows: readonly (readonly number[])[]): readonly (readonly number[])[] =>
  mixing.map((shares) =>
    rows[0]!.map((_, column) =>
      shares.reduce((sum, share, row) => sum + share * rows[row]![column]!, 0),
    ),
  )

const tasks = Object.keys(truths) as Task[]

describe.each(tasks)('%s', (task) => {
  test('mixup: all inputs, missing ones too, and targets are mixed by the same shares', async () => {
    const logits = mixed(await logitsOf(task))
    const targets = mixed(truths[task])
    const expected = mean(logits.map((row, index) => losses[task](row, targets[index]!)))
    expect((await train(task, { isMixed: true })).loss).toBeCloseTo(expected, 5)
  })

  test('weights: sum of weight times loss by sum of weights', async () => {
    const logits = await logitsOf(task)
    const each = logits.map((row, index) => losses[task](row, truths[task][index]!))
    const weights = [2, 0.5, 0, 1]
    const expected = each.reduce((sum, loss, row) => sum + weights[row]! * loss, 0) / 3.5
    expect((await train(task, { weights })).loss).toBeCloseTo(expected, 5)
  })

  test('equal weights change nothing', async () => {
    const plain = await train(task, {})
    const weighted = await train(task, { weights: [3, 3, 3, 3] })
    expect(weighted.loss).toBeCloseTo(plain.loss, 5)
    weighted.gradient.forEach((value, index) => {
      expect(value).toBeCloseTo(plain.gradient[index]!, 5)
    })
  })

  test('where no row counts, loss and gradient are 0', async () => {
    const { loss, gradient } = await train(task, { weights: [0, 0, 0, 0], isMixed: true })
    expect(loss).toBe(0)
    expect(gradient.every((value) => value === 0)).toBe(true)
  })

  test('mixed and weighted: each half as much as its share and weight', async () => {
    const logits = mixed(await logitsOf(task))
    const weights = [2, 0.5, 0, 1]
    let [sum, total] = [0, 0]
    for (const [row, shares] of mixing.entries())
      for (const [other, share] of shares.entries())
        sum += share * weights[other]! * losses[task](logits[row]!, truths[task][other]!)
    for (const shares of mixing)
      for (const [other, share] of shares.entries()) total += share * weights[other]!
    const { loss } = await train(task, { weights, isMixed: true })
    // Squared errors of a mixed target lack the spread of the two, which has no gradient.
    if (task === 'regression') expect(loss).toBeLessThan(sum / total)
    else expect(loss).toBeCloseTo(sum / total, 5)
  })
})
