// One value in, one value out; broadcasting; kinks.
import * as F from '../../functions.ts'
import { apply, scalar } from '../../graph.ts'
import { atKink, row, rowsOf } from '../rows.ts'

import type { OpName } from '../../ops/index.ts'
import type { Attributes, Tensor } from '../../types.ts'
import type { Build, Coverage, HarnessRow } from '../rows.ts'

const one =
  (op: OpName, attributes: Attributes = {}): Build =>
  ({ x }) =>
    apply(x!.graph, op, [x], { attributes })

const two =
  (op: OpName): Build =>
  ({ a, b }) =>
    apply(a!.graph, op, [a, b])

const unary = (op: OpName, attributes: Attributes = {}): HarnessRow =>
  row(`${op}/plain`, one(op, attributes), { batched: ['x'] })

const kink = (op: OpName, variant: string): HarnessRow => row(`${op}/${variant}`, one(op), atKink)

const three: Build = ({ a, b, c }) => apply(a!.graph, 'Max', [a, b, c])
const threeMin: Build = ({ a, b, c }) => apply(a!.graph, 'Min', [a, b, c])
const select: Build = ({ c, a, b }) => F.where(c!, a!, b!)

const PAIRS = ['same', 'scalar', 'vector', 'matrix', 'both ways', 'left shorter', 'crossed']

const pairs = (op: OpName, build: Build): readonly HarnessRow[] =>
  PAIRS.map((pair) =>
    row(`${op}/${pair}`, build, {
      batched: pair === 'same' ? ['a', 'b', 'c'] : pair === 'vector' ? ['a'] : [],
    }),
  )

const binary = (op: OpName): readonly HarnessRow[] => [
  ...pairs(op, two(op)),
  ...rowsOf(op, { 'one element': two(op), 'no element': two(op) }),
]

const comparison = (op: OpName): readonly HarnessRow[] => [
  row(`${op}/plain`, two(op)),
  row(
    `${op}/as a factor`,
    ({ a, b }) => F.mul(F.cast(apply(a!.graph, op, [a, b]), a!.type), a!),
    atKink,
  ),
]

const slope: Build = ({ x, slope: s }) => apply(x!.graph, 'PRelu', [x, s])

const clip =
  (low: number | undefined, high: number | undefined): Build =>
  ({ x }) => {
    const bound = (value: number | undefined): Tensor | undefined =>
      value === undefined ? undefined : scalar(x!.graph, value, x!.type)
    return apply(x!.graph, 'Clip', [x, bound(low), bound(high)])
  }

export const pointwise = {
  Identity: [unary('Identity')],
  Neg: [unary('Neg'), ...rowsOf('Neg', { 'one element': one('Neg'), 'no element': one('Neg') })],
  Abs: [unary('Abs'), kink('Abs', 'zero')],
  Sign: [kink('Sign', 'plain')],
  Floor: [row('Floor/plain', one('Floor'))],
  Exp: [unary('Exp')],
  Log: [unary('Log')],
  Sqrt: [unary('Sqrt'), kink('Sqrt', 'zero')],
  Reciprocal: [unary('Reciprocal')],
  Sigmoid: [unary('Sigmoid'), row('Sigmoid/large', one('Sigmoid'))],
  Tanh: [unary('Tanh')],
  Relu: [unary('Relu'), kink('Relu', 'zero')],
  LeakyRelu: [unary('LeakyRelu', { alpha: 0.2 }), kink('LeakyRelu', 'zero')],
  Elu: [unary('Elu', { alpha: 0.7 }), kink('Elu', 'zero')],
  Selu: [unary('Selu'), kink('Selu', 'zero')],
  Gelu: [
    unary('Gelu'),
    row('Gelu/tanh', one('Gelu', { approximate: 'tanh' }), { batched: ['x'] }),
    row('Gelu/large', one('Gelu')),
    row('Gelu/large, tanh', one('Gelu', { approximate: 'tanh' })),
  ],
  HardSigmoid: [
    unary('HardSigmoid', { alpha: 1 / 6, beta: 0.5 }),
    row('HardSigmoid/corners', one('HardSigmoid', { alpha: 0.25, beta: 0.5 }), atKink),
  ],
  HardSwish: [unary('HardSwish')],
  Mish: [unary('Mish'), row('Mish/large', one('Mish'))],
  Softsign: [unary('Softsign')],
  Sin: [unary('Sin')],
  Cos: [unary('Cos')],
  Ceil: [row('Ceil/plain', one('Ceil'))],
  Round: [row('Round/half to even', one('Round'), atKink)],
  PRelu: rowsOf('PRelu', {
    'one slope': slope,
    'slope per channel': slope,
    'slope per value': slope,
  }),
  Softplus: [unary('Softplus'), row('Softplus/large', one('Softplus'))],
  Erf: [unary('Erf')],
  Not: [row('Not/plain', one('Not'))],
  Clip: [
    row('Clip/both', clip(-0.52, 0.33)),
    row('Clip/low', clip(-0.52, undefined)),
    row('Clip/high', clip(undefined, 0.33)),
    row('Clip/bounds', clip(-0.5, 0.5), atKink),
  ],
  Cast: [
    row('Cast/integers', ({ x }) => F.cast(x!, 'float32')),
    row('Cast/bytes', ({ x }) => F.cast(x!, 'float32')),
    row(
      'Cast/through integers',
      ({ x }) => F.mul(F.cast(F.cast(x!, 'int32'), x!.type), x!),
      atKink,
    ),
  ],
  Add: binary('Add'),
  Sub: binary('Sub'),
  Mul: [...binary('Mul'), row('Mul/square', ({ x }) => F.mul(x!, x!))],
  Div: [...binary('Div'), row('Div/by itself', ({ x }) => F.div(x!, x!))],
  Pow: [
    ...binary('Pow'),
    row('Pow/negative base', two('Pow')),
    row('Pow/zero base', two('Pow'), atKink),
  ],
  Max: [
    ...binary('Max'),
    row('Max/ties', two('Max'), atKink),
    row('Max/three', three),
    row('Max/three ties', three, atKink),
  ],
  Min: [
    ...binary('Min'),
    row('Min/ties', two('Min'), atKink),
    row('Min/three', threeMin),
    row('Min/three ties', threeMin, atKink),
  ],
  And: [row('And/plain', two('And'))],
  Or: [row('Or/plain', two('Or'))],
  Equal: comparison('Equal'),
  Greater: comparison('Greater'),
  GreaterOrEqual: comparison('GreaterOrEqual'),
  Less: comparison('Less'),
  LessOrEqual: comparison('LessOrEqual'),
  Where: [
    ...pairs('Where', select),
    row('Where/wide condition', select),
    // The root of a negative number is masked before it is taken: masking its result would give NaN.
    row('Where/masked input', ({ x }) => {
      const zeros = F.zerosLike(x!)
      const positive = F.greater(x!, zeros)
      return F.where(positive, F.sqrt(F.where(positive, x!, F.add(zeros, 1))), zeros)
    }),
  ],
} satisfies Partial<Record<OpName, Coverage>>
