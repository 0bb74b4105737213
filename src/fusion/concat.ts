// Fusion by concatenation and dense layers, as in the 2020 article.
import * as z from 'zod'

import * as F from '../engine/graph/functions.ts'
import { glorotUniform } from '../engine/nn/initialisers.ts'
import { dense, dropout } from '../engine/nn/layers.ts'
import { parameter } from '../engine/nn/network.ts'
import { addAll, joinFeatures, outputBias } from './fuse.ts'

import type { Fuse } from './fuse.ts'

export const concatSettings = z.strictObject({
  kind: z.literal('concat'),
  units: z.array(z.int().positive()).default([256, 128]),
  dropout: z.number().min(0).lt(1).default(0.3),
})

export const fuseByConcat: Fuse<z.infer<typeof concatSettings>> = (
  network,
  branches,
  settings,
  context,
) => {
  const joined = joinFeatures(branches)
  const embedding = settings.units.reduce((x, units, index) => {
    const layer = `${context.scope}fusion.dense${index + 1}`
    return dropout(network, layer, F.relu(dense(network, layer, x, { units })), {
      rate: settings.dropout,
    })
  }, joined)
  const shape = [Number(embedding.shape[1]), context.labels]
  const weight = parameter(network, `${context.scope}output.weight`, shape, {
    initialiser: glorotUniform,
  })
  const direct = branches.flatMap(({ logits }) => logits ?? [])
  const logits = addAll([F.linear(embedding, weight, outputBias(network, context)), ...direct])
  return { logits, embedding, branches: [] }
}
