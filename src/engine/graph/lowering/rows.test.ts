// Layers on rows of pixels against the plain operators: a step's loss, and the gradients of all weights and of the pixels.
import { expect, test } from 'vitest'

import { float32 } from '../../../base/arrays.ts'
import { randomStream } from '../../../base/rng.ts'
import { encodeModel } from '../../onnx/encode.ts'
import { nativeKernels } from '../../runtime/native/availability.ts'
import { openSession } from '../../runtime/open-session.ts'
import { differentiate } from '../autodiff.ts'
import * as F from '../functions.ts'
import { apply, createGraph, input, named } from '../graph.ts'
import { toOnnx } from '../to-onnx.ts'
import { avx512 } from './avx512/index.ts'
import { cpu } from './cpu.ts'
import { lower } from './lower.ts'
import { webgpu } from './webgpu.ts'

import type { TensorData } from '../../../base/arrays.ts'
import type { Program } from './lower.ts'
import type { Tensor } from '../types.ts'

interface Layers {
  readonly conv: (
    x: Tensor,
    filters: number,
    options?: {
      readonly kernel?: number
      readonly stride?: number
      readonly pad?: number
      readonly dilation?: number
      readonly bias?: boolean
    },
  ) => Tensor
  readonly norm: (x: Tensor) => Tensor
}

interface Case {
  readonly name: string
  readonly shape: readonly [batch: number, channels: number, height: number, width: number]
  readonly build: (x: Tensor, layers: Layers) => Tensor
}

const mean = (x: Tensor): Tensor =>
  F.reshape(F.globalAveragePool(x), [x.shape[0]!, Number(x.shape[1])])

const cases: readonly Case[] = [
  {
    name: 'tiles with padding, over the edge',
    shape: [3, 3, 11, 9],
    build: (x, { conv }) => mean(conv(F.relu(conv(x, 16, { pad: 1 })), 20, { pad: 1 })),
  },
  {
    name: 'tiles without padding, nothing over the edge',
    shape: [2, 16, 12, 12],
    build: (x, { conv }) => mean(F.relu(conv(F.relu(conv(x, 16)), 17))),
  },
  {
    name: 'a residual unit with stride and normalisation',
    shape: [4, 16, 9, 8],
    build: (x, { conv, norm }) => {
      const first = F.relu(norm(conv(x, 24, { stride: 2, pad: 1, bias: false })))
      const second = norm(conv(first, 24, { pad: 1, bias: false }))
      const beside = norm(conv(x, 24, { kernel: 1, stride: 2, bias: false }))
      return mean(F.relu(F.add(second, beside)))
    },
  },
  {
    name: 'normalisation, pooling with rows left over, and ReLU',
    shape: [3, 3, 13, 11],
    build: (x, { conv, norm }) => {
      const stem = conv(norm(x), 16, { kernel: 5, stride: 2, pad: 2, bias: false })
      const pooled = F.relu(F.maxPool(norm(stem), { kernel: [2, 2] }))
      return mean(F.relu(norm(conv(pooled, 18, { pad: 1, bias: false }))))
    },
  },
  {
    name: 'a stride beyond the kernel, dilation and other kernels',
    shape: [2, 16, 12, 13],
    build: (x, { conv }) =>
      mean(
        conv(conv(conv(x, 16, { dilation: 2, pad: 1 }), 18, { kernel: 2 }), 16, {
          kernel: 2,
          stride: 3,
        }),
      ),
  },
  {
    name: 'tiles over the edge, one after the other',
    shape: [2, 16, 7, 6],
    build: (x, { conv }) => mean(conv(conv(x, 16, { pad: 1 }), 16, { pad: 1 })),
  },
  {
    name: 'the same, scaled between, beside a way around',
    shape: [3, 16, 5, 7],
    build: (x, { conv }) => {
      const y = conv(x, 16, { pad: 1 })
      return mean(F.add(y, conv(F.mul(conv(y, 16, { pad: 1 }), 0.5), 16, { pad: 1 })))
    },
  },
  {
    name: 'a square, whose gradient is made of what is differentiated',
    shape: [2, 16, 7, 6],
    build: (x, { conv }) => {
      const y = conv(x, 16, { pad: 1 })
      return F.reduceSum(F.mul(y, y), { axes: [2, 3] })
    },
  },
  {
    name: 'one tensor pooled with rows left over, and with all rows',
    shape: [2, 16, 7, 7],
    build: (x, { conv }) => {
      const y = conv(x, 16, { pad: 1 })
      const floor = conv(F.maxPool(y, { kernel: [2, 2] }), 16, { pad: 1 })
      const ceil = conv(F.maxPool(y, { kernel: [2, 2], ceilMode: true }), 16, { pad: 1 })
      return F.add(mean(floor), mean(ceil))
    },
  },
  {
    name: 'something in between that knows no rows',
    shape: [2, 16, 8, 8],
    build: (x, { conv }) => {
      const first = F.relu(conv(x, 16, { pad: 1 }))
      const halves = F.split(first, [8, 8], 1)
      return mean(conv(F.concat([halves[1]!, halves[0]!], 1), 16, { pad: 1 }))
    },
  },
  {
    name: 'an odd batch under strides, wide layers and a bias',
    shape: [5, 32, 9, 11],
    build: (x, { conv, norm }) => {
      const wide = F.relu(conv(x, 48, { stride: 2, pad: 1 }))
      const back = norm(conv(wide, 32, { kernel: 1, bias: false }))
      return F.add(mean(back), mean(F.maxPool(conv(x, 32, { pad: 1 }), { kernel: [3, 3] })))
    },
  },
  {
    name: 'one tensor read in several ways',
    shape: [2, 16, 8, 6],
    build: (x, { conv }) => {
      const once = F.sigmoid(conv(x, 16, { pad: 1 }))
      const scaled = F.mul(once, F.unsqueeze(F.reduceMean(once, { axes: [2, 3] }), [2, 3]))
      return F.add(mean(F.sub(scaled, F.reshape(once, once.shape))), mean(F.max(once, 0.5)))
    },
  },
]

