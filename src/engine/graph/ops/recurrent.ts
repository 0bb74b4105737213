// Recurrent layers. `Lstm`, `Gru` and their gradients are composites (a `Scan` each); `LSTM` and `GRU` are ONNX's fused
// operators, for inference only.
import { isBody, numberOf, stringOf } from '../attributes.ts'
import { sameShape } from '../dimensions.ts'
import { input, one, sameType, shapeError } from './rules.ts'

import type { OpRule, Signature } from '../types.ts'

const lstm: OpRule['infer'] = (context) => {
  const projected = input(context, 0)
  const hidden = input(context, 1).shape[0]!
  const [time, batch, width] = projected.shape
  if (typeof hidden !== 'number' || width !== 4 * hidden) {
    throw shapeError(context, 'projected input must be [time, batch, 4 * hidden]')
  }
  const mask = input(context, 2)
  if (
    !sameShape(input(context, 1).shape, [hidden, width]) ||
    !sameShape(mask.shape, [time!, batch!, 1])
  ) {
    throw shapeError(context, 'recurrent is [hidden, 4 * hidden] and mask [time, batch, 1]')
  }
  const type = sameType(context, 0, 1, 2)
  return [
    { type, shape: [time!, batch!, hidden] },
    { type, shape: [time!, batch!, 3 * hidden] },
    { type, shape: [time!, batch!, hidden] },
    { type, shape: [time!, batch!, hidden] },
    { type, shape: [batch!, hidden] },
  ]
}

const gru: OpRule['infer'] = (context) => {
  const projected = input(context, 0)
  const hidden = input(context, 1).shape[0]!
  const [time, batch, width] = projected.shape
  if (typeof hidden !== 'number' || width !== 3 * hidden)
    throw shapeError(context, 'projected input must be [time, batch, 3 * hidden]')
  const isShaped =
    sameShape(input(context, 1).shape, [hidden, width]) &&
    sameShape(input(context, 2).shape, [time!, batch!, 1])
  if (!isShaped)
    throw shapeError(context, 'recurrent is [hidden, 3 * hidden] and mask [time, batch, 1]')
  const bias = context.inputs[3]
  if (bias && !sameShape(bias.shape, [hidden])) throw shapeError(context, 'bias is [hidden]')
  const type = sameType(context, 0, 1, 2)
  const steps = (size: number): Signature => ({ type, shape: [time!, batch!, size] })
  return [
    steps(hidden),
    steps(2 * hidden),
    steps(hidden),
    steps(hidden),
    { type, shape: [batch!, hidden] },
  ]
}

const fused: OpRule['infer'] = (context) => {
  const { type, shape } = input(context, 0)
  const hidden = numberOf(context.attributes, 'hidden_size', 0)
  const isBoth = stringOf(context.attributes, 'direction', 'forward') === 'bidirectional'
  const directions = isBoth ? 2 : 1
  return [
    { type, shape: [shape[0]!, directions, shape[1]!, hidden] },
    { type, shape: [directions, shape[1]!, hidden] },
  ]
}

export const recurrent = {
  /**
   * projected [time, batch, 4H] (x @ W + b, gate order i, o, f, c), recurrent [H, 4H], mask [time, batch, 1] float ->
   * y [time, batch, H] (0 where masked), gates i, o, f [time, batch, 3H], candidate c [time, batch, H], cells, h_last
   * [batch, H]. Masked steps must be at the end of a row; a row without any step has state 0.
   */
  Lstm: {
    composite: true,
    attributes: {},
    shape:
      'projected [time, batch, 4H], recurrent [H, 4H], mask [time, batch, 1] -> y, gates, candidate, cells, last state [batch, H]',
    infer: lstm,
  },
  LstmGrad: {
    composite: true,
    attributes: {},
    shape:
      'recurrent, mask, gates, candidate, cells, dy, dlast -> gradient of projected [time, batch, 4H]',
    infer: (context) => {
      const { type, shape } = input(context, 4)
      return one(type, [shape[0]!, shape[1]!, 4 * Number(shape[2])])
    },
  },
  LSTM: {
    attributes: { hidden_size: 'int', direction: 'string' },
    shape:
      'x [time, batch, in], W [D, 4H, in], R [D, 4H, H], B [D, 8H], lengths [batch] -> y [time, D, batch, H], last state [D, batch, H]',
    infer: fused,
  },
  /**
   * projected [time, batch, 3H] (x @ W + b, gate order z, r, h), recurrent [H, 3H], mask [time, batch, 1] float, bias [H]
   * of the candidate's recurrent product (with `linear_before_reset` only) -> y [time, batch, H] (0 where masked), gates
   * z, r [time, batch, 2H], candidate, what the reset gate multiplies or has multiplied, h_last [batch, H]. With
   * `linear_before_reset` the gate comes after the product with the recurrent weights (PyTorch, Keras), else before it.
   * Masked steps must be at the end of a row; a row without any step has state 0.
   */
  Gru: {
    composite: true,
    attributes: { linear_before_reset: 'int' },
    shape:
      'projected [time, batch, 3H], recurrent [H, 3H], mask [time, batch, 1], bias [H] -> y, gates, candidate, inner, last state [batch, H]',
    infer: gru,
  },
  GruGrad: {
    composite: true,
    attributes: { linear_before_reset: 'int' },
    shape:
      'recurrent, mask, y, gates, candidate, inner, dy, dlast -> gradients of projected and of the product of the candidate',
    infer: (context) => {
      const { type, shape } = input(context, 4)
      const [time, batch, hidden] = shape
      return [
        { type, shape: [time!, batch!, 3 * Number(hidden)] },
        { type, shape },
      ]
    },
  },
  GRU: {
    attributes: { hidden_size: 'int', direction: 'string', linear_before_reset: 'int' },
    shape:
      'x [time, batch, in], W [D, 3H, in], R [D, 3H, H], B [D, 6H], lengths [batch] -> y [time, D, batch, H], last state [D, batch, H]',
    infer: fused,
  },
  /** Made by lowerings only. */
  Scan: {
    attributes: {
      body: 'body',
      num_scan_inputs: 'int',
      scan_input_directions: 'ints',
      scan_output_directions: 'ints',
    },
    shape: 'states, then sequences [time, ...] -> final states, then stacked outputs [time, ...]',
    infer: (context) => {
      const { body } = context.attributes
      if (!isBody(body)) throw shapeError(context, 'a body is required')
      const sequences = numberOf(context.attributes, 'num_scan_inputs', 0)
      const states = context.inputs.length - sequences
      const time = input(context, states).shape[0]!
      return body.outputs.map(({ type, shape }, index) => ({
        type,
        shape: index < states ? shape : [time, ...shape],
      }))
    },
  },
} satisfies Record<string, OpRule>
