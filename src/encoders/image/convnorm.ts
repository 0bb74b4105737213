// A compact convolutional tower that learns quickly from few pictures: a 5x5 convolution of stride 2, then padded 3x3
// convolutions, each with batch normalisation, ReLU and 2x2 max-pooling, and an average over the last feature map. The
// first layer sees the most pixels; its stride halves the cost of the tower and loses nothing (measured on posters).
import * as z from 'zod'

import * as F from '../../engine/graph/functions.ts'
import { batchNorm, conv2d, dropout, flatten } from '../../engine/nn/layers.ts'
import { unitPixels } from './pixels.ts'

import type { Encode } from '../encoder.ts'

export const convnormSettings = z.strictObject({
  kind: z.literal('convnorm'),
  filters: z.array(z.int().positive()).min(1).default([32, 48, 96]),
  dropout: z.number().min(0).lt(1).default(0.2),
})

const STEM = { kernel: [5, 5], strides: [2, 2], pads: [2, 2, 2, 2] } as const
const INNER = { kernel: [3, 3], pads: [1, 1, 1, 1] } as const

export const encodeConvnorm: Encode<z.infer<typeof convnormSettings>> = (
  network,
  { name, x },
  settings,
) => {
  const pixels = batchNorm(network, `${name}.norm0`, unitPixels(x))
  const features = settings.filters.reduce((input, filters, index) => {
    const convolved = conv2d(network, `${name}.conv${index + 1}`, input, {
      filters,
      ...(index === 0 ? STEM : INNER),
      bias: false,
    })
    const normal = batchNorm(network, `${name}.norm${index + 1}`, convolved)
    // ReLU and max-pooling commute; after pooling there is a quarter left to do.
    return F.relu(isPoolable(normal.shape) ? F.maxPool(normal, { kernel: [2, 2] }) : normal)
  }, pixels)
  const pooled = flatten(F.globalAveragePool(features))
  return { features: dropout(network, `${name}.pooled`, pooled, { rate: settings.dropout }) }
}

const isPoolable = (shape: readonly (number | string)[]): boolean =>
  shape.slice(2).every((size) => Number(size) >= 2)
