// Fused programs compute what they computed before, in fewer nodes.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { dataTypes, sizeOf } from '../../../base/arrays.ts'
import { randomStream } from '../../../base/rng.ts'
import { transformerLayer } from '../../nn/attention.ts'
import { batchNorm, conv2d, convMaxPool, dense, dropout, flatten } from '../../nn/layers.ts'
import { binaryCrossEntropy } from '../../nn/losses.ts'
import { adam } from '../../nn/optimisers.ts'
import { trainingGraphs } from '../../nn/training-graph.ts'
import { encodeModel } from '../../onnx/encode.ts'
import { nativeKernels } from '../../runtime/native/availability.ts'
import { openSession } from '../../runtime/open-session.ts'
import { stringOf } from '../attributes.ts'
import * as F from '../functions.ts'
import { apply, createGraph, input, named, scalar } from '../graph.ts'
import { cpu } from '../lowering/cpu.ts'
import { lower } from '../lowering/lower.ts'
import { difference } from '../testing/close.ts'
import { openProgram, programOf } from '../testing/run.ts'
import { toOnnx } from '../to-onnx.ts'
import { fusePointwise } from './fuse-pointwise.ts'

import type { TensorData } from '../../../base/arrays.ts'
import type { PointwiseConfig } from '../../kernels/pointwise/config.ts'
import type { Objective } from '../../nn/training-graph.ts'
import type { Network } from '../../nn/network.ts'
import type { Program } from '../lowering/lower.ts'
import type { Sizes } from '../lowering/unroll.ts'
import type { Dimension, Shape, Tensor } from '../types.ts'

const { available } = await nativeKernels()
const random = randomStream(3, 'fusion')

const lowered = (program: Program): Program => lower(program, cpu)

const sizeIn =
  (sizes: Sizes) =>
  (dimension: Dimension): number =>
    String(dimension)
      .split('*')
      .reduce((product, factor) => product * (sizes[factor] ?? Number(factor)), 1)

/** Second moments and scalars of optimisers are positive, masks are bytes of 0 and 1. */
const feedOf = ({ name, type, shape }: Tensor, sizes: Sizes, seed: number): TensorData => {
  const concrete = shape.map(sizeIn(sizes))
  const values = random.normal(sizeOf(concrete), seed)
  const isPositive = /adam\.v|step_size|correction|decay|mask|targets/.test(name)
  const data =
    type === 'float32'
      ? values.map((value) => (isPositive ? Math.abs(value) * 0.01 + 0.01 : value * 0.5))
      : new dataTypes[type as 'uint8'](values.map((value) => Number(value > -1)))
  return { type, shape: concrete, data }
}

/** Both programs on the same feeds: errors are relative to the largest value of an output. */
const expectSame = async (
  before: Program,
  after: Program,
  { sizes, tolerance = 1e-6 }: { readonly sizes: readonly Sizes[]; readonly tolerance?: number },
): Promise<void> => {
  const plain = await openProgram(before)
  const bytes = encodeModel(toOnnx(after, { version: '0' }))
  const fused = await openSession('fused', bytes, { device: 'avx512', threads: 1 })
  try {
    expect(fused.outputs).toEqual(plain.outputs)
    for (const [run, size] of sizes.entries()) {
      const feeds = Object.fromEntries(
        before.graph.inputs.map((tensor, index) => [
          tensor.name,
          feedOf(tensor, size, 1000 * run + index),
        ]),
      )
      const [wanted, got] = [await plain.run(feeds), await fused.run(feeds)]
      for (const [name, { data, shape }] of Object.entries(wanted)) {
        const values = Array.from(data, Number)
        const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
        expect(got[name]!.shape).toEqual(shape)
        expect(
          difference(got[name]!.data, values, { rtol: tolerance, atol: tolerance * largest }),
          name,
        ).toBeUndefined()
      }
    }
  } finally {
    await plain.close()
    await fused.close()
  }
}

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

/** What operators make of infinities, NaN and numbers at the ends of float32. */
const special: Readonly<Record<string, (x: Tensor, one: Tensor) => Tensor>> = {
  relu: F.relu,
  abs: F.abs,
  neg: F.neg,
  sign: F.sign,
  exp: F.exp,
  log: F.log,
  sqrt: F.sqrt,
  reciprocal: F.reciprocal,
  tanh: F.tanh,
  erf: F.erf,
  softplus: F.softplus,
  gelu: (x) => F.gelu(x),
  'gelu by tanh': (x) => F.gelu(x, 'tanh'),
  leakyRelu: (x) => F.leakyRelu(x),
  clip: (x) => F.clip(x, { low: -1, high: 1 }),
  'max with a number': (x) => F.max(x, 1),
  'max with a tensor': (x, one) => F.max(one, x),
  min: (x, one) => F.min(x, one),
  square: (x) => F.pow(x, 2),
  cube: (x) => F.pow(x, 3),
  equal: (x) => F.cast(F.equal(x, 0), 'float32'),
  greater: (x) => F.cast(F.greater(x, 0), 'float32'),
  not: (x) => F.cast(F.not(F.cast(x, 'bool')), 'float32'),
  where: (x) => F.where(F.less(x, 0), F.zerosLike(x), x),
  softmax: (x) => F.softmax(x),
  logSoftmax: (x) => F.logSoftmax(x),
}

