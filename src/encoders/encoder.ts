// What every encoder is: settings with a schema, and a function from a model input to a feature vector.
import * as F from '../engine/graph/functions.ts'
import { parameter } from '../engine/nn/network.ts'
import { zeros } from '../engine/nn/initialisers.ts'

import type { Tensor } from '../engine/graph/types.ts'
import type { Network } from '../engine/nn/network.ts'

/** What an encoder may want to know besides its settings. */
export interface EncoderInput {
  /** Name of the input, first part of all parameter names. */
  readonly name: string
  /** Images: uint8 [batch, height, width, 3]. Texts: int32 [batch, time], 0 = padding. */
  readonly x: Tensor
}

export type Encode<Settings, Facts> = (
  network: Network,
  input: EncoderInput,
  settings: Settings,
  facts: Facts,
) => Tensor

/**
 * Puts a learned vector where the input is absent, in training and in prediction alike. features [batch, n], present
 * bool [batch].
 */
export const orMissing = (
  network: Network,
  name: string,
  features: Tensor,
  present: Tensor,
): Tensor => {
  const missing = parameter(network, `${name}.missing`, [Number(features.shape[1])], {
    initialiser: zeros,
  })
  return F.where(F.unsqueeze(present, [1]), features, missing)
}
