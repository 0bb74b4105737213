// A linear model over the features of a table beside dense layers (Cheng et al., "Wide & Deep Learning", 2016): most tables
// are nearly linear, and the layers learn the rest. No batch statistics: they differ between replicas of a network.
import * as z from 'zod'

import * as F from '../../engine/graph/functions.ts'
import { zeros } from '../../engine/nn/initialisers.ts'
import { dense, dropout } from '../../engine/nn/layers.ts'
import { parameter } from '../../engine/nn/network.ts'

import type { Encode } from '../encoder.ts'

export const mlpSettings = z.strictObject({
  kind: z.literal('mlp'),
  /** Dense layers; none leaves the linear model alone. */
  units: z.array(z.int().positive()).default([64, 32]),
  dropout: z.number().min(0).lt(1).default(0.2),
})

export const encodeMlp: Encode<z.infer<typeof mlpSettings>> = (
  network,
  { name, x, labels },
  settings,
) => {
  const weight = parameter(network, `${name}.linear.weight`, [Number(x.shape[1]), labels], {
    initialiser: zeros,
  })
  const logits = F.linear(x, weight)
  if (settings.units.length === 0) return { logits }
  const features = settings.units.reduce((inner, units, index) => {
    const layer = `${name}.dense${index + 1}`
    const outer = F.relu(dense(network, layer, inner, { units }))
    return dropout(network, layer, outer, { rate: settings.dropout })
  }, x)
  return { features, logits }
}
