// Fusion by adding up what each input says: logits = bias + sum of one linear head per input. For inputs that are
// independent given the label this is Bayes' rule; a missing input simply adds its learned constant. Every branch also
// has a loss of its own, so that none is ignored (the "auxiliary heads" of AutoGluon's multimodal models).
import * as z from 'zod'

import * as F from '../engine/graph/functions.ts'
import { glorotUniform } from '../engine/nn/initialisers.ts'
import { parameter } from '../engine/nn/network.ts'
import { addAll, joinFeatures, outputBias } from './fuse.ts'

import type { Tensor } from '../engine/graph/types.ts'
import type { Network } from '../engine/nn/network.ts'
import type { Branch, Fuse } from './fuse.ts'

export const sumSettings = z.strictObject({ kind: z.literal('sum') })

export const fuseBySum: Fuse<z.infer<typeof sumSettings>> = (network, branches, _, context) => {
  const bias = outputBias(network, context)
  const heads = branches.map(({ name, features, logits }: Branch): Tensor => {
    const head = features && F.linear(features, headWeight(network, name, features, context.labels))
    return addAll([head, logits].filter((tensor) => tensor !== undefined))
  })
  return {
    logits: F.add(addAll(heads), bias),
    embedding: joinFeatures(branches),
    branches: heads.map((head) => F.add(head, bias)),
  }
}

const headWeight = (network: Network, name: string, features: Tensor, labels: number): Tensor =>
  parameter(network, `${name}.head.weight`, [Number(features.shape[1]), labels], {
    initialiser: glorotUniform,
  })
