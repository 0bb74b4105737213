// The plain convolutional tower of the 2020 article: unpadded 3x3 convolutions, ReLU, 2x2 max-pooling, one dense layer.
import * as z from 'zod'

import * as F from '../../engine/graph/functions.ts'
import { convMaxPool, dense, dropout, flatten } from '../../engine/nn/layers.ts'
import { unitPixels } from './pixels.ts'

import type { Encode } from '../encoder.ts'

export const convSettings = z.strictObject({
  kind: z.literal('conv'),
  filters: z.array(z.int().positive()).min(1).default([32, 64, 128, 128]),
  units: z.int().positive().default(512),
  dropout: z.number().min(0).lt(1).default(0.3),
})

/** Pixels that leave one after the last pooling: every layer takes two away and halves the rest. */
export const smallestSideOfConv = ({ filters }: z.infer<typeof convSettings>): number =>
  filters.reduce((side) => 2 * side + 2, 1)

export const encodeConv: Encode<z.infer<typeof convSettings>> = (
  network,
  { name, x },
  settings,
) => {
  const features = settings.filters.reduce((input, filters, index) => {
    const pooled = convMaxPool(network, `${name}.conv${index + 1}`, input, {
      filters,
      kernel: [3, 3],
    })
    // ReLU and max-pooling commute; after pooling there is a quarter left to do.
    return F.relu(pooled)
  }, unitPixels(x))
  const flat = dropout(network, `${name}.flatten`, flatten(features), { rate: settings.dropout })
  return { features: F.relu(dense(network, `${name}.dense1`, flat, { units: settings.units })) }
}
