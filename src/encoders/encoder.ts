// What every encoder is: settings with a schema, and a function from a model input to features.
import { zeros } from '../engine/nn/initialisers.ts'
import { parameter } from '../engine/nn/network.ts'
import * as F from '../engine/graph/functions.ts'

import type { Tensor } from '../engine/graph/types.ts'
import type { Network } from '../engine/nn/network.ts'
import type { TextFacts } from './text/facts.ts'

export interface EncoderInput {
  /** Name of the input, first part of all parameter names. */
  readonly name: string
  /**
   * Images: uint8 [batch, height, width, 3]. Texts: int32 [batch, time], 0 = padding. Tables: float32 [batch, features].
   */
  readonly x: Tensor
  /** What the training rows say about a text input. */
  readonly text?: TextFacts | undefined
  /** Outputs of the whole network. */
  readonly labels: number
  /** Outputs that the loss is a mean over: their gradients are that much smaller. */
  readonly averaged: number
}

export interface Encoded {
  /** float32 [batch, n], input of the fusion; absent where the encoder only has logits. */
  readonly features?: Tensor
  /** float32 [batch, labels] that goes straight into the sum of logits ("wide" part), if the encoder has one. */
  readonly logits?: Tensor
}

export type Encode<Settings> = (
  network: Network,
  input: EncoderInput,
  settings: Settings,
) => Encoded

/** Puts a learned vector where `present` (bool [batch]) is false, in training and in prediction alike. */
const orMissing = (network: Network, name: string, values: Tensor, present: Tensor): Tensor => {
  const width = Number(values.shape[1])
  const missing = parameter(network, name, [width], { initialiser: zeros })
  return F.where(F.unsqueeze(present, [1]), values, missing)
}

/** The encoding with learned "missing" vectors for rows without this input. */
export const withMissing = (
  network: Network,
  name: string,
  { features, logits }: Encoded,
  present: Tensor,
): Encoded => ({
  ...(features && { features: orMissing(network, `${name}.missing`, features, present) }),
  ...(logits && { logits: orMissing(network, `${name}.missing_logits`, logits, present) }),
})

/**
 * Every row's encoding mixed with that of other rows, "missing" vectors included. `mixing` is float32 [batch, batch], a row per
 * mixed row.
 */
export const mixRows = ({ features, logits }: Encoded, mixing: Tensor): Encoded => ({
  ...(features && { features: F.matMul(mixing, features) }),
  ...(logits && { logits: F.matMul(mixing, logits) }),
})
