// Fused kernels against plain loops.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { dataTypes } from '../../../base/arrays.ts'
import { randomStream } from '../../../base/rng.ts'
import { expectClose } from '../../graph/testing/close.ts'
import { nativeKernels } from '../../runtime/native/availability.ts'
import { runKernel } from '../../runtime/native/executable.ts'
import { loadKoffi } from '../../runtime/native/koffi.ts'
import { calculate, interpret } from '../testing/interpret.ts'
import { calculations } from './calculations.ts'
import { isReduction, MOST_POINTERS } from './config.ts'
import { broadcastShapes } from './geometry.ts'
import { pointwise } from './pointwise.ts'

import type { TypedArray } from '../../../base/arrays.ts'
import type { Values } from '../testing/interpret.ts'
import type { Calculation } from './calculations.ts'
import type { InputType, PointwiseConfig, Reduction, Step, Sum } from './config.ts'

const { available } = await nativeKernels()
const koffi = (await loadKoffi())!
const random = randomStream(1, 'pointwise')

type Shape = readonly number[]

interface Case {
  readonly inputs: readonly (readonly [InputType, Shape])[]
  readonly constants?: readonly number[]
  readonly steps: readonly Step[]
  readonly outputs: readonly number[]
  readonly sums?: readonly Sum[]
}

const size = (shape: Shape): number => shape.reduce((a, b) => a * b, 1)

const dataOf = (type: InputType, shape: Shape, seed: number): TypedArray => {
  const values = random.normal(size(shape), seed)
  if (type === 'float32') return values
  if (type === 'bool') return Uint8Array.from(values, (value) => Number(value > 0))
  const whole = values.map((value) => Math.abs(Math.round(value * 50)))
  return new dataTypes[type](whole)
}

const configOf = ({
  inputs,
  constants = [],
  steps,
  outputs,
  sums = [],
}: Case): PointwiseConfig => ({
  kind: 'pointwise',
  types: inputs.map(([type]) => type),
  constants,
  steps,
  outputs,
  sums,
})

const hasSameBits = (a: Float32Array, b: Float32Array): boolean =>
  Buffer.compare(Buffer.from(a.buffer), Buffer.from(b.buffer)) === 0

/** What the parts of a kernel give, added up. */
const addedUp = (parts: Float32Array, length: number): Float32Array => {
  const sums = new Float32Array(length)
  for (const [index, value] of parts.entries()) sums[index % length]! += value
  return sums
}

/** Outputs of the kernel, the same in two runs, and what they should be. */
const compute = (
  row: Case,
  options: { readonly isRounded?: boolean } = {},
): readonly (readonly [Float32Array, Values])[] => {
  const config = configOf(row)
  const shapes = row.inputs.map(([, shape]) => shape)
  const data = row.inputs.map(([type, shape], index) => dataOf(type, shape, index))
  const kernel = pointwise(config, shapes)
  const inputs = shapes.map((shape, index) => ({ shape, data: data[index] as Float32Array }))
  const wanted = interpret(config, inputs, options)
  const count = config.outputs.length
  expect(kernel.outputs.slice(0, count)).toEqual(wanted.slice(0, count).map(({ shape }) => shape))
  const actual = runKernel(koffi, kernel, data)
  const again = runKernel(koffi, kernel, data)
  expect(again.every((values, index) => hasSameBits(values, actual[index]!))).toBe(true)
  return wanted.map((values, index) => {
    const got = actual[index]!
    return [index < count ? got : addedUp(got, values.data.length), values]
  })
}

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

/** Operators that give the same bits everywhere. Of two zeros either may be the larger: nobody divides by those. */
const EXACT = [
  'Add Sub Mul Max Min Neg Abs Sign Relu Equal Less LessOrEqual Greater GreaterOrEqual Not And Or IsNotZero Where ReduceMax',
  'Add Sub Mul Div Neg Abs Sqrt Reciprocal Equal Greater IsNotZero Where',
].map((names) => names.split(' ')) as (Calculation | Reduction)[][]
const SMOOTH = 'Add Sub Mul Sigmoid Tanh Erf Relu Softplus Max ReduceSum ReduceMean ReduceMax' // prettier-ignore
  .split(' ') as (Calculation | Reduction)[]
/** These read conditions: any other number is made one. */
const LOGICAL = ['And', 'Or', 'Not']

