// Batch normalisation in training: statistics first, then ONNX Runtime's one-pass inference kernel applies them.
import { mul, reduceMean, sub, unsqueeze } from '../functions.ts'
import { apply } from '../graph.ts'

import type { Tensor } from '../types.ts'
import type { Lowering } from './lower.ts'

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
