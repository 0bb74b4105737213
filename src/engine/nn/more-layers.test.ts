// Recurrent, attention and spatial layers equal PyTorch's: outputs and all gradients of the training form, outputs of the
// inference form; padding changes nothing, whatever it holds.
import { describe, expect, test } from 'vitest'

import { float32 } from '../../base/arrays.ts'
import { differentiate } from '../graph/autodiff.ts'
import * as F from '../graph/functions.ts'
import { createGraph, input, named } from '../graph/graph.ts'
import { expectClose } from '../graph/testing/close.ts'
import { projection } from '../graph/testing/fixtures.ts'
import { evaluate, programOf } from '../graph/testing/run.ts'
import { maskedSoftmax, multiHeadAttention, transformerLayer } from './attention.ts'
import { bidirectional } from './bidirectional.ts'
import { gru } from './gru.ts'
import { createNetwork } from './network.ts'
import { learnedPositions, sinusoidalPositions } from './positions.ts'
import { adaptiveAveragePool, conv1d, groupNorm } from './spatial-layers.ts'
import { floats, readFixture } from './testing/fixtures.ts'

import type { TensorData } from '../../base/arrays.ts'
import type { Shape, Tensor } from '../graph/types.ts'
import type { RecurrentStates } from './gru.ts'
import type { Network } from './network.ts'
import type { Stored } from './testing/fixtures.ts'

interface LayerCase {
  readonly inputs: Readonly<Record<string, Stored>>
  readonly parameters: Readonly<Record<string, Stored>>
  readonly outputs: readonly Stored[]
  readonly gradients: Readonly<Record<string, readonly number[]>>
}

type Inputs = Readonly<Record<string, Tensor>>
type Build = (network: Network, inputs: Inputs) => readonly Tensor[]

/** Shapes with open sizes, and the layer. */
interface LayerRow {
  readonly shapes: Readonly<Record<string, Shape>>
  readonly build: Build
}

const stored = readFixture('layers') as Record<string, LayerCase>

const SEQUENCE: LayerRow['shapes'] = { x: ['time', 'batch', 2], mask: ['time', 'batch', 1] }
const states = ({ sequence, last }: RecurrentStates): readonly Tensor[] => [sequence, last]
const recurrent = (
  build: (network: Network, x: Tensor, options: { units: number; mask: Tensor }) => RecurrentStates,
): LayerRow => ({
  shapes: SEQUENCE,
  build: (network, { x, mask }) => states(build(network, x!, { units: 2, mask: mask! })),
})

const TOKENS: Shape = ['batch', 'time', 4]
const layer = (shape: Shape, build: (network: Network, x: Tensor) => Tensor): LayerRow => ({
  shapes: { x: shape },
  build: (network, { x }) => [build(network, x!)],
})
const transformer = (activation: 'relu' | 'gelu'): LayerRow => ({
  shapes: { x: TOKENS, mask: ['batch', 'time'] },
  build: (network, { x, mask }) => [
    transformerLayer(network, 'block1', x!, { heads: 2, inner: 6, mask: mask!, activation }),
  ],
})
const groups = (shape: Shape, count: number): LayerRow =>
  layer(shape, (network, x) => groupNorm(network, 'norm1', x, { groups: count }))
const pool = (shape: Shape, ...sizes: readonly number[]): LayerRow =>
  layer(shape, (_, x) => adaptiveAveragePool(x, sizes))

