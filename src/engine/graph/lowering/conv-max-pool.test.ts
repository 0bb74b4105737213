// Tiles and patches against ONNX Runtime's own convolution and pooling, forward and backward.
import { describe, expect, test } from 'vitest'

import { float32 } from '../../../base/arrays.ts'
import { randomStream } from '../../../base/rng.ts'
import { differentiate } from '../autodiff.ts'
import { compile } from '../compile.ts'
import * as F from '../functions.ts'
import { createGraph, input, named } from '../graph.ts'
import { nativeKernels } from '../../runtime/native/availability.ts'
import { openSession } from '../../runtime/open-session.ts'

import type { TensorData } from '../../../base/arrays.ts'
import type { Tensor } from '../types.ts'

interface Sizes {
  readonly batch: number
  readonly height: number
  readonly width: number
  readonly channels: number
  readonly filters: readonly number[]
  readonly kernel?: readonly [number, number]
}

type Block = (x: Tensor, weight: Tensor, bias: Tensor) => Tensor

const separate: Block = (x, weight, bias) =>
  F.maxPool(F.conv(x, weight, { bias }), { kernel: [2, 2] })

/** Layers of convolution, pooling and ReLU under a weighted sum; values and all gradients. */
const run = async (
  block: Block,
  sizes: Sizes,
  { device = 'cpu', threads = 1 }: { device?: 'cpu' | 'avx512'; threads?: number } = {},
): Promise<Record<string, TensorData>> => {
  const { batch, height, width, channels, filters, kernel = [3, 3] } = sizes
  const graph = createGraph('test')
  const feeds: Record<string, TensorData> = {}
  const random = randomStream(7, 'conv-max-pool')
  const fed = (name: string, shape: readonly number[], symbolic = shape as Tensor['shape']) => {
    const size = shape.reduce((a, b) => a * b, 1)
    feeds[name] = float32(shape, random.normal(size, Object.keys(feeds).length))
    return input(graph, name, 'float32', symbolic)
  }
  const x = fed('x', [batch, channels, height, width], ['batch', channels, height, width])
  const wanted = [x]
  let y = x
  filters.forEach((out, index) => {
    const weight = fed(`weight${index}`, [out, Number(y.shape[1]), ...kernel])
    const bias = fed(`bias${index}`, [out])
    wanted.push(weight, bias)
    y = F.relu(block(y, weight, bias))
  })
  const shape = [batch, ...y.shape.slice(1).map(Number)]
  const loss = F.reduceSum(F.mul(y, fed('factor', shape, y.shape)))
  const gradients = differentiate(loss, wanted)
  const outputs = [y, ...gradients].map((tensor, index) => named(tensor, `out${index}`))
  const bytes = compile({ graph, outputs }, { device, threads })
  const session = await openSession('test', bytes, { device, threads })
  try {
    return await session.run(feeds)
  } finally {
    await session.close()
  }
}

const largest = (values: ArrayLike<number | bigint>): number =>
  Array.from(values, (value) => Math.abs(Number(value))).reduce((a, b) => Math.max(a, b), 0)

const cases: Record<string, Sizes> = {
  'tiles of 4, nothing over the edge': {
    batch: 3,
    height: 10,
    width: 18,
    channels: 16,
    filters: [24],
  },
  'tiles of 4, over both edges': { batch: 2, height: 17, width: 15, channels: 16, filters: [20] },
  'tiles of 2': { batch: 2, height: 5, width: 4, channels: 17, filters: [16] },
  'patches, then tiles': { batch: 2, height: 23, width: 31, channels: 3, filters: [16, 16] },
  'patches twice': { batch: 2, height: 13, width: 14, channels: 3, filters: [5, 4] },
  'another kernel': { batch: 2, height: 12, width: 13, channels: 16, filters: [6], kernel: [2, 5] },
  'patches, then tiles, of whole vectors': {
    batch: 4,
    height: 27,
    width: 30,
    channels: 3,
    filters: [32, 48],
  },
  'one row': { batch: 1, height: 11, width: 12, channels: 16, filters: [16, 16] },
}

const { available } = await nativeKernels()
const devices = available ? (['cpu', 'avx512'] as const) : (['cpu'] as const)

describe.each(devices)('convolution under max-pooling (%s)', (device) => {
  test.each(Object.entries(cases))('%s', async (_, sizes) => {
    const [ours, expected] = [
      await run(F.convMaxPool, sizes, { device }),
      await run(separate, sizes),
    ]
    for (const [name, { data, shape }] of Object.entries(expected)) {
      const actual = ours[name]!
      expect(actual.shape).toEqual(shape)
      const scale = largest(data)
      const difference = Array.from(
        data as Float32Array,
        (value, i) => value - Number(actual.data[i]),
      )
      const error = largest(difference)
      expect(error / scale, name).toBeLessThan(1e-5)
    }
  })

  test('the same bits at every run, with two threads too', async () => {
    const sizes = { batch: 8, height: 40, width: 30, channels: 16, filters: [32] }
    const options = { device, threads: 2 }
    const one = await run(F.convMaxPool, sizes, options)
    expect(await run(F.convMaxPool, sizes, options)).toEqual(one)
  })
})
