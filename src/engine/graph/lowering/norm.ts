// Batch normalisation in training. On rows (`rows.ts`) value by value; elsewhere ONNX Runtime's one-pass inference kernel
// applies the statistics.
import { add, mul, pow, reduceMean, sub, unsqueeze } from '../functions.ts'
import { apply } from '../graph.ts'
import { numberOf } from '../attributes.ts'
import { noted, withoutGaps } from './rows.ts'

import type { Tensor } from '../types.ts'
import type { Lowering } from './lower.ts'
import type { RowsOf } from './rows.ts'

interface Statistics {
  readonly mean: Tensor
  readonly variance: Tensor
  readonly centred: Tensor
}

const statisticsOf = (x: Tensor, channels: number): Statistics => {
  const axes = [...x.shape.keys()].filter((axis) => axis !== channels)
  const mean = reduceMean(x, { axes })
  const centred = sub(x, unsqueeze(mean, axes))
  return { mean, centred, variance: reduceMean(mul(centred, centred), { axes }) }
}

export const batchNormTraining: Lowering = ({ graph, node, inputs }) => {
  const [x, scale, bias] = inputs as readonly [Tensor, Tensor, Tensor]
  const { mean, variance } = statisticsOf(x, 1)
  const y = apply(graph, 'BatchNormalization', [x, scale, bias, mean, variance], {
    attributes: node.attributes,
  })
  return [y, mean, variance]
}

export const batchNormOnRows =
  (known: RowsOf): Lowering =>
  (lowered) => {
    const { node, inputs } = lowered
    const [x, scale, bias] = inputs as readonly [Tensor, Tensor, Tensor]
    const found = known.get(x.name)
    if (!found) return batchNormTraining(lowered)
    const { tensor, places } = withoutGaps(found)
    const { mean, variance, centred } = statisticsOf(tensor, 2)
    const inverse = pow(add(variance, numberOf(node.attributes, 'epsilon', 1e-5)), -0.5)
    const y = add(mul(centred, mul(scale, inverse)), bias)
    return [noted(known, { tensor: y, places }), mean, variance]
  }
