// Fusion of feature vectors by concatenation and dense layers, as in the 2020 article.
import * as z from 'zod'

import * as F from '../engine/graph/functions.ts'
import { dense, dropout } from '../engine/nn/layers.ts'

import type { Tensor } from '../engine/graph/types.ts'
import type { Network } from '../engine/nn/network.ts'

export const concatSettings = z.strictObject({
  kind: z.literal('concat'),
  units: z.array(z.int().positive()).default([256, 128]),
  dropout: z.number().min(0).lt(1).default(0.3),
})

/** [batch, n] per input -> joint features [batch, m]. */
export const fuseByConcat = (
  network: Network,
  features: readonly Tensor[],
  settings: z.infer<typeof concatSettings>,
): Tensor =>
  settings.units.reduce(
    (x, units, index) => {
      const layer = `fusion.dense${index + 1}`
      return dropout(network, layer, F.relu(dense(network, layer, x, { units })), {
        rate: settings.dropout,
      })
    },
    F.concat(features, 1),
  )
