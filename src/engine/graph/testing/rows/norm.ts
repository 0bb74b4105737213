// Normalisation.
import { apply, applyAll } from '../../graph.ts'
import { row, rowsOf } from '../rows.ts'

import type { OpName } from '../../ops/index.ts'
import type { Build, Coverage } from '../rows.ts'

const batched = { batched: ['x'] } as const

const inference =
  (epsilon: number): Build =>
  ({ x, scale, bias, mean, variance }) =>
    apply(x!.graph, 'BatchNormalization', [x, scale, bias, mean, variance], {
      attributes: { epsilon },
    })

const training: Build = ({ x, scale, bias }) =>
  applyAll(x!.graph, 'BatchNormTraining', [x, scale, bias], { attributes: { epsilon: 1e-3 } })

const layer: Build = ({ x, scale, bias }) =>
  apply(x!.graph, 'LayerNormalization', bias ? [x, scale, bias] : [x, scale], {
    attributes: { axis: -1, epsilon: 1e-5 },
  })

const layerFrom =
  (axis: number): Build =>
  ({ x, scale, bias }) =>
    apply(x!.graph, 'LayerNormalization', [x, scale, bias], { attributes: { axis, epsilon: 1e-3 } })

const instance: Build = ({ x, scale, bias }) =>
  apply(x!.graph, 'InstanceNormalization', [x, scale, bias], { attributes: { epsilon: 1e-3 } })

export const norm = {
  BatchNormalization: [
    row('BatchNormalization/plain', inference(1e-3), batched),
    row('BatchNormalization/dense', inference(1e-5), batched),
  ],
  BatchNormTraining: rowsOf(
    'BatchNormTraining',
    { plain: training, dense: training, 'equal values': training },
    { ...batched, cotangents: 1 },
  ),
  LayerNormalization: [
    ...rowsOf(
      'LayerNormalization',
      { matrix: layer, sequence: layer, 'no bias': layer, 'equal values': layer },
      batched,
    ),
    row('LayerNormalization/vector', layer),
    row('LayerNormalization/two axes', layerFrom(-2), batched),
    row('LayerNormalization/all but the batch', layerFrom(1), batched),
  ],
  InstanceNormalization: [
    row('InstanceNormalization/pictures', instance, batched),
    row('InstanceNormalization/sequences', instance, batched),
    row('InstanceNormalization/one value', instance),
  ],
} satisfies Partial<Record<OpName, Coverage>>
