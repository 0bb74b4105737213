// One value in, one value out: unary, binary with broadcasting, comparisons, selection, casts.
import { dataTypes } from '../../../base/arrays.ts'
import { stringOf } from '../attributes.ts'
import { graphErrors } from '../errors.ts'
import { sameShape } from '../dimensions.ts'
import { broadcastAll, input, one, sameAsInput, sameType, shapeError } from './rules.ts'

import type { DataType } from '../../../base/arrays.ts'
import type { OpRule } from '../types.ts'

const unary = (attributes: OpRule['attributes'] = {}): OpRule => ({
  attributes,
  shape: 'x -> as x',
  infer: sameAsInput,
})

const binary: OpRule = {
  attributes: {},
  shape: 'a, b of one type -> their shapes broadcast',
  infer: (context) =>
    one(sameType(context, 0, 1), broadcastAll(context, [input(context, 0), input(context, 1)])),
}

const comparison: OpRule = {
  attributes: {},
  shape: 'a, b of one type -> bool, their shapes broadcast',
  infer: (context) => {
    sameType(context, 0, 1)
    return one('bool', broadcastAll(context, [input(context, 0), input(context, 1)]))
  },
}

const variadic: OpRule = {
  attributes: {},
  shape: 'any number of inputs of one type -> their shapes broadcast',
  infer: (context) => {
    const indices = context.inputs.map((_, index) => index)
    return one(
      sameType(context, ...indices),
      broadcastAll(
        context,
        indices.map((index) => input(context, index)),
      ),
    )
  },
}

/** ONNX TensorProto.DataType numbers, as the `to` attribute of Cast wants them. */
export const onnxTypeNumbers: Readonly<Record<DataType, number>> = {
  float32: 1,
  uint8: 2,
  int8: 3,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  float64: 11,
}

const cast: OpRule = {
  attributes: { to: 'int' },
  shape: 'x -> shape of x, type `to`',
  infer: (context) => {
    const to = (Object.keys(dataTypes) as DataType[]).find(
      (type) => onnxTypeNumbers[type] === context.attributes['to'],
    )
    if (!to) {
      throw graphErrors.error('type-mismatch', {
        op: context.op,
        expected: 'an element type number',
        got: stringOf(context.attributes, 'to', 'nothing'),
      })
    }
    return one(to, input(context, 0).shape)
  },
}

const where: OpRule = {
  attributes: {},
  shape: 'condition, a, b (a and b of one type) -> their shapes broadcast',
  infer: (context) =>
    one(
      sameType(context, 1, 2),
      broadcastAll(context, [input(context, 0), input(context, 1), input(context, 2)]),
    ),
}

export const pointwise = {
  Identity: unary(),
  Neg: unary(),
  Abs: unary(),
  Sign: unary(),
  Floor: unary(),
  Exp: unary(),
  Log: unary(),
  Sqrt: unary(),
  Reciprocal: unary(),
  Sigmoid: unary(),
  Tanh: unary(),
  Relu: unary(),
  LeakyRelu: unary({ alpha: 'float' }),
  Elu: unary({ alpha: 'float' }),
  Selu: unary({ alpha: 'float', gamma: 'float' }),
  /** `approximate`: `none` (erf) or `tanh`. */
  Gelu: unary({ approximate: 'string' }),
  HardSigmoid: unary({ alpha: 'float', beta: 'float' }),
  HardSwish: unary(),
  Mish: unary(),
  Softsign: unary(),
  Sin: unary(),
  Cos: unary(),
  Ceil: unary(),
  Round: unary(),
  PRelu: {
    attributes: {},
    shape: 'x, slope of the negative side, which broadcasts to x -> as x',
    infer: (context) => {
      sameType(context, 0, 1)
      const x = input(context, 0)
      if (!sameShape(broadcastAll(context, [x, input(context, 1)]), x.shape))
        throw shapeError(context, 'the slope must broadcast to x')
      return sameAsInput(context)
    },
  },
  Softplus: unary(),
  Erf: unary(),
  Not: unary(),
  Clip: { attributes: {}, shape: 'x, low, high (scalars) -> as x', infer: sameAsInput },
  Cast: cast,
  Add: binary,
  Sub: binary,
  Mul: binary,
  Div: binary,
  Pow: binary,
  Max: variadic,
  Min: variadic,
  And: comparison,
  Or: comparison,
  Equal: comparison,
  Greater: comparison,
  GreaterOrEqual: comparison,
  Less: comparison,
  LessOrEqual: comparison,
  Where: where,
} satisfies Record<string, OpRule>
