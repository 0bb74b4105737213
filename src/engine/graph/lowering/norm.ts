// Batch normalisation in training. On rows (`rows.ts`) value by value; elsewhere ONNX Runtime's one-pass inference kernel
// applies the statistics.
import { add, mul, pow, reduceMean, sub, unsqueeze } from '../functions.ts'
import { apply } from '../graph.ts'
import { numberOf } from '../attributes.ts'
import { meanOfRows, noted, withoutGaps } from './rows.ts'

import type { Tensor } from '../types.ts'
import type { Lowering } from './lower.ts'
import type { RowsOf } from './rows.ts'

export const batchNormTraining: Lowering = ({ graph, node, inputs }) => {
  const [x, scale, bias] = inputs as readonly [Tensor, Tensor, Tensor]
  const axes = [...x.shape.keys()].filter((axis) => axis !== 1)
  const mean = reduceMean(x, { axes })
  const centred = sub(x, unsqueeze(mean, axes))
  const variance = reduceMean(mul(centred, centred), { axes })
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
    const mean = meanOfRows(tensor)
    const centred = sub(tensor, mean)
    const variance = meanOfRows(mul(centred, centred))
    const inverse = pow(add(variance, numberOf(node.attributes, 'epsilon', 1e-5)), -0.5)
    const y = add(mul(centred, mul(scale, inverse)), bias)
    return [noted(known, { tensor: y, places }), mean, variance]
  }
