// Pooling. Ties of MaxPool share the gradient evenly here; PyTorch's max_pool2d gives it to the first (a documented
// difference), and so does ConvMaxPool.
import * as F from '../../functions.ts'
import { apply, constant } from '../../graph.ts'
import { float32 } from '../../../../base/arrays.ts'
import { atKink, row, rowsOf } from '../rows.ts'

import type { OpName } from '../../ops/index.ts'
import type { Build, Coverage, HarnessRow } from '../rows.ts'

const batched = { batched: ['x'] } as const

const pool =
  (op: OpName, ...kernel: readonly number[]): Build =>
  ({ x }) =>
    apply(x!.graph, op, [x], { attributes: { kernel_shape: kernel, strides: kernel } })

const windows = (op: OpName): readonly HarnessRow[] => [
  ...rowsOf(
    op,
    {
      even: pool(op, 2, 2),
      odd: pool(op, 2, 2),
      '3x3': pool(op, 3, 3),
      '1x3': pool(op, 1, 3),
      whole: pool(op, 2, 3),
    },
    batched,
  ),
  row(`${op}/one dimension`, pool(op, op === 'MaxPool' ? 2 : 3)),
]

/** Forward only: windows overlap. */
const overlapping =
  (op: OpName, countPads?: number): Build =>
  ({ x }) =>
    apply(x!.graph, op, [x], {
      attributes: {
        kernel_shape: [3, 3],
        strides: [2, 2],
        pads: [1, 1, 1, 1],
        ...(countPads !== undefined && { count_include_pad: countPads }),
      },
    })

const global =
  (op: OpName): Build =>
  ({ x }) =>
    apply(x!.graph, op, [x])

const convMaxPool: Build = ({ x, w, b }) => F.convMaxPool(x!, w!, b!)

export const pooling = {
  MaxPool: [
    ...windows('MaxPool'),
    row('MaxPool/ties', pool('MaxPool', 2, 2), atKink),
    row('MaxPool/overlapping', overlapping('MaxPool')),
  ],
  AveragePool: [
    ...windows('AveragePool'),
    row('AveragePool/padding not counted', overlapping('AveragePool', 0)),
    row('AveragePool/padding counted', overlapping('AveragePool', 1)),
  ],
  GlobalAveragePool: [row('GlobalAveragePool/plain', global('GlobalAveragePool'), batched)],
  GlobalMaxPool: [
    row('GlobalMaxPool/plain', global('GlobalMaxPool'), batched),
    row('GlobalMaxPool/ties', global('GlobalMaxPool'), atKink),
  ],
  Resize: [
    row('Resize/nearest', ({ x }) =>
      apply(
        x!.graph,
        'Resize',
        [x, undefined, constant(x!.graph, 'scales', float32([4], [1, 1, 2, 3]))],
        {
          attributes: {
            mode: 'nearest',
            coordinate_transformation_mode: 'asymmetric',
            nearest_mode: 'floor',
          },
        },
      ),
    ),
  ],
  ConvMaxPool: [
    ...rowsOf(
      'ConvMaxPool',
      {
        even: convMaxPool,
        odd: convMaxPool,
        '2x3': convMaxPool,
        '1x1': convMaxPool,
        'one window': convMaxPool,
        'weights only': convMaxPool,
        'not trained': convMaxPool,
      },
      batched,
    ),
    row('ConvMaxPool/ties', convMaxPool, atKink),
  ],
  ConvMaxPoolGrad: { coveredBy: 'ConvMaxPool', why: 'it is its gradient' },
  MaxPoolGrad: { coveredBy: 'MaxPool', why: 'it is its gradient' },
  AveragePoolGrad: { coveredBy: 'AveragePool', why: 'it is its gradient' },
} satisfies Partial<Record<OpName, Coverage>>
