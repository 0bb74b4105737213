// ONNX operators as steps of fused kernels: one entry each.
import { numberOf, stringOf } from '../attributes.ts'
import { normalizeAxis, sameShape } from '../dimensions.ts'
import { constantValues } from '../ops/rules.ts'

import type { Step } from '../../kernels/pointwise/config.ts'
import type { OpName } from '../ops/index.ts'
import type { Node, Shape, Tensor } from '../types.ts'

/** A value of a kernel that is being built. Its shape is what the kernel will find from the shapes of its inputs. */
export interface Value {
  readonly kind: 'input' | 'constant' | 'step'
  readonly index: number
  readonly shape: Shape
}

export interface StepBuilder {
  readonly step: (op: Step[0], ...operands: readonly Value[]) => Value
  readonly constant: (value: number) => Value
}

type Write = (builder: StepBuilder, operands: readonly Value[], node: Node) => Value

export interface Translation {
  readonly write: Write
  /** For nodes that only some attributes or constants make possible. */
  readonly isFor?: (node: Node) => boolean
  /** How many inputs are values; what follows are constants that `write` knows. */
  readonly operands?: number
  /** Whether doing it twice costs less than writing and reading what it gives. */
  readonly isCheap?: boolean
  /** Gives its operand as it is. */
  readonly isAlias?: boolean
}

const same =
  (op: Step[0]): Write =>
  (builder, operands) =>
    builder.step(op, ...operands)

const cheap = (op: Step[0]): Translation => ({ write: same(op), isCheap: true })
const dear = (op: Step[0]): Translation => ({ write: same(op) })

/** Any number of operands. */
const chain = (op: Step[0]): Translation => ({
  write: (builder, [first, ...others]) =>
    others.reduce((result, operand) => builder.step(op, result, operand), first!),
  isCheap: true,
})

export const scalarOf = (tensor: Tensor | undefined): number | undefined => {
  const values = constantValues(tensor)
  return values?.length === 1 ? values[0] : undefined
}

/** x to the power of these. */
const powers: Readonly<Record<number, Write>> = {
  1: (_, [x]) => x!,
  2: (b, [x]) => b.step('Mul', x!, x!),
  3: (b, [x]) => b.step('Mul', b.step('Mul', x!, x!), x!),
  0.5: (b, [x]) => b.step('Sqrt', x!),
  [-0.5]: (b, [x]) => b.step('Reciprocal', b.step('Sqrt', x!)),
  [-1]: (b, [x]) => b.step('Reciprocal', x!),
}

const isOverLastAxis = ({ inputs, attributes }: Node): boolean => {
  const axes = constantValues(inputs[1])
  const rank = inputs[0]!.shape.length
  return (
    axes?.length === 1 &&
    normalizeAxis(axes[0]!, rank) === rank - 1 &&
    numberOf(attributes, 'keepdims', 1) === 1
  )
}

const reduction = (write: Write): Translation => ({ write, isFor: isOverLastAxis, operands: 1 })

const isAlongLastAxis = ({ inputs, attributes }: Node): boolean => {
  const rank = inputs[0]!.shape.length
  return normalizeAxis(numberOf(attributes, 'axis', -1), rank) === rank - 1
}

const softmax: Write = (b, [x]) => {
  const shares = b.step('Exp', b.step('Sub', x!, b.step('ReduceMax', x!)))
  return b.step('Mul', shares, b.step('Reciprocal', b.step('ReduceSum', shares)))
}

const logSoftmax: Write = (b, [x]) => {
  const shifted = b.step('Sub', x!, b.step('ReduceMax', x!))
  return b.step('Sub', shifted, b.step('Log', b.step('ReduceSum', b.step('Exp', shifted))))
}

const layerNormalization: Write = (b, [x, scale, bias], { attributes }) => {
  const centred = b.step('Sub', x!, b.step('ReduceMean', x!))
  const variance = b.step('ReduceMean', b.step('Mul', centred, centred))
  const epsilon = b.constant(numberOf(attributes, 'epsilon', 1e-5))
  const inverse = b.step('Reciprocal', b.step('Sqrt', b.step('Add', variance, epsilon)))
  const scaled = b.step('Mul', b.step('Mul', centred, inverse), scale!)
  return bias ? b.step('Add', scaled, bias) : scaled
}

/** Hendrycks and Gimpel, 2016. */
const gelu: Write = (b, [x], { attributes }) => {
  const half = b.step('Mul', x!, b.constant(0.5))
  const one = b.constant(1)
  if (stringOf(attributes, 'approximate', 'none') === 'tanh') {
    const square = b.step('Mul', x!, x!)
    const bend = b.step('Add', b.step('Mul', square, b.constant(0.044715)), one)
    const inner = b.step('Mul', b.step('Mul', x!, bend), b.constant(Math.sqrt(2 / Math.PI)))
    return b.step('Mul', half, b.step('Add', b.step('Tanh', inner), one))
  }
  const error = b.step('Erf', b.step('Mul', x!, b.constant(Math.SQRT1_2)))
  return b.step('Mul', half, b.step('Add', error, one))
}

