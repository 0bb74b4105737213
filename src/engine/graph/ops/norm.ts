// Normalisation. `BatchNormTraining` is the training form: it also gives the statistics of the batch.
import { numberOf } from '../attributes.ts'
import { normalizeAxis, sameShape, showShape } from '../dimensions.ts'
import { input, perChannel, sameAsInput, shapeError } from './rules.ts'

import type { InferenceContext, OpRule } from '../types.ts'

/** All inputs but the first are vectors with one value per channel (axis 1). */
const checkVectors = (context: InferenceContext): void => {
  const channels = input(context, 0).shape[1]
  if (channels === undefined) throw shapeError(context, 'x is [batch, channels, ...]')
  context.inputs.slice(1).forEach((_, index) => {
    perChannel(context, index + 1, channels)
  })
}

export const norm = {
  /** x, scale, bias, mean, variance -> y (inference form). */
  BatchNormalization: {
    attributes: { epsilon: 'float' },
    infer: (context) => {
      checkVectors(context)
      return sameAsInput(context)
    },
  },
  /** x, scale, bias of the normalised axes' shape -> y, over `axis` and all that follow. */
  LayerNormalization: {
    attributes: { axis: 'int', epsilon: 'float' },
    infer: (context) => {
      const { shape } = input(context, 0)
      const axis = normalizeAxis(numberOf(context.attributes, 'axis', -1), shape.length)
      const normalised = shape.slice(axis)
      for (const vector of context.inputs.slice(1)) {
        if (vector && !sameShape(vector.shape, normalised))
          throw shapeError(context, `${vector.name} must be ${showShape(normalised)}`)
      }
      return sameAsInput(context)
    },
  },
  /** x [batch, channels, ...], scale, bias -> y, every channel of every row by itself. */
  InstanceNormalization: {
    attributes: { epsilon: 'float' },
    infer: (context) => {
      if (input(context, 0).shape.length < 3)
        throw shapeError(context, 'x is [batch, channels, ...] with at least one more axis')
      checkVectors(context)
      return sameAsInput(context)
    },
  },
  /** x, scale, bias -> y, batch mean, batch variance (biased), over all axes but 1. */
  BatchNormTraining: {
    composite: true,
    attributes: { epsilon: 'float' },
    infer: (context) => {
      checkVectors(context)
      const { type, shape } = input(context, 0)
      const channels = { type, shape: [shape[1]!] }
      return [{ type, shape }, channels, channels]
    },
  },
} satisfies Record<string, OpRule>
