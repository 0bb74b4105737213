// A linear model over weighted words and word pairs, beside the mean of trained word vectors. The first part is what
// TF-IDF with logistic regression learns, the second generalises over related words (Joulin et al., "Bag of Tricks for
// Efficient Text Classification", 2017; Cheng et al., "Wide & Deep Learning", 2016).
import * as z from 'zod'

import { float32 } from '../../base/arrays.ts'
import * as F from '../../engine/graph/functions.ts'
import { constant, input } from '../../engine/graph/graph.ts'
import { filledWith, uniformWithin, zeros } from '../../engine/nn/initialisers.ts'
import { dropout } from '../../engine/nn/layers.ts'
import { parameter } from '../../engine/nn/network.ts'
import { textFacts } from './facts.ts'

import type { Tensor } from '../../engine/graph/types.ts'
import type { Network } from '../../engine/nn/network.ts'
import type { Encode } from '../encoder.ts'

export const bagSettings = z.strictObject({
  kind: z.literal('bag'),
  /** Width of the word vectors beside the linear part, 0 for none; a vector file brings its own. */
  dimensions: z.int().min(0).default(64),
  /**
   * Scale of the linear part. In SGD its steps are gain^2 times the learning rate, times the labels that the loss is a mean
   * over: every word's weights see only a few rows.
   */
  gain: z.number().positive().default(1),
  /** How much words that tell labels apart are favoured, 0 to 1. */
  focus: z.number().min(0).max(1).default(0.3),
  /** Share of a text's words that is hidden in every training step. */
  wordDropout: z.number().min(0).lt(1).default(0.1),
  dropout: z.number().min(0).lt(1).default(0.3),
})

/** ids [batch, time] -> idf weights of unit length per row, float32 [batch, time, 1]; 0 at padding. */
const tfIdf = (ids: Tensor, idf: Float32Array): Tensor => {
  const table = constant(ids.graph, 'idf', float32([idf.length], idf))
  const weights = F.gather(table, ids)
  const square = F.reduceSum(F.mul(weights, weights), { axes: [1], keepDimensions: true })
  // A row without known words keeps weights of 0 instead of 0 / 0.
  return F.unsqueeze(F.div(weights, F.sqrt(F.add(square, 1e-12))), [2])
}

/** Hides whole words and scales up the others: weights float32 [batch, time, 1], mask uint8 [batch, time]. */
const hideWords = (network: Network, name: string, weights: Tensor, rate: number): Tensor => {
  if (!network.training || rate === 0) return weights
  const mask = input(network.graph, `dropout/${name}.words`, 'uint8', weights.shape.slice(0, 2))
  network.masks.push({ name: mask.name, tensor: mask, rate, shape: ['time'] })
  return F.mul(weights, F.unsqueeze(F.mul(F.cast(mask, 'float32'), 1 / (1 - rate)), [2]))
}

export const encodeBag: Encode<z.infer<typeof bagSettings>> = (
  network,
  { name, x, text, labels, averaged },
  settings,
) => {
  const { words, idf, vectors, association } = textFacts(name, text)
  const weights = hideWords(network, name, tfIdf(x, idf), settings.wordDropout)
  const weightedSum = (table: Tensor): Tensor =>
    F.reduceSum(F.mul(F.gather(table, x), weights), { axes: [1] })
  const linear = weightedSum(
    linearTable(network, name, { words, labels, averaged, association, settings }),
  )
  const dimensions = vectors?.dimensions ?? settings.dimensions
  if (dimensions === 0) return { logits: linear }
  const vectorTable = parameter(network, `${name}.embedding.weight`, [words, dimensions], {
    initialiser: vectors ? filledWith(vectors.matrix) : uniformWithin(0.05),
  })
  const mean = F.relu(weightedSum(vectorTable))
  return {
    features: dropout(network, `${name}.mean`, mean, { rate: settings.dropout }),
    logits: linear,
  }
}

interface LinearTable {
  readonly words: number
  readonly labels: number
  readonly averaged: number
  readonly association: Float32Array | undefined
  readonly settings: z.infer<typeof bagSettings>
}

/**
 * The weights of the linear part: a learned table times a constant one. The constant makes steps larger along words that
 * tell labels apart, and larger altogether, because the inputs of the table are small.
 */
const linearTable = (
  network: Network,
  name: string,
  { words, labels, averaged, association, settings: { gain, focus } }: LinearTable,
): Tensor => {
  const learned = parameter(network, `${name}.linear.weight`, [words, labels], {
    initialiser: zeros,
  })
  const size = gain * Math.sqrt(averaged)
  const scale = association
    ? association.map((ratio) => size * (1 - focus + focus * Math.abs(ratio)))
    : new Float32Array(words * labels).fill(size)
  return F.mul(learned, constant(network.graph, 'linear_scale', float32([words, labels], scale)))
}