/** A bound that is not given is infinite, as one may be that is; NaN if it is no constant. */
const boundOf = (tensor: Tensor | undefined, none: number): number =>
  tensor ? (scalarOf(tensor) ?? NaN) : none

const clip: Write = (b, [x], { inputs: [, low, high] }) => {
  const [least, most] = [boundOf(low, -Infinity), boundOf(high, Infinity)]
  const above = least === -Infinity ? x! : b.step('Max', x!, b.constant(least))
  return most === Infinity ? above : b.step('Min', above, b.constant(most))
}

const CASTS: Readonly<Record<string, Write>> = {
  'float32 float32': (_, [x]) => x!,
  'uint8 float32': (_, [x]) => x!,
  'bool float32': (_, [x]) => x!,
  'int32 float32': (_, [x]) => x!,
  'bool bool': (_, [x]) => x!,
  'float32 bool': (b, [x]) => b.step('IsNotZero', x!),
  'uint8 bool': (b, [x]) => b.step('IsNotZero', x!),
}
const castOf = ({ inputs, outputs }: Node): Write | undefined =>
  CASTS[`${inputs[0]!.type} ${outputs[0]!.type}`]

/** Types that comparisons are right for: not whole numbers that float32 cannot hold. */
const isComparable = ({ inputs }: Node): boolean =>
  inputs.every((tensor) => tensor!.type === 'float32' || tensor!.type === 'uint8')
const comparison = (op: Step[0]): Translation => ({ ...cheap(op), isFor: isComparable })

export const translations: Readonly<Partial<Record<OpName, Translation>>> = {
  Identity: { write: (_, [x]) => x!, isCheap: true, isAlias: true },
  // What reads it broadcasts.
  Expand: { write: (_, [x]) => x!, operands: 1, isCheap: true, isAlias: true },
  Cast: {
    write: (b, operands, node) => castOf(node)!(b, operands, node),
    isFor: (node) => castOf(node) !== undefined,
    isCheap: true,
  },
  Neg: cheap('Neg'),
  Abs: cheap('Abs'),
  Sign: cheap('Sign'),
  Relu: cheap('Relu'),
  Not: cheap('Not'),
  Add: cheap('Add'),
  Sub: cheap('Sub'),
  Mul: cheap('Mul'),
  Max: chain('Max'),
  Min: chain('Min'),
  And: cheap('And'),
  Or: cheap('Or'),
  Equal: comparison('Equal'),
  Less: comparison('Less'),
  LessOrEqual: comparison('LessOrEqual'),
  Greater: comparison('Greater'),
  GreaterOrEqual: comparison('GreaterOrEqual'),
  Where: cheap('Where'),
  Clip: {
    write: clip,
    operands: 1,
    isCheap: true,
    isFor: ({ inputs: [, low, high] }) => {
      const [least, most] = [boundOf(low, -Infinity), boundOf(high, Infinity)]
      return least < Infinity && most > -Infinity
    },
  },
  LeakyRelu: {
    write: (b, [x], { attributes }) => {
      const slope = b.constant(numberOf(attributes, 'alpha', 0.01))
      return b.step('Where', b.step('Less', x!, b.constant(0)), b.step('Mul', x!, slope), x!)
    },
    isCheap: true,
  },
  Div: dear('Div'),
  Sqrt: dear('Sqrt'),
  Reciprocal: dear('Reciprocal'),
  Exp: dear('Exp'),
  Log: dear('Log'),
  Sigmoid: dear('Sigmoid'),
  Tanh: dear('Tanh'),
  Erf: dear('Erf'),
  Softplus: dear('Softplus'),
  Gelu: { write: gelu },
  Pow: {
    write: (b, operands, node) => powers[scalarOf(node.inputs[1])!]!(b, operands, node),
    operands: 1,
    isFor: ({ inputs, outputs }) =>
      (scalarOf(inputs[1]) ?? 0) in powers && sameShape(inputs[0]!.shape, outputs[0]!.shape),
  },
  ReduceSum: reduction(same('ReduceSum')),
  ReduceMean: reduction(same('ReduceMean')),
  ReduceMax: reduction(same('ReduceMax')),
  ReduceSumSquare: reduction((b, [x]) => b.step('ReduceSum', b.step('Mul', x!, x!))),
  Softmax: { write: softmax, isFor: isAlongLastAxis },
  LogSoftmax: { write: logSoftmax, isFor: isAlongLastAxis },
  LayerNormalization: { write: layerNormalization, isFor: isAlongLastAxis },
}
