// Which operators are fused, and that training computes what it computed before.
import { describe, expect, test } from 'vitest'

import { transformerLayer } from '../../nn/attention.ts'
import { batchNorm, conv2d, convMaxPool, dense, dropout, flatten } from '../../nn/layers.ts'
import { binaryCrossEntropy } from '../../nn/losses.ts'
import { adam } from '../../nn/optimisers.ts'
import { trainingGraphs } from '../../nn/training-graph.ts'
import { nativeKernels } from '../../runtime/native/availability.ts'
import { stringOf } from '../attributes.ts'
import * as F from '../functions.ts'
import { createGraph, input, named } from '../graph.ts'
import { expectSame, lowered } from '../testing/fused.ts'
import { programOf } from '../testing/run.ts'
import { fusePointwise } from './fuse-pointwise.ts'

import type { PointwiseConfig } from '../../kernels/pointwise/config.ts'
import type { Objective } from '../../nn/training-graph.ts'
import type { Network } from '../../nn/network.ts'
import type { Program } from '../lowering/lower.ts'
import type { Shape, Tensor } from '../types.ts'

const { available } = await nativeKernels()

const countsOf = ({ graph }: Program): Record<string, number> => {
  const counts: Record<string, number> = {}
  for (const { op } of graph.nodes) counts[op] = (counts[op] ?? 0) + 1
  return counts
}

/** Operators of every kernel. */
const kernelsOf = ({ graph }: Program): string[] =>
  graph.nodes
    .filter(({ op }) => op === 'Kernel')
    .map(({ attributes }) => {
      const config = JSON.parse(stringOf(attributes, 'config', '')) as PointwiseConfig
      const sums = (config.sums ?? []).map(({ over }) => `sum over ${over}`)
      return [...config.steps.map(([op]) => op), ...sums].join(' ')
    })

const training = (objectiveOf: (network: Network) => Objective): Program =>
  lowered(
    trainingGraphs(objectiveOf, {
      optimiser: adam({ weightDecay: 0.01 }),
      seed: 1,
      clipNorm: 1,
    }).step,
  )

const transformer = (network: Network): Objective => {
  const { graph } = network
  const x = input(graph, 'x', 'float32', ['batch', 'time', 32])
  const mask = input(graph, 'mask', 'float32', ['batch', 'time'])
  const targets = input(graph, 'targets', 'float32', ['batch', 5])
  const options = { heads: 4, inner: 64, mask, dropout: 0.1 }
  const y = transformerLayer(network, 'layer', x, options)
  const logits = dense(network, 'out', F.reduceMean(y, { axes: [1] }), { units: 5 })
  return { loss: binaryCrossEntropy(logits, targets) }
}

const convolutions = (network: Network): Objective => {
  const { graph } = network
  const x = input(graph, 'x', 'float32', ['batch', 3, 14, 12])
  const targets = input(graph, 'targets', 'float32', ['batch', 5])
  const pooled = convMaxPool(network, 'conv1', x, { filters: 16, kernel: [3, 3] })
  const wide = conv2d(network, 'conv2', pooled, { filters: 32, kernel: [3, 3], bias: false })
  const y = F.relu(batchNorm(network, 'norm', wide))
  const hidden = F.relu(dense(network, 'dense', flatten(y), { units: 20 }))
  const logits = dense(network, 'out', dropout(network, 'dense', hidden, { rate: 0.5 }), {
    units: 5,
  })
  return { loss: binaryCrossEntropy(logits, targets) }
}

describe.skipIf(!available)('training', () => {
  test('a transformer', async () => {
    const before = training(transformer)
    const after = fusePointwise(before)
    const sizes = [{ batch: 7, time: 11 }, { batch: 1, time: 1 }, { batch: 3, time: 1 }, { batch: 2, time: 33 }] // prettier-ignore
    await expectSame(before, after, { sizes })
    expect([before.graph.nodes.length, after.graph.nodes.length]).toMatchInlineSnapshot(`
      [
        559,
        190,
      ]
    `)
    expect(countsOf(after)).toMatchInlineSnapshot(`
      {
        "Add": 21,
        "Div": 1,
        "Expand": 3,
        "Gemm": 9,
        "Identity": 2,
        "Kernel": 30,
        "LayerNormalization": 1,
        "MatMul": 18,
        "Min": 1,
        "Mul": 20,
        "ReduceMean": 1,
        "ReduceSum": 32,
        "Reshape": 20,
        "Shape": 7,
        "Sqrt": 1,
        "Transpose": 20,
        "Unsqueeze": 3,
      }
    `)
    const kernels = kernelsOf(after)
    expect(new Set(kernels)).toMatchInlineSnapshot(`
      Set {
        "Sub Mul",
        "Add ReduceMax Sub Exp ReduceSum Reciprocal Mul Mul",
        "Add Mul Mul Add ReduceMean Sub Mul ReduceMean Add Sqrt Reciprocal Mul Mul Add",
        "Add Mul Mul Erf Add Mul",
        "Add Mul Mul Add",
        "Softplus Mul Sub sum over all axes",
        "Div Neg Mul Sigmoid Mul Add",
        "Mul Div Mul sum over leading axes",
        "Add Mul Erf Add Mul Mul Mul Exp Mul Mul Add Mul sum over leading axes",
        "Mul ReduceMean Sub Mul ReduceMean Add Sqrt Reciprocal Mul Mul Mul ReduceMean Mul ReduceMean Sub Sub Mul Mul Add Mul sum over leading axes sum over leading axes sum over leading axes",
        "Mul Mul ReduceSum Sub Mul",
        "Add Add ReduceMean Sub Mul ReduceMean Add Sqrt Reciprocal Mul Mul sum over leading axes sum over leading axes",
        "Mul Mul Mul Add Mul Mul Mul Add Sqrt Mul Add Mul Div Mul Sub",
      }
    `)
  })
  test('convolutions and batch normalisation', async () => {
    const before = training(convolutions)
    const after = fusePointwise(before)
    const sizes = [{ batch: 1 }, { batch: 3 }, { batch: 35 }]
    await expectSame(before, after, { sizes, tolerance: 1e-5 })
    expect([before.graph.nodes.length, after.graph.nodes.length]).toMatchInlineSnapshot(`
      [
        369,
        159,
      ]
    `)
    expect(new Set(kernelsOf(after))).toMatchInlineSnapshot(`
      Set {
        "Max Max Max",
        "Sub Mul sum over leading axes",
        "Add Sqrt Reciprocal Mul",
        "Sub Mul Add Relu Greater",
        "Relu Mul Mul",
        "Softplus Mul Sub sum over all axes",
        "Div Neg Mul Sigmoid Mul Add",
        "Relu Mul Mul Greater Mul sum over leading axes",
        "Mul Mul",
        "Mul Mul Add",
        "Add Sqrt Reciprocal Mul Mul Mul Mul Mul Neg Mul Neg Mul",
        "Mul Add Add",
        "Equal Mul Sub Equal Mul Sub Equal Mul Sub",
        "Add Add Add",
        "Mul Mul Mul Add Mul Mul Mul Add Sqrt Mul Add Mul Div Mul Sub",
      }
    `)
  })
})

