// Recurrent layers on Medley's own kernels beside the same on ONNX Runtime's: the loss and all gradients, over ragged texts.
import { describe, expect, test } from 'vitest'

import { float32 } from '../../../../base/arrays.ts'
import { randomStream } from '../../../../base/rng.ts'
import { nativeKernels } from '../../../runtime/native/availability.ts'
import { openSession } from '../../../runtime/open-session.ts'
import { stringOf } from '../../attributes.ts'
import { differentiate } from '../../autodiff.ts'
import { compile } from '../../compile.ts'
import * as F from '../../functions.ts'
import { applyAll, createGraph, input, named } from '../../graph.ts'
import { lower } from '../lower.ts'
import { avx512 } from './index.ts'

import type { TensorData } from '../../../../base/arrays.ts'
import type { KernelConfig } from '../../../kernels/kernel.ts'
import type { Node, Tensor } from '../../types.ts'
import type { Program } from '../lower.ts'

const { available } = await nativeKernels()

interface Layer {
  readonly op: 'Lstm' | 'Gru'
  readonly gates: number
  readonly attributes?: Readonly<Record<string, number>>
  readonly hasBias?: boolean
}

const layers: Readonly<Record<string, Layer>> = {
  LSTM: { op: 'Lstm', gates: 4 },
  'GRU, reset before': { op: 'Gru', gates: 3 },
  'GRU, reset after': {
    op: 'Gru',
    gates: 3,
    attributes: { linear_before_reset: 1 },
    hasBias: true,
  },
}

const [TIME, LENGTHS, WIDTH] = [9, [9, 0, 4, 1, 7, 9], 10] as const
const BATCH = LENGTHS.length

/** Two layers, one upon the other, over texts of these lengths. */
const build = (
  { op, gates, attributes = {}, hasBias = false }: Layer,
  units: number,
): { readonly program: Program; readonly feeds: Readonly<Record<string, TensorData>> } => {
  const graph = createGraph('test')
  const random = randomStream(5, 'recurrent')
  const feeds: Record<string, TensorData> = {}
  const wanted: Tensor[] = []
  const fed = (
    name: string,
    shape: readonly number[],
    symbolic: Tensor['shape'] = shape,
  ): Tensor => {
    const count = shape.reduce((a, b) => a * b, 1)
    feeds[name] = float32(
      shape,
      random.normal(count, Object.keys(feeds).length).map((v) => v / 2),
    )
    const tensor = input(graph, name, 'float32', symbolic)
    wanted.push(tensor)
    return tensor
  }
  const mask = input(graph, 'mask', 'float32', ['time', 'batch', 1])
  feeds['mask'] = float32(
    [TIME, BATCH, 1],
    Float32Array.from({ length: TIME * BATCH }, (_, row) =>
      Number(Math.floor(row / BATCH) < LENGTHS[row % BATCH]!),
    ),
  )
  const layer = (name: string, x: Tensor): readonly Tensor[] => {
    const w = fed(`${name}.input`, [Number(x.shape[2]), gates * units])
    const recurrent = fed(`${name}.recurrent`, [units, gates * units])
    const projected = F.add(F.matMul(x, w), fed(`${name}.bias`, [gates * units]))
    const inner = hasBias ? [fed(`${name}.inner`, [units])] : []
    return applyAll(graph, op, [projected, recurrent, mask, ...inner], { attributes })
  }
  const first = layer('first', fed('x', [TIME, BATCH, WIDTH], ['time', 'batch', WIDTH]))
  const second = layer('second', F.mul(first[0]!, 0.7))
  const states = F.mul(second[0]!, fed('states', [TIME, BATCH, units], ['time', 'batch', units]))
  const last = F.mul(second[4]!, fed('last', [BATCH, units], ['batch', units]))
  const loss = F.add(F.reduceSum(states), F.reduceSum(last))
  const outputs = [loss, ...differentiate(loss, wanted)]
  return {
    program: { graph, outputs: outputs.map((tensor, index) => named(tensor, `out${index}`)) },
    feeds,
  }
}

