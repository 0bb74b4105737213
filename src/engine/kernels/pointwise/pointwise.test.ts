// Fused kernels against plain loops.
import { describe, expect, test } from 'vitest'

import { expectClose } from '../../graph/testing/close.ts'
import { nativeKernels } from '../../runtime/native/availability.ts'
import { runKernel } from '../../runtime/native/executable.ts'
import { loadKoffi } from '../../runtime/native/koffi.ts'
import { calculate } from '../testing/interpret.ts'
import { compute, configOf } from '../testing/pointwise.ts'
import { MOST_POINTERS } from './config.ts'
import { pointwise } from './pointwise.ts'

import type { Case, Shape } from '../testing/pointwise.ts'
import type { Step, Sum } from './config.ts'

const { available } = await nativeKernels()
const koffi = (await loadKoffi())!

const check = (row: Case, tolerance = { rtol: 2e-6, atol: 1e-6 }): void => {
  for (const [values, wanted] of compute(row))
    expectClose(values, Array.from(wanted.data), tolerance)
}

const float = 'float32'
/** a + b and (a + b) * a of any shapes that broadcast to that of a. */
const sum = (a: Shape, b: Shape): Case => ({
  inputs: [
    [float, a],
    [float, b],
  ],
  steps: [
    ['Add', 0, 1],
    ['Mul', 2, 0],
  ],
  outputs: [2, 3],
})

describe.skipIf(!available)('broadcasting', () => {
  test.each([1, 2, 15, 16, 17, 31, 33, 64, 65, 100, 257, 1000, 40_000, 100_001])('[%i]', (n) => {
    check(sum([n], [n]))
  })
  test.each([
    [[], []],
    [[1, 1], [1]],
    [[3, 5], []],
    [[3, 5], [5]],
    [[7, 40], [1]],
    [
      [35, 33],
      [35, 1],
    ],
    [
      [3, 35, 20],
      [35, 1],
    ],
    [
      [3, 35, 20],
      [3, 1, 1],
    ],
    [
      [3, 4, 35],
      [3, 1, 35],
    ],
    [
      [2, 3, 5, 18],
      [3, 1, 18],
    ],
    [
      [2, 3, 5, 7],
      [2, 1, 1, 7],
    ],
    [
      [1, 35, 20],
      [35, 20],
    ],
    [[300, 220], [220]],
    [
      [2, 300, 120],
      [2, 1, 120],
    ],
    [[30_000, 3], [3]],
    [[0, 5], [5]],
  ])('%j with %j', (a, b) => {
    check(sum(a, b))
  })
  test('shapes that do not fit are refused', () => {
    expect(() => pointwise(configOf(sum([3], [4])), [[3], [4]])).toThrow('3 and 4')
  })
})

describe.skipIf(!available)('expressions', () => {
  test('bytes, whole numbers and conditions', () => {
    check({
      inputs: [
        [float, [35, 50]],
        ['uint8', [35, 50]],
        ['int32', [50]],
        ['bool', [35, 1]],
        ['uint8', []],
        ['bool', [35, 50]],
      ],
      constants: [0.5],
      steps: [
        ['Mul', 1, 6],
        ['Add', 7, 2],
        ['Where', 3, 8, 0],
        ['Sub', 9, 4],
        ['Greater', 0, 6],
        ['And', 11, 5],
        ['Not', 12],
        ['Mul', 13, 10],
        ['IsNotZero', 1],
        ['Or', 15, 3],
        ['Add', 14, 16],
      ],
      outputs: [10, 17, 0, 1],
    })
  })
  test.each(
    [
      [5, 1],
      [3, 7],
      [4, 16],
      [2, 3, 60],
      [33, 130],
      [400, 300],
    ].map((shape) => [shape]),
  )('softmax of %j', (shape) => {
    check({
      inputs: [[float, shape]],
      steps: [
        ['ReduceMax', 0],
        ['Sub', 0, 1],
        ['Exp', 2],
        ['ReduceSum', 3],
        ['Div', 3, 4],
      ],
      outputs: [5, 4],
    })
  })
  test('sums of empty rows', () => {
    check({ inputs: [[float, [3, 0]]], steps: [['ReduceSum', 0]], outputs: [1, 0] })
  })
  test.each([1, 5, 16, 35, 256, 300])('layer normalisation of width %i', (width) => {
    check({
      inputs: [
        [float, [7, width]],
        [float, [width]],
        [float, [width]],
      ],
      constants: [1e-2],
      steps: [
        ['ReduceMean', 0],
        ['Sub', 0, 4],
        ['Mul', 5, 5],
        ['ReduceMean', 6],
        ['Add', 7, 3],
        ['Sqrt', 8],
        ['Reciprocal', 9],
        ['Mul', 5, 10],
        ['Mul', 11, 1],
        ['Add', 12, 2],
      ],
      outputs: [13],
    })
  })
})