describe.skipIf(!available)('special values are what ONNX Runtime makes of them', () => {
  const values = [0, -0, 1, -1, Infinity, -Infinity, NaN, 1e-40, -1e-40, 88.7, 90, -90, 3e38, -3e38, 0.5, -0.5, 12, -12] // prettier-ignore
  test.each(Object.entries(special))('%s', async (_, operator) => {
    const graph = createGraph('special')
    const x = input(graph, 'x', 'float32', [values.length])
    const one = input(graph, 'one', 'float32', [values.length])
    const before = lowered(programOf(named(F.mul(operator(F.mul(x, one), one), one), 'y')))
    const after = fusePointwise(before)
    expect(after.graph.nodes.map(({ op }) => op)).toEqual(['Kernel'])
    const tensor = (data: Float32Array): TensorData => ({
      type: 'float32',
      shape: [data.length],
      data,
    })
    const feeds = {
      x: tensor(Float32Array.from(values)),
      one: tensor(new Float32Array(values.length).fill(1)),
    }
    const plain = await openProgram(before)
    const bytes = encodeModel(toOnnx(after, { version: '0' }))
    const fused = await openSession('fused', bytes, { device: 'avx512', threads: 1 })
    const [wanted, got] = [await plain.run(feeds), await fused.run(feeds)]
    await plain.close()
    await fused.close()
    const tolerance = { rtol: 3e-7, atol: 1.2e-38 }
    expect(
      difference(got['y']!.data, Array.from(wanted['y']!.data, Number), tolerance),
    ).toBeUndefined()
  })
})

/** Operators by how many operands they have; tensors are [n, 20], [n, 1] or [20]. */
const unary: readonly ((x: Tensor) => Tensor)[] = [
  F.relu,
  F.neg,
  F.tanh,
  F.sigmoid,
  (x) => F.cast(F.greater(x, 0), 'float32'),
  (x) => F.mul(x, 0.5),
  (x) => F.add(x, 1),
  (x) => F.reduceMean(x, { axes: [-1], keepDimensions: true }),
  (x) => F.reduceSum(x, { axes: [-1], keepDimensions: true }),
  (x) => (x.shape.length === 2 ? F.reduceMean(x, { axes: [0] }) : x),
  (x) => F.softmax(x),
  F.zerosLike,
  // Nothing that a kernel could do.
  (x) => F.cumSum(F.mul(x, 0.1), { axis: 0 }),
]
const binary: readonly ((x: Tensor, y: Tensor) => Tensor)[] = [
  F.add,
  F.sub,
  (x, y) => F.mul(F.tanh(x), y),
  F.max,
  (x, y) => F.where(F.less(x, y), x, y),
]
const canBroadcast = (x: Tensor, y: Tensor): boolean =>
  [x, y].some(({ shape }) => shape.length === 2 && shape[1] === 20) ||
  String(x.shape) === String(y.shape)

const programs = fc
  .record({
    nodes: fc.array(fc.tuple(fc.nat(17), fc.nat(1000), fc.nat(1000)), { maxLength: 30 }),
    outputs: fc.array(fc.nat(1000), { minLength: 1, maxLength: 4 }),
  })
  .map(({ nodes, outputs }): Program => {
    const graph = createGraph('random')
    const shapes: readonly Shape[] = [X, X, ['n', 1], [20]]
    const values = shapes.map((shape, index) => input(graph, `x${index}`, 'float32', shape))
    for (const [op, first, second] of nodes) {
      const at = (number: number): Tensor => values[values.length - 1 - (number % values.length)]!
      const apply = unary[op]
      if (apply) values.push(apply(at(first)))
      else if (canBroadcast(at(first), at(second)))
        values.push(binary[op - unary.length]!(at(first), at(second)))
    }
    const read = outputs.map((output) => values[values.length - 1 - (output % values.length)]!)
    return programOf(...read.map((tensor, index) => named(tensor, `y${index}`)))
  })

test.skipIf(!available).each([
  [-Infinity, 0.3],
  [-0.3, Infinity],
  [-Infinity, Infinity],
  [NaN, 0.3],
  [0.3, -0.3],
])('clipping from %d to %d', async (low, high) => {
  const graph = createGraph('clip')
  const x = input(graph, 'x', 'float32', ['n', 20])
  const bounds = [scalar(graph, low), scalar(graph, high)]
  const clipped = apply(graph, 'Clip', [F.add(x, 0.1), ...bounds])
  const before = lowered(programOf(named(F.mul(F.tanh(clipped), 2), 'y')))
  await expectSame(before, fusePointwise(before), { sizes: [{ n: 3 }] })
})

test.skipIf(!available)('random graphs', { timeout: 60_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(programs, async (program) => {
      const before = lowered(program)
      const sizes = [{ n: 3 }, { n: 1 }]
      // Conditions may turn where operands differ in the last bit: not in these graphs' few steps.
      await expectSame(before, fusePointwise(before), { sizes, tolerance: 1e-4 })
    }),
    { numRuns: 100 },
  )
})
