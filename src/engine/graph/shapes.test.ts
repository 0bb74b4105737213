// Properties of shape rules: arithmetic on names agrees with arithmetic on numbers, and what a rule says is the shape that
// ONNX Runtime makes.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { float32, sizeOf } from '../../base/arrays.ts'
import { broadcast, divide, multiply } from './dimensions.ts'
import * as F from './functions.ts'
import { createGraph, input } from './graph.ts'
import { evaluate, programOf } from './testing/run.ts'

import type { Dimension, Shape, Tensor } from './types.ts'

const SIZES: Readonly<Record<string, number>> = { batch: 3, time: 5, rows: 2 }

/** The number that a size stands for. */
const numberOf = (dimension: Dimension): number =>
  String(dimension)
    .split('*')
    .reduce((total, factor) => total * (SIZES[factor] ?? Number(factor)), 1)

const anyName = fc.constantFrom(...Object.keys(SIZES))
const anyDimension: fc.Arbitrary<Dimension> = fc.oneof(fc.integer({ min: 1, max: 6 }), anyName)
const anyDimensions = fc.array(anyDimension, { maxLength: 4 })

describe('sizes that are names', () => {
  test('a product stands for the product of the numbers, in any order', () => {
    fc.assert(
      fc.property(anyDimensions, (dimensions) => {
        const product = multiply(...dimensions)
        expect(numberOf(product)).toBe(dimensions.map(numberOf).reduce((a, b) => a * b, 1))
        expect(multiply(...dimensions.toReversed())).toBe(product)
      }),
    )
  })

  test('division takes a factor back', () => {
    fc.assert(
      fc.property(anyDimensions, anyDimensions, (left, right) => {
        const total = multiply(...left, ...right)
        expect(divide(total, multiply(...right))).toBe(multiply(...left))
      }),
    )
  })

  test('broadcasting has no sides, and nothing is lost', () => {
    fc.assert(
      fc.property(anyDimensions, anyDimensions, (a, b) => {
        const joined = broadcast(a, b)
        expect(broadcast(b, a)).toEqual(joined)
        if (!joined) return
        expect(joined).toHaveLength(Math.max(a.length, b.length))
        expect(broadcast(joined, a)).toEqual(joined)
      }),
    )
  })
})

interface Case {
  readonly x: readonly number[]
  readonly others?: readonly (readonly number[])[]
  readonly build: (x: Tensor, others: readonly Tensor[]) => Tensor | readonly Tensor[]
}

const sizes = (least: number, rank: { minLength: number; maxLength: number }) =>
  fc.array(fc.integer({ min: least, max: 4 }), rank)
const anyShape = sizes(0, { minLength: 1, maxLength: 4 })
const fullShape = sizes(1, { minLength: 1, maxLength: 4 })
const axisOf = (shape: readonly number[]) => fc.nat(shape.length - 1)
const small = fc.integer({ min: 1, max: 2 })
const side = fc.integer({ min: 5, max: 8 })
const picture = fc.tuple(small, small, side, side)
const window = fc.record({
  kernel: fc.tuple(small, fc.integer({ min: 1, max: 3 })),
  strides: fc.tuple(small, small),
  pads: fc.tuple(fc.nat(1), fc.constant(0), fc.nat(1), fc.constant(0)),
})

