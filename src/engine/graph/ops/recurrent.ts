// Recurrent layers. `Lstm` / `LstmGrad` are composites (a `Scan` each); `LSTM` is ONNX's fused, inference-only operator.
import { isBody, numberOf } from '../attributes.ts'
import { sameShape } from '../dimensions.ts'
import { input, one, sameType, shapeError } from './rules.ts'

import type { OpRule } from '../types.ts'

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

export const recurrent = {
  /**
   * projected [time, batch, 4H] (x @ W + b, gate order i, o, f, c), recurrent [H, 4H], mask [time, batch, 1] float ->
   * y [time, batch, H] (0 where masked), gates i, o, f [time, batch, 3H], candidate c [time, batch, H], cells, h_last
   * [batch, H]. Masked steps must be at the end of a row; a row without any step has state 0.
   */
  Lstm: { composite: true, attributes: {}, infer: lstm },
  /** recurrent, mask, gates, candidate, cells, dy, dh_last -> gradient of `projected` [time, batch, 4H]. */
  LstmGrad: {
    composite: true,
    attributes: {},
    infer: (context) => {
      const { type, shape } = input(context, 4)
      return one(type, [shape[0]!, shape[1]!, 4 * Number(shape[2])])
    },
  },
  /** X [time, batch, in], W [1, 4H, in], R [1, 4H, H], B [1, 8H], sequence_lens [batch] -> Y, Y_h. */
  LSTM: {
    attributes: { hidden_size: 'int', direction: 'string' },
    infer: (context) => {
      const { type, shape } = input(context, 0)
      const hidden = numberOf(context.attributes, 'hidden_size', 0)
      return [
        { type, shape: [shape[0]!, 1, shape[1]!, hidden] },
        { type, shape: [1, shape[1]!, hidden] },
      ]
    },
  },
  /** States, then sequences, in; final states, then stacked outputs, out. Made by lowerings only. */
  Scan: {
    attributes: {
      body: 'body',
      num_scan_inputs: 'int',
      scan_input_directions: 'ints',
      scan_output_directions: 'ints',
    },
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
