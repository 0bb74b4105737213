// The GRU layer: trains as a `Scan`, runs as ONNX's fused `GRU`. Half of the literature applies the reset gate before the
// recurrent product, half after it: `resetAfter` says which.
import * as F from '../graph/functions.ts'
import { applyAll, constant } from '../graph/graph.ts'
import { float32 } from '../../base/arrays.ts'
import { glorotUniform, orthogonal, zeros } from './initialisers.ts'
import { parameter } from './network.ts'

import type { Tensor } from '../graph/types.ts'
import type { Network } from './network.ts'

export interface GruOptions {
  readonly units: number
  /** float32 [time, batch, 1], 1 for a token and 0 for padding; padding is at the end. */
  readonly mask: Tensor
  /** After the recurrent product (PyTorch, Keras 2 and later), or before it (Cho et al., 2014; ONNX's default). */
  readonly resetAfter?: boolean
}

export interface RecurrentStates {
  /** [time, batch, units], 0 at padding. */
  readonly sequence: Tensor
  /** [batch, units], the state after each row's last token; 0 for a row without tokens. */
  readonly last: Tensor
}

/**
 * x [time, batch, in]. Parameters, gates in the order z, r, h: `input` [in, 3H], `recurrent` [H, 3H], `bias` [3H] and, with
 * `resetAfter`, `recurrent_bias` [H] inside the reset.
 */
export const gru = (
  network: Network,
  name: string,
  x: Tensor,
  { units, mask, resetAfter = true }: GruOptions,
): RecurrentStates => {
  const weight = parameter(network, `${name}.input`, [Number(x.shape[2]), 3 * units], {
    initialiser: glorotUniform,
  })
  const recurrent = parameter(network, `${name}.recurrent`, [units, 3 * units], {
    initialiser: orthogonal,
  })
  const bias = parameter(network, `${name}.bias`, [3 * units], { initialiser: zeros })
  const inner = resetAfter
    ? parameter(network, `${name}.recurrent_bias`, [units], { initialiser: zeros })
    : undefined
  const attributes = { linear_before_reset: resetAfter ? 1 : 0 }
  if (network.training) {
    const projected = F.add(F.matMul(x, weight), bias)
    const inputs = [projected, recurrent, mask, inner]
    const outputs = applyAll(network.graph, 'Gru', inputs, { attributes })
    return { sequence: outputs[0]!, last: outputs[4]! }
  }
  const none = (size: number): Tensor =>
    constant(network.graph, 'no_bias', float32([size], new Float32Array(size)))
  const innerBiases = inner ? F.concat([none(2 * units), inner], 0) : none(3 * units)
  const [y, h] = applyAll(
    network.graph,
    'GRU',
    [
      x,
      F.unsqueeze(F.transpose(weight, [1, 0]), [0]),
      F.unsqueeze(F.transpose(recurrent, [1, 0]), [0]),
      F.unsqueeze(F.concat([bias, innerBiases], 0), [0]),
      F.cast(F.squeeze(F.reduceSum(mask, { axes: [0] }), [1]), 'int32'),
    ],
    { attributes: { hidden_size: units, direction: 'forward', ...attributes } },
  )
  return { sequence: F.squeeze(y!, [1]), last: F.squeeze(h!, [0]) }
}
