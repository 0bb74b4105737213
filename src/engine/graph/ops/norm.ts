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
  /** The inference form. */
  BatchNormalization: {
    attributes: { epsilon: 'float' },
    shape: 'x [batch, channels, ...]; scale, bias, mean, variance [channels] -> as x',
    infer: (context) => {
      checkVectors(context)
      return sameAsInput(context)
    },
  },
  LayerNormalization: {
    attributes: { axis: 'int', epsilon: 'float' },
    shape: 'x; scale, bias of the shape of `axis` and all that follow -> as x',
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
  /** Every channel of every row by itself. */
  InstanceNormalization: {
    attributes: { epsilon: 'float' },
    shape: 'x [batch, channels, ...sizes]; scale, bias [channels] -> as x',
    infer: (context) => {
      if (input(context, 0).shape.length < 3)
        throw shapeError(context, 'x is [batch, channels, ...] with at least one more axis')
      checkVectors(context)
      return sameAsInput(context)
    },
  },
  /** Over all axes but 1; the variance is the biased one. */
  BatchNormTraining: {
    composite: true,
    attributes: { epsilon: 'float' },
    shape: 'x [batch, channels, ...]; scale, bias [channels] -> as x; mean, variance [channels]',
    infer: (context) => {
      checkVectors(context)
      const { type, shape } = input(context, 0)
      const channels = { type, shape: [shape[1]!] }
      return [{ type, shape }, channels, channels]
    },
  },
} satisfies Record<string, OpRule>
