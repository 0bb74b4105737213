// A recurrent layer in both directions. Rows are turned round within their own length, so that padding stays at the end
// and never comes before a token in either direction.
import * as F from '../graph/functions.ts'
import { lstm } from './layers.ts'

import type { Tensor } from '../graph/types.ts'
import type { RecurrentStates } from './gru.ts'
import type { Network } from './network.ts'

type Recurrent = (
  network: Network,
  name: string,
  x: Tensor,
  options: { readonly units: number; readonly mask: Tensor },
) => RecurrentStates

interface BidirectionalOptions {
  /** Per direction. */
  readonly units: number
  /** float32 [time, batch, 1], 1 for a token and 0 for padding; padding is at the end. */
  readonly mask: Tensor
  /** `lstm` or `gru`. */
  readonly layer?: Recurrent
}

/**
 * Schuster and Paliwal, "Bidirectional Recurrent Neural Networks", 1997. x [time, batch, in] -> sequence
 * [time, batch, 2 units] and last [batch, 2 units]: forward, then backward, each after its own last token.
 */
export const bidirectional = (
  network: Network,
  name: string,
  x: Tensor,
  { units, mask, layer = lstm }: BidirectionalOptions,
): RecurrentStates => {
  const lengths = F.cast(F.squeeze(F.reduceSum(mask, { axes: [0] }), [1]), 'int64')
  const turned = (tensor: Tensor): Tensor => F.reverseSequence(tensor, lengths)
  const forward = layer(network, `${name}.forward`, x, { units, mask })
  const backward = layer(network, `${name}.backward`, turned(x), { units, mask })
  return {
    sequence: F.concat([forward.sequence, turned(backward.sequence)], 2),
    last: F.concat([forward.last, backward.last], 1),
  }
}