const rows: Readonly<Record<string, LayerRow>> = {
  gru: recurrent((network, x, options) => gru(network, 'gru1', x, options)),
  'gru, reset before': recurrent((network, x, options) =>
    gru(network, 'gru1', x, { ...options, resetAfter: false }),
  ),
  'bidirectional lstm': recurrent((network, x, options) =>
    bidirectional(network, 'lstm1', x, options),
  ),
  'bidirectional gru': recurrent((network, x, options) =>
    bidirectional(network, 'gru1', x, { ...options, layer: gru }),
  ),
  attention: layer(TOKENS, (network, x) =>
    multiHeadAttention(network, 'attention', x, { heads: 2 }),
  ),
  'attention, mask': {
    shapes: { x: TOKENS, mask: ['batch', 'time'] },
    build: (network, { x, mask }) => [
      multiHeadAttention(network, 'attention', x!, { heads: 2, mask: mask! }),
    ],
  },
  'attention, memory': {
    shapes: { x: TOKENS, memory: ['batch', 'places', 3], mask: ['batch', 'places'] },
    build: (network, { x, memory, mask }) => [
      multiHeadAttention(network, 'attention', x!, { heads: 2, mask: mask!, memory: memory! }),
    ],
  },
  'transformer layer, relu': transformer('relu'),
  'transformer layer, gelu': transformer('gelu'),
  'sinusoidal positions': layer(['batch', 'time', 5], (_, x) =>
    sinusoidalPositions(x, { longest: 9 }),
  ),
  'sinusoidal positions, time first': layer(['time', 'batch', 2], (_, x) =>
    sinusoidalPositions(x, { longest: 9, timeMajor: true }),
  ),
  'learned positions': layer(['batch', 'time', 2], (network, x) =>
    learnedPositions(network, 'text', x, { longest: 5 }),
  ),
  'learned positions, too long': layer(['batch', 'time', 2], (network, x) =>
    learnedPositions(network, 'text', x, { longest: 2 }),
  ),
  conv1d: layer(['batch', 2, 5], (network, x) =>
    conv1d(network, 'conv1', x, { filters: 3, kernel: 3 }),
  ),
  'conv1d, same, stride': layer(['batch', 2, 6], (network, x) =>
    conv1d(network, 'conv1', x, { filters: 2, kernel: 3, stride: 2, padding: 'same' }),
  ),
  'conv1d, causal, dilated, groups': layer(['batch', 2, 5], (network, x) =>
    conv1d(network, 'conv1', x, {
      filters: 4,
      kernel: 3,
      dilation: 2,
      group: 2,
      padding: 'causal',
    }),
  ),
  'group norm': groups(['batch', 4, 2, 3], 2),
  'group norm, one group, sequence': groups(['batch', 3, 4], 1),
  'group norm, every channel': groups(['batch', 3, 2, 2], 3),
  'adaptive pool, one': pool(['batch', 2, 3, 5], 1, 1),
  'adaptive pool, even': pool(['batch', 2, 4, 3], 2, 3),
  'adaptive pool, overlapping bins': pool(['batch', 2, 5, 7], 3, 2),
  'adaptive pool, larger': pool(['batch', 1, 3, 2], 4, 3),
}

const packed = (tensors: Readonly<Record<string, Stored>>): Record<string, TensorData> =>
  Object.fromEntries(Object.entries(tensors).map(([name, value]) => [name, floats(value)]))

/** The outputs of one form of a layer, by number; with `fixed`, all sizes are known to the graph. */
const outputsOf = async (
  { shapes, build }: LayerRow,
  { inputs, parameters }: Pick<LayerCase, 'inputs' | 'parameters'>,
  { training, fixed = false }: { readonly training: boolean; readonly fixed?: boolean },
): Promise<{ readonly outputs: readonly TensorData[]; readonly ops: readonly string[] }> => {
  const values = new Map(Object.entries(packed(parameters)))
  const graph = createGraph('layer')
  const network = createNetwork(graph, { training, seed: 1, ...(!training && { values }) })
  const made = build(
    network,
    Object.fromEntries(
      Object.entries(shapes).map(([name, shape]) => [
        name,
        input(graph, name, 'float32', fixed ? inputs[name]!.shape : shape),
      ]),
    ),
  ).map((tensor, k) => named(tensor, `output/${k}`))
  const results = await evaluate(programOf(...made), {
    ...packed(inputs),
    ...(training && packed(parameters)),
  })
  return {
    outputs: made.map(({ name }) => results[name]!),
    ops: graph.nodes.map(({ op }) => op),
  }
}

const TOLERANCE = { rtol: 1e-3, atol: 1e-5 }

test('every stored case has a row', () => {
  expect(Object.keys(rows).sort()).toEqual(Object.keys(stored).sort())
})