const X: Shape = ['n', 20]

describe('what is fused', () => {
  const graph = () => {
    const g = createGraph('fusion')
    return { g, x: input(g, 'x', 'float32', X), w: input(g, 'w', 'float32', [20, 20]) }
  }
  const fused = (...outputs: readonly Tensor[]): Program =>
    fusePointwise(lowered(programOf(...outputs)))

  test('chains; outputs keep their names', () => {
    const { x } = graph()
    const after = fused(named(F.exp(F.mul(F.add(x, 1), 2)), 'y'))
    expect(kernelsOf(after)).toEqual(['Add Mul Exp'])
    expect(after.graph.nodes).toHaveLength(1)
    expect(after.outputs.map(({ name }) => name)).toEqual(['y'])
  })
  test('not single operators, single numbers or tensors of other types', () => {
    const { g, x } = graph()
    const s = input(g, 's', 'float32', [])
    const d = input(g, 'd', 'float64', X)
    const after = fused(F.exp(x), F.sqrt(F.add(s, 1)), F.mul(F.add(d, d), d), named(F.exp(x), 'y'))
    expect(kernelsOf(after)).toEqual([])
  })
  test('nothing across an operator that needs what is fused', () => {
    const { x, w } = graph()
    const y = F.relu(F.add(x, 1))
    const z = F.matMul(y, w)
    // y and z - e^y are no kernel together: z lies between.
    const after = fused(F.mul(F.sub(z, F.exp(y)), 2))
    expect(kernelsOf(after)).toEqual(['Add Relu', 'Exp Sub Mul'])
  })
  test('what only the backward pass needs goes there', () => {
    const { x, w } = graph()
    const y = F.relu(F.add(x, 1))
    const dz = F.exp(F.matMul(y, w))
    // The mask of the gradient is made from y, not kept beside it.
    const after = fused(F.mul(dz, F.cast(F.greater(y, 0), 'float32')))
    expect(kernelsOf(after)).toEqual(['Add Relu', 'Exp Greater Mul'])
  })
  test('dropout masks are read as bytes, forwards and backwards', () => {
    const { g, x, w } = graph()
    const mask = F.mul(F.cast(input(g, 'mask', 'uint8', X), 'float32'), 2)
    const z = F.matMul(F.mul(F.exp(x), mask), w)
    const after = fused(F.mul(F.add(z, 1), mask))
    expect(kernelsOf(after)).toEqual(['Mul Exp Mul', 'Mul Add Mul'])
    const kernels = after.graph.nodes.filter(({ op }) => op === 'Kernel')
    for (const { inputs } of kernels)
      expect(inputs.some((read) => read?.name === 'mask')).toBe(true)
  })
  test('conditions that are read elsewhere stay', () => {
    const { x } = graph()
    const condition = F.greater(F.add(x, 1), 0)
    const after = fused(condition, F.exp(F.where(condition, x, F.zerosLike(x))))
    expect(kernelsOf(after)).toEqual(['Where Exp'])
    expect(countsOf(after)).toMatchObject({ Greater: 1 })
    expect(countsOf(after)['Expand']).toBeUndefined()
  })
  test('sums over rows are part of a kernel', () => {
    const { x } = graph()
    const y = F.mul(x, x)
    const after = fused(F.reduceSum(y, { axes: [0] }), F.reduceMean(y))
    expect(kernelsOf(after)).toEqual(['Mul sum over leading axes sum over all axes'])
    expect(countsOf(after)).toEqual({ Kernel: 1, ReduceSum: 2 })
  })
  test('broadcast operands are inputs', () => {
    const { g, x } = graph()
    const scale = input(g, 'scale', 'float32', [20])
    const row = input(g, 'row', 'float32', ['n', 1])
    const after = fused(F.mul(F.mul(x, scale), F.add(row, 1)))
    expect(kernelsOf(after)).toEqual(['Mul Add Mul'])
  })
})