/** Steps of these operators: numbers choose what they read, mostly of the last values. */
const cases = (
  ops: readonly (Calculation | Reduction)[],
  most: { readonly steps: number; readonly sums: number },
): fc.Arbitrary<Case> =>
  fc
    .record({
      shape: fc.array(fc.constantFrom(1, 2, 3, 5, 16, 17, 35), { maxLength: 4 }),
      inputs: fc.array(
        fc.record({
          type: fc.constantFrom<InputType>('float32', 'float32', 'uint8', 'bool', 'int32'),
          dropped: fc.nat(3),
          ones: fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
        }),
        { maxLength: 5 },
      ),
      constants: fc.array(fc.constantFrom(-2, 0, 0.5, 1, 3), { maxLength: 2 }),
      steps: fc.array(
        fc.record({
          op: fc.constantFrom(...ops),
          reads: fc.array(fc.nat(1000), { minLength: 3, maxLength: 3 }),
        }),
        { minLength: 1, maxLength: most.steps },
      ),
      sums: fc.array(
        fc.record({
          of: fc.nat(1000),
          over: fc.constantFrom<Sum['over']>('leading axes', 'all axes'),
          isMean: fc.boolean(),
        }),
        { maxLength: most.sums },
      ),
      outputs: fc.array(fc.nat(1000), { minLength: 1, maxLength: 2 }),
    })
    .map((drawn) => {
      const inputs: Case['inputs'] = [
        [float, drawn.shape],
        ...drawn.inputs.map(({ type, dropped, ones }): [InputType, Shape] => [
          type,
          drawn.shape.slice(dropped).map((length, axis) => (ones[axis] ? 1 : length)),
        ]),
      ]
      const shapes: Shape[] = [
        ...inputs.map(([, shape]) => shape),
        ...drawn.constants.map(() => []),
      ]
      const steps: Step[] = []
      const push = (op: Calculation | Reduction, operands: readonly number[]): number => {
        const shape = broadcastShapes(operands.map((operand) => shapes[operand]!))
        shapes.push(isReduction(op) ? [...shape.slice(0, -1), 1] : shape)
        steps.push([op, ...operands])
        return shapes.length - 1
      }
      const isCondition = new Set<number>()
      for (const { op, reads } of drawn.steps) {
        if (isReduction(op)) {
          // Of something that has the whole shape.
          const whole = push('Add', [reads[0]! % shapes.length, 0])
          if (drawn.shape.length > 0) push(op, [whole])
          continue
        }
        const operands = reads.slice(0, calculations[op].operands).map((read, place) => {
          const value = shapes.length - 1 - (read % Math.min(shapes.length, 40))
          const isAsked = LOGICAL.includes(op) || (op === 'Where' && place === 0)
          if (!isAsked || isCondition.has(value)) return value
          const condition = push('IsNotZero', [value])
          isCondition.add(condition)
          return condition
        })
        const made = push(op, operands)
        if (LOGICAL.includes(op)) isCondition.add(made)
      }
      const whole = [...shapes.keys()].filter(
        (value) => String(shapes[value]) === String(drawn.shape),
      )
      return {
        inputs,
        constants: drawn.constants,
        steps,
        outputs: drawn.outputs.map((output) => whole[output % whole.length]!),
        sums: drawn.sums.map(({ of, ...sum }) => ({ ...sum, of: whole[of % whole.length]! })),
      }
    })

describe.skipIf(!available)('random expressions', () => {
  test.each(EXACT.map((ops, index) => [index, ops] as const))('exact, %i', (_, ops) => {
    fc.assert(
      fc.property(cases(ops, { steps: 80, sums: 0 }), (row) => {
        for (const [values, wanted] of compute(row, { isRounded: true }))
          expectClose(values, Array.from(wanted.data), { rtol: 0, atol: 0 })
      }),
      { numRuns: 150 },
    )
  })
  test('with functions and sums', () => {
    fc.assert(
      fc.property(cases(SMOOTH, { steps: 12, sums: 2 }), (row) => {
        const outputs = compute(row)
        const isTame = outputs.every(([, { data }]) =>
          Array.from(data).every((x) => Math.abs(x) < 1e4),
        )
        fc.pre(isTame)
        for (const [values, wanted] of outputs)
          expectClose(values, Array.from(wanted.data), { rtol: 1e-3, atol: 1e-3 })
      }),
      { numRuns: 150 },
    )
  })
})
