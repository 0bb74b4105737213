// Gradients of element-wise operators. Results of the forward pass are reused where the derivative can be said in them.
import {
  abs,
  add,
  cast,
  clip,
  cos,
  div,
  equal,
  erf,
  exp,
  greater,
  less,
  log,
  mul,
  neg,
  pow,
  reciprocal,
  sigmoid,
  sign,
  sin,
  softplus,
  sub,
  sumTo,
  tanh,
  where,
  zerosLike,
} from '../functions.ts'
import { numberOf, stringOf } from '../attributes.ts'
import { noGradient, stopsHere } from './rule.ts'

import type { Tensor } from '../types.ts'
import type { GradientContext, GradientRule } from './rule.ts'

const unary =
  (derivative: (x: Tensor, y: Tensor, context: GradientContext) => Tensor): GradientRule =>
  (context) => [mul(context.dy, derivative(context.inputs[0]!, context.outputs[0]!, context))]

/** Gradients of a broadcasting operator are summed back to the operands' shapes. */
const binary =
  (
    left: (context: GradientContext, a: Tensor, b: Tensor) => Tensor,
    right: (context: GradientContext, a: Tensor, b: Tensor) => Tensor,
  ): GradientRule =>
  (context) => {
    const [a, b] = [context.inputs[0]!, context.inputs[1]!]
    return [
      context.needs(0) ? sumTo(left(context, a, b), a.shape) : undefined,
      context.needs(1) ? sumTo(right(context, a, b), b.shape) : undefined,
    ]
  }

const oneMinus = (x: Tensor): Tensor => add(neg(x), 1)

const isFloating = ({ type }: Tensor): boolean => type.startsWith('float')

const float = (condition: Tensor, like: Tensor): Tensor => cast(condition, like.type)

/** dy where the operand wins, half of it at a tie (PyTorch). */
const winner: (wins: (mine: Tensor, other: Tensor) => Tensor) => GradientRule =
  (wins) => (context) => {
    const [first, second, ...rest] = context.inputs
    if (!second) return [context.dy]
    if (rest.length > 0) return shareAmongTies(context)
    const share = (mine: Tensor, other: Tensor): Tensor =>
      sumTo(
        mul(
          context.dy,
          add(float(wins(mine, other), mine), mul(float(equal(mine, other), mine), 0.5)),
        ),
        mine.shape,
      )
    return [share(first!, second), share(second, first!)]
  }

/** More than two operands: the winners of a position share its gradient evenly. */
const shareAmongTies = ({ dy, inputs, outputs }: GradientContext): readonly Tensor[] => {
  const hits = inputs.map((x) => float(equal(x, outputs[0]!), outputs[0]!))
  const share = div(dy, hits.reduce(add))
  return inputs.map((x, index) => sumTo(mul(share, hits[index]!), x.shape))
}

/** Klambauer et al., "Self-Normalizing Neural Networks", 2017; ONNX's defaults. */
const SELU_ALPHA = 1.6732632423543772
const SELU_GAMMA = 1.0507009873554805

/** Density of the normal distribution at 0, and what Gelu's approximation is made of. */
const NORMAL_PEAK = 1 / Math.sqrt(2 * Math.PI)
const GELU_SCALE = Math.sqrt(2 / Math.PI)
const GELU_CUBIC = 0.044715

/** Hendrycks and Gimpel, "Gaussian Error Linear Units", 2016: d(x P(x)) = P(x) + x p(x). */
const geluSlope = (x: Tensor): Tensor => {
  const share = mul(add(erf(mul(x, Math.SQRT1_2)), 1), 0.5)
  return add(share, mul(mul(x, exp(mul(mul(x, x), -0.5))), NORMAL_PEAK))
}

const tanhGeluSlope = (x: Tensor): Tensor => {
  const square = mul(x, x)
  const inner = mul(mul(x, add(mul(square, GELU_CUBIC), 1)), GELU_SCALE)
  const bend = tanh(inner)
  const innerSlope = mul(add(mul(square, 3 * GELU_CUBIC), 1), GELU_SCALE)
  const share = mul(add(bend, 1), 0.5)
  return add(share, mul(mul(mul(x, 0.5), oneMinus(mul(bend, bend))), innerSlope))
}

/** 1 where a value clipped to 0..1 is not at a bound. */
const isInside = (clipped: Tensor): Tensor =>
  mul(float(greater(clipped, 0), clipped), float(less(clipped, 1), clipped))