const BATCH = 'batch'

interface Built {
  readonly program: Program
  readonly feeds: Readonly<Record<string, TensorData>>
}

const buildCase = ({ shape, build }: Case): Built => {
  const graph = createGraph('test')
  const random = randomStream(3, 'rows')
  const feeds: Record<string, TensorData> = {}
  const fed = (name: string, sizes: readonly number[], declared: Tensor['shape'] = sizes) => {
    const count = sizes.reduce((a, b) => a * b, 1)
    const values = random.normal(count, Object.keys(feeds).length)
    // Around 1, because it may be a scale.
    feeds[name] = float32(sizes, name.startsWith('scale') ? values.map((v) => 1 + v / 4) : values)
    return input(graph, name, 'float32', declared)
  }
  const wanted: Tensor[] = []
  const weight = (name: string, sizes: readonly number[]): Tensor => {
    const made = fed(`${name}${wanted.length}`, sizes)
    wanted.push(made)
    return made
  }
  const layers: Layers = {
    conv: (x, filters, { kernel = 3, stride = 1, pad = 0, dilation = 1, bias = true } = {}) =>
      F.conv(x, weight('weight', [filters, Number(x.shape[1]), kernel, kernel]), {
        strides: [stride, stride],
        dilations: [dilation, dilation],
        pads: [pad, pad, pad, pad],
        ...(bias && { bias: weight('bias', [filters]) }),
      }),
    norm: (x) => {
      const channels = [Number(x.shape[1])]
      const inputs = [x, weight('scale', channels), weight('shift', channels)]
      return apply(graph, 'BatchNormTraining', inputs, { attributes: { epsilon: 1e-3 } })
    },
  }
  const x = fed('x', shape, [BATCH, ...shape.slice(1)])
  const features = build(x, layers)
  const factor = fed('factor', [shape[0], Number(features.shape[1])], features.shape)
  const loss = F.reduceSum(F.mul(features, factor))
  const outputs = [loss, ...differentiate(loss, [x, ...wanted])]
  return {
    program: { graph, outputs: outputs.map((tensor, index) => named(tensor, `out${index}`)) },
    feeds,
  }
}

const { available } = await nativeKernels()
const device = available ? 'avx512' : 'cpu'

const run = async (
  { program, feeds }: Built,
  table: Parameters<typeof lower>[1],
): Promise<readonly TensorData[]> => {
  const bytes = encodeModel(toOnnx(lower(program, table), { version: '0' }))
  const session = await openSession('test', bytes, { device, threads: 2 })
  try {
    const results = await session.run(feeds)
    return program.outputs.map((_, index) => results[`out${index}`]!)
  } finally {
    await session.close()
  }
}

const tables = {
  cpu,
  ...(available && { 'avx512, one part': avx512(1), 'avx512, two': avx512(2) }),
}

const runs = Object.entries(tables).flatMap(([device, table]) =>
  cases.map((example) => ({ ...example, device, table })),
)

test.each(runs)('$name ($device)', async ({ table, ...example }) => {
  const built = buildCase(example)
  const [found, expected] = [await run(built, table), await run(built, webgpu)]
  found.forEach(({ data, shape }, index) => {
    const other = expected[index]!
    expect(shape).toEqual(other.shape)
    const [values, wanted] = [data as Float32Array, other.data as Float32Array]
    const largest = Math.max(...wanted.map(Math.abs))
    const apart = values.map((value, i) => Math.abs(value - wanted[i]!))
    expect(Math.max(...apart) / largest, `output ${index}`).toBeLessThan(3e-5)
  })
})

test('layers hand rows to each other: two transpositions in, none between', () => {
  const { program } = buildCase(cases[2]!)
  const ops = lower(program, cpu).graph.nodes.map(({ op }) => op)
  expect(ops).not.toContain('Conv')
  expect(ops).not.toContain('ConvTranspose')
  const moved = lower(program, cpu).graph.nodes.filter(
    ({ op, outputs }) => op === 'Transpose' && outputs[0]!.shape.includes(BATCH),
  )
  // x in, its gradient out.
  expect(moved.map(({ outputs }) => outputs[0]!.shape)).toHaveLength(2)
})
