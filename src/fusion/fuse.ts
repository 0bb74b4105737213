// What every fusion is: features of the inputs in, logits out.
import * as F from '../engine/graph/functions.ts'
import { filledWith, zeros } from '../engine/nn/initialisers.ts'
import { parameter } from '../engine/nn/network.ts'

import type { Tensor } from '../engine/graph/types.ts'
import type { Network } from '../engine/nn/network.ts'

/** One encoded input. */
export interface Branch {
  readonly name: string
  /** float32 [batch, n]; absent where an input only has logits. */
  readonly features?: Tensor
  /** float32 [batch, labels], added to the logits as it is. */
  readonly logits?: Tensor
}

export interface Fused {
  /** float32 [batch, labels]. */
  readonly logits: Tensor
  /** float32 [batch, n]: the joint features. */
  readonly embedding: Tensor
  /** Logits that each branch would give by itself, for auxiliary losses; empty when the fusion has none. */
  readonly branches: readonly Tensor[]
}

export interface FusionContext {
  /** Put before parameter names, for several networks in one graph; usually empty. */
  readonly scope: string
  readonly labels: number
  /** Start of the output bias [labels]: the log-odds of the training prevalence, or zeros. */
  readonly bias: Float32Array | undefined
}

export type Fuse<Settings> = (
  network: Network,
  branches: readonly Branch[],
  settings: Settings,
  context: FusionContext,
) => Fused

export const outputBias = (network: Network, { scope, labels, bias }: FusionContext): Tensor =>
  parameter(network, `${scope}output.bias`, [labels], {
    initialiser: bias ? filledWith(bias) : zeros,
  })

/** Features of all branches side by side; logits stand in where a branch has no features. */
export const joinFeatures = (branches: readonly Branch[]): Tensor =>
  F.concat(
    branches.flatMap(({ features, logits }) => features ?? logits ?? []),
    1,
  )

export const addAll = (tensors: readonly Tensor[]): Tensor => tensors.reduce((a, b) => F.add(a, b))
