// Normalisation. `BatchStatistics` is the training form: it also gives the statistics of the batch.
import { input, sameAsInput } from './rules.ts'

import type { OpRule } from '../types.ts'

export const norm = {
  /** x, scale, bias, mean, variance -> y (inference form). */
  BatchNormalization: { attributes: { epsilon: 'float' }, infer: sameAsInput },
  /** x, scale, bias -> y (over the last axis). */
  LayerNormalization: { attributes: { axis: 'int', epsilon: 'float' }, infer: sameAsInput },
  /** x, scale, bias -> y, batch mean, batch variance (biased), over all axes but 1. */
  BatchNormTraining: {
    composite: true,
    attributes: { epsilon: 'float' },
    infer: (context) => {
      const { type, shape } = input(context, 0)
      const channels = { type, shape: [shape[1]!] }
      return [{ type, shape }, channels, channels]
    },
  },
} satisfies Record<string, OpRule>
