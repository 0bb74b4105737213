// The recurrent tower of the 2020 article: word vectors, stacked LSTMs with dropout between them, one dense layer.
import * as z from 'zod'

import * as F from '../../engine/graph/functions.ts'
import { dense, dropout, embedding, lstm } from '../../engine/nn/layers.ts'
import { textFacts } from './facts.ts'
import { tokenMask } from './tokens.ts'

import type { Encode } from '../encoder.ts'

export const lstmSettings = z.strictObject({
  kind: z.literal('lstm'),
  units: z.array(z.int().positive()).min(1).default([64, 64]),
  /** Width of the dense layer; the number of labels, as in the article, when it is not given. */
  dense: z.int().positive().optional(),
  /** Width of trained word vectors; a vector file brings its own. */
  dimensions: z.int().positive().default(100),
  dropout: z.number().min(0).lt(1).default(0.3),
})

export const encodeLstm: Encode<z.infer<typeof lstmSettings>> = (
  network,
  { name, x, text, labels },
  settings,
) => {
  const { words, vectors } = textFacts(name, text)
  // Time-major inside: every step of a recurrent layer is one contiguous slab.
  const ids = F.transpose(x, [1, 0])
  const mask = F.unsqueeze(tokenMask(ids), [2])
  const rate = settings.dropout
  const embedded = embedding(network, `${name}.embedding`, ids, {
    words,
    dimensions: vectors?.dimensions ?? settings.dimensions,
    ...(vectors && { vectors: vectors.matrix }),
    trainable: vectors === undefined,
  })
  let sequence = dropout(network, `${name}.embedding`, embedded, { rate, timeMajor: true })
  let last = sequence
  settings.units.forEach((units, index) => {
    const layer = `${name}.lstm${index + 1}`
    const states = lstm(network, layer, sequence, { units, mask })
    const isTop = index === settings.units.length - 1
    sequence = isTop
      ? sequence
      : dropout(network, layer, states.sequence, { rate, timeMajor: true })
    last = states.last
  })
  const top = dropout(network, `${name}.lstm${settings.units.length}`, last, { rate })
  return {
    features: F.relu(dense(network, `${name}.dense1`, top, { units: settings.dense ?? labels })),
  }
}