const kindsOf = (nodes: readonly Node[]): readonly string[] =>
  nodes.flatMap(({ op, attributes }) =>
    op === 'Kernel' ? [(JSON.parse(stringOf(attributes, 'config', '')) as KernelConfig).kind] : [],
  )

const largest = (values: Float32Array): number =>
  values.reduce((a, b) => Math.max(a, Math.abs(b)), 0)

describe.skipIf(!available)('recurrent layers on kernels', () => {
  const cases = Object.entries(layers).flatMap(([name, layer]) =>
    [16, 48, 20].flatMap((units) => [1, 2].map((parts) => ({ name, layer, units, parts }))),
  )

  test.each(cases)('$name of $units units in $parts', async ({ layer, units, parts }) => {
    const { program, feeds } = build(layer, units)
    const run = async (device: 'cpu' | 'avx512'): Promise<Record<string, TensorData>> => {
      const bytes = compile(program, { device, threads: parts })
      const session = await openSession('test', bytes, { device, threads: parts })
      try {
        return await session.run(feeds)
      } finally {
        await session.close()
      }
    }
    const [found, expected] = [await run('avx512'), await run('cpu')]
    for (const [name, { data, shape }] of Object.entries(expected)) {
      expect(found[name]!.shape).toEqual(shape)
      const [values, wanted] = [found[name]!.data as Float32Array, data as Float32Array]
      const apart = largest(values.map((value, index) => value - wanted[index]!))
      expect(apart, name).toBeLessThan(1e-5 * largest(wanted))
    }
  })

  test('no loop is left, and no product of padding', () => {
    const { program } = build(layers['LSTM']!, 16)
    const { nodes } = lower(program, avx512(1)).graph
    const ops = nodes.map(({ op }) => op)
    expect(ops).not.toContain('Scan')
    expect(ops).not.toContain('Gemm')
    // The gradient of x, whose 10 columns are no whole vector.
    expect(ops.filter((op) => op === 'MatMul')).toHaveLength(1)
    // Of both layers, and the gradient of what goes into the second one.
    expect(kindsOf(nodes).filter((kind) => kind === 'token-product')).toHaveLength(3)
    expect(kindsOf(nodes)).not.toContain('matrix-product')
  })

  test('a bias of one number for all units is no bias of a kernel', () => {
    const graph = createGraph('test')
    const x = input(graph, 'x', 'float32', ['time', 'batch', WIDTH])
    const w = input(graph, 'w', 'float32', [WIDTH, 64])
    const one = input(graph, 'one', 'float32', [1])
    const recurrent = input(graph, 'recurrent', 'float32', [16, 64])
    const mask = input(graph, 'mask', 'float32', ['time', 'batch', 1])
    const outputs = applyAll(graph, 'Lstm', [F.add(F.matMul(x, w), one), recurrent, mask])
    const program = { graph, outputs: [outputs[4]!] }
    expect(kindsOf(lower(program, avx512(1)).graph.nodes)).not.toContain('token-product')
  })

  test('weights of rows that were cut otherwise have a gradient of their own shape', () => {
    const graph = createGraph('test')
    const x = input(graph, 'x', 'float32', [3, 2, 20])
    const w = input(graph, 'w', 'float32', [10, 32])
    const recurrent = input(graph, 'recurrent', 'float32', [16, 64])
    const mask = input(graph, 'mask', 'float32', [3, 2, 1])
    const projected = F.reshape(F.matMul(F.reshape(x, [12, 10]), w), [3, 2, 64])
    const outputs = applyAll(graph, 'Lstm', [projected, recurrent, mask])
    const [dw] = differentiate(F.reduceSum(outputs[4]!), [w])
    const { nodes } = lower({ graph, outputs: [dw!] }, avx512(1)).graph
    // The one of the recurrent weights is not asked for.
    expect(kindsOf(nodes)).not.toContain('token-weight-gradient')
  })
})