describe.each(Object.entries(rows))('%s', (name, row) => {
  const layerCase = stored[name]!
  const { inputs, parameters, outputs, gradients } = layerCase

  test('training: outputs and gradients', async () => {
    const graph = createGraph('layer')
    const network = createNetwork(graph, { training: true, seed: 1 })
    const tensors = Object.fromEntries(
      Object.entries(row.shapes).map(([key, shape]) => [key, input(graph, key, 'float32', shape)]),
    )
    const made = row.build(network, tensors)
    const declared = [...network.parameters.values()].map(
      (parameter) => [parameter.name, parameter.tensor.shape] as const,
    )
    expect(Object.fromEntries(declared)).toEqual(
      Object.fromEntries(Object.entries(parameters).map(([key, { shape }]) => [key, shape])),
    )
    const cotangents = made.map((y, k) => input(graph, `u/${k}`, 'float32', y.shape))
    const total = made
      .map((y, k) => F.reduceSum(F.mul(y, cotangents[k]!)))
      .reduce((a, b) => F.add(a, b))
    const wanted = Object.keys(gradients)
    const found = differentiate(
      total,
      wanted.map((key) => tensors[key] ?? network.parameters.get(key)!.tensor),
    )
    const program = programOf(
      ...made.map((tensor, k) => named(tensor, `output/${k}`)),
      ...found.map((tensor, index) => named(tensor, `gradient/${wanted[index]!}`)),
    )
    const results = await evaluate(program, {
      ...packed(inputs),
      ...packed(parameters),
      ...Object.fromEntries(
        outputs.map(({ shape, values }, k) => [
          `u/${k}`,
          float32(shape, Float32Array.from(projection(values.length, k))),
        ]),
      ),
    })
    outputs.forEach(({ shape, values }, k) => {
      const y = results[`output/${k}`]!
      expect(y.shape).toEqual(shape)
      expectClose(y.data, values, TOLERANCE, `output ${k}`)
    })
    for (const [key, values] of Object.entries(gradients))
      expectClose(results[`gradient/${key}`]!.data, values, TOLERANCE, `gradient of ${key}`)
  })

  test.each([false, true])('inference, fixed sizes: %s', async (fixed) => {
    const found = await outputsOf(row, layerCase, { training: false, fixed })
    outputs.forEach(({ values }, k) => {
      expectClose(found.outputs[k]!.data, values, TOLERANCE, `output ${k}`)
    })
    expect(found.ops.filter((op) => op === 'Gru' || op === 'Lstm')).toEqual([])
  })
})

describe('padding', () => {
  const noisy = (x: Stored, isPadding: (index: number) => boolean): Stored => ({
    ...x,
    values: x.values.map((value, index) => (isPadding(index) ? 17 - index : value)),
  })

  test.each(['gru', 'gru, reset before', 'bidirectional lstm', 'bidirectional gru'])(
    'of %s may hold anything',
    async (name) => {
      const { inputs, parameters } = stored[name]!
      const { x, mask } = inputs as Record<'x' | 'mask', Stored>
      const changed = { mask, x: noisy(x, (index) => mask.values[Math.floor(index / 2)] === 0) }
      expect(changed.x.values).not.toEqual(x.values)
      for (const training of [true, false]) {
        const before = await outputsOf(rows[name]!, { inputs, parameters }, { training })
        const after = await outputsOf(rows[name]!, { inputs: changed, parameters }, { training })
        // A product with 0 may be 0 or -0.
        const bare = ({ outputs }: typeof before): number[][] =>
          outputs.map(({ data }) => Array.from(data as Float32Array, (value) => value + 0))
        expect(bare(after)).toEqual(bare(before))
      }
    },
  )

  test('of attention may hold anything', async () => {
    const { inputs, parameters } = stored['attention, mask']!
    const { x, mask } = inputs as Record<'x' | 'mask', Stored>
    // Only the keys are padded: what padding itself looks for does change.
    const changed = { mask, x: noisy(x, (index) => mask.values[Math.floor(index / 4)] === 0) }
    const row = rows['attention, mask']!
    const before = await outputsOf(row, { inputs, parameters }, { training: true })
    const after = await outputsOf(row, { inputs: changed, parameters }, { training: true })
    mask.values.forEach((present, place) => {
      const at = ({ outputs }: typeof before): number[] =>
        Array.from(outputs[0]!.data.slice(4 * place, 4 * place + 4), Number)
      if (present === 1) expect(at(after)).toEqual(at(before))
    })
  })
})

test('maskedSoftmax: any axis, 0 where nothing is left', async () => {
  const graph = createGraph('softmax')
  const x = input(graph, 'x', 'float32', [3, 2])
  const mask = input(graph, 'mask', 'float32', [3, 2])
  const y = named(maskedSoftmax(x, mask, 0), 'y')
  const results = await evaluate(programOf(y), {
    x: float32([3, 2], [1, 5, 2, 1000, -1000, 7]),
    mask: float32([3, 2], [1, 0, 1, 0, 0, 0]),
  })
  const low = 1 / (1 + Math.E)
  expectClose(results['y']!.data, [low, 0, 1 - low, 0, 0, 0], { rtol: 1e-6, atol: 1e-7 })
})

test('sizes that do not divide are refused', () => {
  const graph = createGraph('wrong')
  const network = createNetwork(graph, { training: true, seed: 1 })
  const x = input(graph, 'x', 'float32', ['batch', 4, 6])
  expect(() => multiHeadAttention(network, 'attention', x, { heads: 4 })).toThrow(
    'the width must be a multiple of 4 heads',
  )
  expect(() => groupNorm(network, 'norm1', x, { groups: 3 })).toThrow(
    'the channels must be a multiple of 3 groups',
  )
})
