// Pooling. The first of equal values gets the gradient, as in PyTorch.
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
    ...rowsOf(
      'MaxPool',
      {
        'overlapping, trained': overlapping('MaxPool'),
        'stride 1': ({ x }) => F.maxPool(x!, { kernel: [2, 2], strides: [1, 1] }),
        gaps: ({ x }) => F.maxPool(x!, { kernel: [1, 2], strides: [2, 3] }),
        'uneven pads': ({ x }) =>
          F.maxPool(x!, { kernel: [3, 2], strides: [1, 2], pads: [1, 0, 2, 1] }),
        'ceil mode': ({ x }) =>
          F.maxPool(x!, { kernel: [2, 3], strides: [2, 2], pads: [0, 1, 0, 1], ceilMode: true }),
        'one dimension, overlapping': ({ x }) =>
          F.maxPool(x!, { kernel: [3], strides: [2], pads: [1, 1] }),
      },
      batched,
    ),
    row('MaxPool/overlapping ties', overlapping('MaxPool'), { ...atKink, ...batched }),
  ],
  AveragePool: [
    ...windows('AveragePool'),
    row('AveragePool/padding not counted', overlapping('AveragePool', 0)),
    row('AveragePool/padding counted', overlapping('AveragePool', 1)),
    ...rowsOf(
      'AveragePool',
      {
        'overlapping, padding not counted': overlapping('AveragePool', 0),
        'overlapping, padding counted': overlapping('AveragePool', 1),
        'stride 1': ({ x }) => F.averagePool(x!, { kernel: [2, 2], strides: [1, 1] }),
        gaps: ({ x }) => F.averagePool(x!, { kernel: [1, 2], strides: [2, 3] }),
        'ceil mode': ({ x }) =>
          F.averagePool(x!, {
            kernel: [2, 3],
            strides: [2, 2],
            pads: [0, 1, 0, 1],
            ceilMode: true,
          }),
        'one dimension, overlapping': ({ x }) =>
          F.averagePool(x!, { kernel: [3], strides: [2], pads: [1, 1], countPadding: true }),
      },
      batched,
    ),
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
    ...rowsOf(
      'Resize',
      {
        'nearest, whole factors': ({ x }) => F.resize(x!, { sizes: [4, 9] }),
        'nearest, one axis': ({ x }) => F.resize(x!, { sizes: [2, 6] }),
        'nearest, any factor': ({ x }) => F.resize(x!, { sizes: [5, 2] }),
        'nearest, one dimension': ({ x }) => F.resize(x!, { sizes: [6] }),
        linear: ({ x }) => F.resize(x!, { sizes: [4, 6], mode: 'linear' }),
        'linear, smaller': ({ x }) => F.resize(x!, { sizes: [2, 3], mode: 'linear' }),
        'linear, corners': ({ x }) =>
          F.resize(x!, { sizes: [3, 7], mode: 'linear', alignCorners: true }),
        'linear, one dimension': ({ x }) => F.resize(x!, { sizes: [5], mode: 'linear' }),
        'linear, from one': ({ x }) => F.resize(x!, { sizes: [3, 2], mode: 'linear' }),
        'linear, to one': ({ x }) => F.resize(x!, { sizes: [1, 1], mode: 'linear' }),
        same: ({ x }) => F.resize(x!, { sizes: [2, 3], mode: 'linear' }),
      },
      batched,
    ),
    row('Resize/linear, scales', ({ x }) =>
      apply(
        x!.graph,
        'Resize',
        [x, undefined, constant(x!.graph, 'scales', float32([4], [1, 1, 2.6, 0.6]))],
        { attributes: { mode: 'linear', coordinate_transformation_mode: 'half_pixel' } },
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