export const pointwise = {
  Identity: ({ dy }) => [dy],
  Neg: ({ dy }) => [neg(dy)],
  Abs: unary((x) => sign(x)),
  Sign: stopsHere,
  Floor: stopsHere,
  Exp: unary((_, y) => y),
  Log: ({ dy, inputs }) => [div(dy, inputs[0]!)],
  Sqrt: ({ dy, outputs }) => [div(mul(dy, 0.5), outputs[0]!)],
  Reciprocal: unary((_, y) => neg(mul(y, y))),
  Sigmoid: unary((_, y) => mul(y, oneMinus(y))),
  Tanh: unary((_, y) => oneMinus(mul(y, y))),
  // A product with the mask: half the time of `Where` on ONNX Runtime's CPU.
  Relu: ({ dy, outputs }) => [mul(dy, float(greater(outputs[0]!, 0), dy))],
  LeakyRelu: ({ dy, inputs, attributes }) => [
    where(greater(inputs[0]!, 0), dy, mul(dy, numberOf(attributes, 'alpha', 0.01))),
  ],
  Elu: ({ dy, inputs, outputs, attributes }) => [
    where(greater(inputs[0]!, 0), dy, mul(dy, add(outputs[0]!, numberOf(attributes, 'alpha', 1)))),
  ],
  Selu: ({ dy, inputs, outputs, attributes }) => {
    const gamma = numberOf(attributes, 'gamma', SELU_GAMMA)
    const alpha = numberOf(attributes, 'alpha', SELU_ALPHA)
    const negative = add(outputs[0]!, alpha * gamma)
    return [mul(dy, where(greater(inputs[0]!, 0), add(zerosLike(negative), gamma), negative))]
  },
  Gelu: unary((x, _, { attributes }) =>
    stringOf(attributes, 'approximate', 'none') === 'tanh' ? tanhGeluSlope(x) : geluSlope(x),
  ),
  // At the corners 0, as PyTorch.
  HardSigmoid: unary((_, y, { attributes }) =>
    mul(isInside(y), numberOf(attributes, 'alpha', 0.2)),
  ),
  HardSwish: unary((x) => {
    const gate = clip(add(div(x, 6), 0.5), { low: 0, high: 1 })
    return add(gate, mul(div(x, 6), isInside(gate)))
  }),
  Mish: unary((x) => {
    const gate = tanh(softplus(x))
    return add(gate, mul(mul(x, oneMinus(mul(gate, gate))), sigmoid(x)))
  }),
  Softsign: unary((x) => {
    const size = add(abs(x), 1)
    return reciprocal(mul(size, size))
  }),
  Sin: unary((x) => cos(x)),
  Cos: unary((x) => neg(sin(x))),
  Ceil: stopsHere,
  Round: stopsHere,
  PRelu: ({ dy, inputs, needs }) => {
    const [x, slope] = [inputs[0]!, inputs[1]!]
    const isPositive = greater(x, 0)
    return [
      needs(0) ? where(isPositive, dy, mul(dy, slope)) : undefined,
      needs(1) ? sumTo(where(isPositive, zerosLike(dy), mul(dy, x)), slope.shape) : undefined,
    ]
  },
  Softplus: unary((x) => sigmoid(x)),
  // 2 / sqrt(pi)
  Erf: unary((x) => mul(exp(neg(mul(x, x))), 1.1283791670955126)),
  Not: stopsHere,
  Clip: (context) => {
    const { dy, inputs, needs } = context
    if (needs(1) || needs(2)) throw noGradient(context, 'the bounds are constants')
    const [x, low, high] = inputs
    const below = low && less(x!, low)
    const above = high && greater(x!, high)
    const inside = below ? where(below, zerosLike(dy), dy) : dy
    return [above ? where(above, zerosLike(dy), inside) : inside]
  },
  // Whole numbers do not move a little: the gradient ends there.
  Cast: ({ dy, inputs, outputs }) =>
    isFloating(inputs[0]!) && isFloating(outputs[0]!) ? [cast(dy, inputs[0]!.type)] : [],
  Add: binary(
    ({ dy }) => dy,
    ({ dy }) => dy,
  ),
  Sub: binary(
    ({ dy }) => dy,
    ({ dy }) => neg(dy),
  ),
  Mul: binary(
    ({ dy }, _, b) => mul(dy, b),
    ({ dy }, a) => mul(dy, a),
  ),
  Div: binary(
    ({ dy }, _, b) => div(dy, b),
    ({ dy, outputs }, _, b) => neg(div(mul(dy, outputs[0]!), b)),
  ),
  Pow: binary(
    // 0 where the exponent is 0, also at base 0 (PyTorch).
    ({ dy }, a, b) => mul(dy, where(equal(b, 0), zerosLike(dy), mul(b, pow(a, sub(b, 1))))),
    // log(0) is masked before it is taken: 0 * -inf would be NaN.
    ({ dy, outputs }, a) => {
      const safe = where(equal(a, 0), add(zerosLike(a), 1), a)
      return mul(dy, mul(outputs[0]!, log(safe)))
    },
  ),
  Max: winner(greater),
  Min: winner(less),
  And: stopsHere,
  Or: stopsHere,
  Equal: stopsHere,
  Greater: stopsHere,
  GreaterOrEqual: stopsHere,
  Less: stopsHere,
  LessOrEqual: stopsHere,
  Where: ({ dy, inputs, needs }) => {
    const [condition, yes, no] = inputs
    const zero = zerosLike(dy)
    return [
      undefined,
      needs(1) ? sumTo(where(condition!, dy, zero), yes!.shape) : undefined,
      needs(2) ? sumTo(where(condition!, zero, dy), no!.shape) : undefined,
    ]
  },
} satisfies Record<string, GradientRule>
