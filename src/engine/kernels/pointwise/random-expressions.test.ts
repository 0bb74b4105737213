// Fused kernels of random expressions against plain loops.
import fc from 'fast-check'
import { describe, test } from 'vitest'

import { expectClose } from '../../graph/testing/close.ts'
import { nativeKernels } from '../../runtime/native/availability.ts'
import { compute } from '../testing/pointwise.ts'
import { calculations } from './calculations.ts'
import { isReduction } from './config.ts'
import { broadcastShapes } from './geometry.ts'

import type { Case, Shape } from '../testing/pointwise.ts'
import type { Calculation } from './calculations.ts'
import type { InputType, Reduction, Step, Sum } from './config.ts'

const { available } = await nativeKernels()

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
        ['float32', drawn.shape],
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