/** Per operator: any input shapes and settings that it accepts. */
const cases: Readonly<Record<string, fc.Arbitrary<Case>>> = {
  Add: fc
    .tuple(anyShape, fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }), fc.nat(3))
    .map(([x, isOne, cut]) => ({
      x,
      others: [x.map((size, axis) => (isOne[axis] === true ? 1 : size)).slice(cut)],
      build: (a, [b]) => F.add(a, b!),
    })),
  MatMul: fc
    .tuple(sizes(1, { minLength: 0, maxLength: 2 }), fc.boolean(), small, small, small)
    .map(([batch, isShared, n, k, m]) => ({
      x: [...batch, n, k],
      others: [[...(isShared ? [] : batch), k, m]],
      build: (a, [b]) => F.matMul(a, b!),
    })),
  Transpose: anyShape.chain((x) =>
    fc
      .shuffledSubarray([...x.keys()], { minLength: x.length })
      .map((perm): Case => ({ x, build: (a) => F.transpose(a, perm) })),
  ),
  ReduceMax: fullShape.chain((x) =>
    fc
      .tuple(fc.subarray([...x.keys()], { minLength: 1 }), fc.boolean())
      .map(([axes, keepDimensions]): Case => ({
        x,
        build: (a) => F.reduceMax(a, { axes, keepDimensions }),
      })),
  ),
  // Starts and ends far outside too: there ONNX and NumPy differ.
  Slice: anyShape.chain((x) =>
    fc
      .record({
        axis: axisOf(x),
        start: fc.integer({ min: -6, max: 6 }),
        end: fc.integer({ min: -6, max: 6 }),
        step: fc.constantFrom(-2, -1, 1, 2, 3),
      })
      .map((range): Case => ({ x, build: (a) => F.slice(a, [range]) })),
  ),
  Pad: anyShape.chain((x) =>
    fc
      .array(fc.nat(2), { minLength: 2 * x.length, maxLength: 2 * x.length })
      .map((pads): Case => ({ x, build: (a) => F.pad(a, pads) })),
  ),
  Concat: fullShape.chain((x) =>
    fc.tuple(axisOf(x), small).map(([axis, size]): Case => ({
      x,
      others: [x.with(axis, size)],
      build: (a, [b]) => F.concat([a, b!], axis),
    })),
  ),
  Split: fullShape.chain((x) =>
    fc.tuple(axisOf(x), small, small).map(([axis, first, second]): Case => ({
      x: x.with(axis, first + second),
      build: (a) => F.split(a, [first, second], axis),
    })),
  ),
  Tile: fullShape.chain((x) =>
    fc
      .array(small, { minLength: x.length, maxLength: x.length })
      .map((repeats): Case => ({ x, build: (a) => F.tile(a, repeats) })),
  ),
  Gather: fc.tuple(fullShape, anyShape).chain(([x, indices]) =>
    axisOf(x).map((axis): Case => ({
      x,
      others: [indices],
      build: (a, [b]) => F.gather(a, F.cast(F.mul(b!, 0), 'int64'), axis),
    })),
  ),
  Reshape: fullShape.map((x) => ({ x, build: (a) => F.reshape(a, [sizeOf(x)]) })),
  Conv: fc
    .tuple(picture, window, fc.tuple(small, small), fc.boolean())
    .map(([x, { kernel, strides, pads }, dilations, isGrouped]) => ({
      x,
      others: [[2 * x[1], isGrouped ? 1 : x[1], ...kernel]],
      build: (a, [b]) => F.conv(a, b!, { strides, pads, dilations, group: isGrouped ? x[1] : 1 }),
    })),
  MaxPool: fc.tuple(picture, window, fc.boolean()).map(([x, options, ceilMode]) => ({
    x,
    build: (a) => F.maxPool(a, { ...options, pads: [0, 0, 0, 0], ceilMode }),
  })),
}

const filled = (shape: readonly number[]) => float32(shape, new Float32Array(sizeOf(shape)).fill(1))

const listOf = (made: Tensor | readonly Tensor[]): readonly Tensor[] =>
  Array.isArray(made) ? (made as readonly Tensor[]) : [made as Tensor]

describe('what a rule says is what ONNX Runtime makes', () => {
  test.each(Object.entries(cases))('%s', async (_, arbitrary) => {
    await fc.assert(
      fc.asyncProperty(arbitrary, async ({ x, others = [], build }) => {
        const graph = createGraph('case')
        const inputs = [x, ...others].map((shape, index) =>
          input(graph, `x${index}`, 'float32', shape),
        )
        const made = listOf(build(inputs[0]!, inputs.slice(1)))
        const feeds = [x, ...others].map((shape, index) => [`x${index}`, filled(shape)] as const)
        const results = await evaluate(programOf(...made), Object.fromEntries(feeds))
        const shapes = (found: readonly { readonly shape: Shape }[]): Shape[] =>
          found.map(({ shape }) => shape)
        expect(shapes(made)).toEqual(shapes(made.map(({ name }) => results[name]!)))
      }),
      { numRuns: 25 },
    )
  })
})