describe.skipIf(!available)('sums over rows', () => {
  const sums = (of: number): readonly Sum[] =>
    (['leading axes', 'all axes'] as const).flatMap((over) =>
      [true, false].map((isMean) => ({ of, over, isMean })),
    )
  test.each(
    [[1], [16], [70_001], [1, 1], [35, 1], [3, 5], [7, 16], [2, 3, 40], [300, 220]].map((shape) => [
      shape,
    ]),
  )('%j', (shape) => {
    const tolerance = { rtol: 1e-5, atol: 2e-3 }
    const inputs: Case['inputs'] = [
      [float, shape],
      [float, shape],
    ]
    const product: Step = ['Mul', 0, 1]
    check({ inputs, steps: [product], outputs: [2], sums: sums(2) }, tolerance)
    check({ inputs, steps: [product], outputs: [], sums: sums(2).slice(2) }, tolerance)
    check({ inputs, steps: [product], outputs: [], sums: sums(0) }, tolerance)
    const centred: readonly Step[] = [product, ['ReduceMean', 2], ['Sub', 2, 3], ['Exp', 4]]
    check({ inputs, steps: centred, outputs: [4], sums: [...sums(4), ...sums(5)] }, tolerance)
  })
})

describe.skipIf(!available)('registers', () => {
  const sumOfAll = (inputs: number): Step[] =>
    Array.from({ length: inputs - 1 }, (_, index): Step => [
      'Add',
      index === 0 ? 0 : inputs + index - 1,
      index + 1,
    ])
  test.each([[66_000], [300, 220]].map((shape) => [shape]))(
    'as many inputs and outputs as there may be, %j',
    (shape) => {
      const row = shape.slice(-1)
      for (const inputs of [MOST_POINTERS - 1, 5]) {
        const steps = sumOfAll(inputs)
        const last = inputs + steps.length - 1
        const shapes = Array.from({ length: inputs }, (_, index) => (index === 1 ? row : shape))
        const known = { inputs: shapes.map((each) => [float, each] as const), steps }
        check({ ...known, outputs: Array(MOST_POINTERS - inputs).fill(last) as number[] })
        const sums = (['leading axes', 'all axes'] as const).map((over) => ({
          of: last,
          over,
          isMean: true,
        }))
        if (inputs === 5) check({ ...known, outputs: [last, last, last], sums })
        // A maximum over the rows beside all those pointers: softmax of a sum.
        const largest: Step = ['ReduceMax', last]
        const shifted = [...steps, largest, ['Sub', last, last + 1]] as Step[]
        if (shape.length === 2)
          check({ ...known, steps: shifted, outputs: [last + 2] }, { rtol: 1e-5, atol: 1e-5 })
      }
    },
  )
})

describe.skipIf(!available)('functions', () => {
  const special = [0, Infinity, -Infinity, NaN, 1e-40, 1e30, -1e30, 88.7, 90, -87, -120, 0.75, 1.5, 2] // prettier-ignore
  const linear = Array.from({ length: 40_000 }, (_, index) => (index - 20_000) / 999.9)
  const exponential = linear.map((x) => Math.exp(4 * x))
  const x = Float32Array.from([...special, ...linear, ...exponential])
  // Right to the last bits; numbers below 1.2e-38 have fewer of them.
  test.each([
    ['Exp', 1.3e-7, 1.2e-38],
    ['Log', 1.5e-7, 0],
    ['Sigmoid', 1.6e-7, 1.2e-38],
    ['Tanh', 1.5e-7, 0],
    ['Erf', 1.2e-7, 1.2e-38],
    ['Softplus', 2.5e-7, 1.2e-38],
  ] as const)('%s', (op, rtol, atol) => {
    const config = configOf({ inputs: [[float, [x.length]]], steps: [[op, 0]], outputs: [1] })
    const [y] = runKernel(koffi, pointwise(config, [[x.length]]), [x])
    const wanted = x.map((value) => calculate[op](value, 0, 0))
    expectClose(y!, wanted, { rtol, atol })
  })
})
